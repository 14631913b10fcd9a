"""Many patterns sought in one pass, by an automaton of RE2 that is built on first use.

An automaton says where nothing can be found, never what is there. One that gives up says so: it
also seeks an end mark that is always there, and without that mark everything counts as found.
"""

import importlib
from collections.abc import Callable, Sequence

MEMORY_BYTES = 8 << 20
_END = "\x03\x02\x03"  # no text of a person ends like this, and one that does loses nothing


def one_pass[N](
    rows: Sequence[tuple[str, N]], memory_bytes: int = MEMORY_BYTES
) -> Callable[[str], set[N]]:
    """Compile patterns into one automaton that names those which are in a text.

    Args:
        rows: a pattern, and the name to give when it is found; ASCII patterns, since other
            characters may be blurred.
        memory_bytes: what the automaton may take; where that is too little, all names are given.
    """
    places: dict[str, list[N]] = {}
    for pattern, name in rows:
        places.setdefault(pattern, []).append(name)
    names = list(places.values())
    everything = {name for group in names for name in group}
    match = _automaton([*places, _END], memory_bytes)

    def look(text: str) -> set[N]:
        hits = match((text + _END).encode("utf-8", "replace")) or ()
        if len(hits) == 1 and hits[0] == len(names):
            return set()
        if len(names) not in hits:
            return everything
        return {name for hit in hits if hit < len(names) for name in names[hit]}

    return look


def escaped(literal: str) -> str:
    """Write a literal as a pattern."""
    pattern: str = importlib.import_module("re2").escape(literal)
    return pattern


def _automaton(
    patterns: Sequence[str], memory_bytes: int
) -> Callable[[bytes], Sequence[int] | None]:
    """Join patterns; an automaton that RE2 cannot build finds nothing, not even the end mark."""
    re2 = importlib.import_module("re2")  # only a cold start needs it
    options = re2.Options()
    options.log_errors = False
    options.max_mem = memory_bytes
    automaton = re2.Set.SearchSet(options)
    try:
        for pattern in patterns:
            automaton.Add(pattern)
        automaton.Compile()
    except re2.error:
        return lambda _: None
    match: Callable[[bytes], Sequence[int] | None] = automaton.Match
    return match
