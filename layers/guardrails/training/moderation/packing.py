"""Writing weights as the file that the local moderator reads."""

import json
import zlib
from array import array
from collections.abc import Mapping, Sequence

_HASH = 4


def pack(
    categories: Sequence[str], bias: Sequence[float], rows: Mapping[int, Sequence[float]]
) -> bytes:
    """Write weights as a file: each category's are rounded to a 127th of its largest."""
    largest = [max((abs(r[at]) for r in rows.values()), default=0) for at in range(len(categories))]
    scale = [round(most / 127, 6) or 1e-6 for most in largest]
    small = {
        term: [max(-127, min(127, round(w / s))) for w, s in zip(row, scale, strict=True)]
        for term, row in rows.items()
    }
    kept = sorted(term for term, row in small.items() if any(row))
    facts = {
        "categories": list(categories),
        "bias": [round(b, 4) for b in bias],
        "scale": scale,
        "count": len(kept),
    }
    numbers = array("b", [w for term in kept for w in small[term]])
    header = json.dumps(facts, sort_keys=True).encode() + b"\n"
    hashes = b"".join(term.to_bytes(_HASH, "little") for term in kept)
    return zlib.compress(header + hashes + numbers.tobytes(), 9)
