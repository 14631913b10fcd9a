"""Choose thresholds on the held-out sources: `python -m …injection.choose READINGS FOLDER`.

For each origin: below which linear logit a window is cleared, from which joint logit on a text is
flagged, and from which linear logit on where the encoder did not look.
"""

import hashlib
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ironcage.guardrails.cascade import allowance
from ironcage.guardrails.settings import Operating

PHRASE_LIFT, VIEW_PENALTY, TERSE_PENALTY, MIX = 0.7, 0.5, 1.0, 0.3
# Of the attacks that the encoder sees, so many may be lost because the linear model clears them.
_LOST = 0.01
# On texts unlike all of these the linear model is worth less: it clears only what it is sure of.
_HIGHEST_CLEAR = -3.0
# Of the harmless texts, so many may be flagged by the linear model alone.
_WRONG_ALONE = 0.002
_LARGEST_RATE = {"user": 0.03, "document": 0.04}
_FILES = ("injection.onnx", "linear.npz", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class Reading:
    """Both logits of every window of a held-out text."""

    source: str
    label: int
    kind: str
    origin: str
    linear: Sequence[float]
    encoder: Sequence[float]
    phrases: Sequence[bool]

    @property
    def joint(self) -> list[float]:
        """Give what both models say together of each window."""
        return [e + MIX * x for e, x in zip(self.encoder, self.linear, strict=True)]

    def margin(self, point: Operating, *, lift: float = PHRASE_LIFT) -> float:
        """Give what the runtime would: the highest margin of the windows."""
        order = sorted(range(len(self.linear)), key=lambda at: -self.linear[at])
        doubted = [at for at in order if self.linear[at] >= point.clear]
        seen = set(doubted[: allowance(len(order))])
        margins = [
            point.margin(encoded=self.encoder[at] if at in seen else None, linear=self.linear[at])
            + (lift if self.phrases[at] else 0.0)
            for at in order
        ]
        return max(margins, default=-math.inf)


def read_readings(path: Path) -> list[Reading]:
    """Read what `evaluate` wrote."""
    names = Reading.__slots__
    rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    return [Reading(**{name: row[name] for name in names}) for row in rows]


def operating_point(rows: Sequence[Reading]) -> Operating:
    """Choose the operating point for texts of one origin."""
    rows = [r for r in rows if r.encoder]
    harmless = [r for r in rows if not r.label]
    threshold = _threshold(rows)
    flagged = [r for r in rows if r.label and max(r.joint) >= threshold]
    beside = [r.linear[r.joint.index(max(r.joint))] for r in flagged]
    return Operating(
        clear=round(min(_HIGHEST_CLEAR, _quantile(beside, _LOST)), 3),
        mix=MIX,
        threshold=round(threshold, 3),
        slope=round(_slope(rows, threshold), 3),
        alone=round(_quantile([max(r.linear) for r in harmless], 1 - _WRONG_ALONE) + 0.5, 3),
    )


def _threshold(rows: Sequence[Reading]) -> float:
    """Give the joint logit with the best balanced accuracy that flags few harmless texts."""
    attacks = [max(r.joint) for r in rows if r.label]
    harmless = [max(r.joint) for r in rows if not r.label]
    limit = _LARGEST_RATE[rows[0].origin]
    best, chosen = -1.0, 0.0
    for threshold in sorted({round(x, 2) for x in (*attacks, *harmless)}):
        rate = sum(x >= threshold for x in harmless) / len(harmless)
        balanced = sum(x >= threshold for x in attacks) / len(attacks) - rate
        if rate <= limit and balanced > best:
            best, chosen = balanced, threshold
    return chosen


def _slope(rows: Sequence[Reading], threshold: float) -> float:
    """Give the slope with which scores are most nearly probabilities, labels weighing the same."""
    weight = {k: 1 / max(1, sum(r.label == k for r in rows)) for k in (0, 1)}

    def surprise(slope: float) -> float:
        margins = [((max(r.joint) - threshold) * slope, r.label) for r in rows]
        return sum(weight[y] * math.log1p(math.exp(-m if y else m)) for m, y in margins)

    return min((s / 20 for s in range(4, 61)), key=surprise)


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def write_settings(points: Mapping[str, Operating], folder: Path) -> None:
    """Write the settings beside the model files, with the hash of each."""
    digests = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in _FILES}
    settings = {
        "operating": {origin: asdict(point) for origin, point in points.items()},
        "files": digests,
        "phrase_lift": PHRASE_LIFT,
        "view_penalty": VIEW_PENALTY,
        "terse_penalty": TERSE_PENALTY,
    }
    text = json.dumps(settings, indent=2) + "\n"
    (folder / "settings.json").write_text(text, "utf-8")


def main(readings: Path, folder: Path) -> None:
    """Choose both operating points."""
    rows = read_readings(readings)
    points = {o: operating_point([r for r in rows if r.origin == o]) for o in ("user", "document")}
    write_settings(points, folder)
    for origin, point in points.items():
        own = [r for r in rows if r.origin == origin]
        flagged = {k: [r.margin(point) >= 0 for r in own if r.label == k] for k in (0, 1)}
        rates = {k: sum(v) / len(v) for k, v in flagged.items()}
        print(f"{origin}: {point} recall {rates[1]:.3f} false positives {rates[0]:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
