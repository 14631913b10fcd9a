"""The texts that the moderation model learns from and is judged by, and where each comes from."""

import codecs
import gzip
import json
import random
import tomllib
import zlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ironcage.firewall.detectors.moderation import pieces
from ironcage.firewall.detectors.packs import read_pack

HERE = Path(__file__).parent
PROMPTS = HERE.parent / "data" / "train.jsonl.gz"
SEED = 20_261
PER_TEMPLATE = 40
HELD_OUT_SHARE = 6  # every sixth template, by its hash
PASSAGE = 320
MOST_PASSAGES = 3
BESIDE = 120
AMONG_OTHERS = 0.25
# Ordinary sources that the model never learns from. The alarms on the first were read while the
# model was improved; those on the second only counted, at the end.
CONSULTED = frozenset(
    {"awesome-chatgpt-prompts", "cyberseceval-frr", "fastchat", "gpteacher-roleplay-answers"}
    | {"gpteacher-tools", "gsm8k", "gsm8k-answers", "oasst", "self-instruct", "t0-passages"}
    | {"t0:cosmos_qa", "t0:quoref", "deepset-train"}
)
UNTOUCHED = frozenset(
    {"cyberseceval-system", "gpteacher-code-answers", "gpteacher-roleplay", "synthetic-trigger"}
    | {"t0:paws", "t0:social_i_qa", "t0:ropes"}
)
# Plain requests for harm, labelled 0 there because they attack no model.
_LEFT_OUT = frozenset({"neuralchemy:harmbench_benign"})


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the scores to learn (a category that is not named: 0), and its origin."""

    text: str
    labels: Mapping[str, float]
    source: str
    rule: str


def _read(name: str) -> Any:
    return tomllib.loads((HERE / name).read_text("utf-8"))


def slurs() -> list[str]:
    """List the slurs that the lexicon knows."""
    return codecs.decode(tomllib.loads(read_pack("moderation"))["rotated"]["SLUR"], "rot13").split()


def is_held_out(template: str) -> bool:
    """Tell whether a template is kept for evaluation."""
    return zlib.crc32(template.encode()) % HELD_OUT_SHARE == 0


def written(*, held_out: bool, per_template: int = PER_TEMPLATE) -> Iterator[Example]:
    """Write out the templates of one side of the split, the same each time."""
    slots, wrap = {**_read("slots.toml")["slots"], "slur": slurs()}, _read("wrap.toml")
    for source in ("harmful", "benign"):
        for rule in _read(f"{source}.toml")["rule"]:
            for template in rule["texts"]:
                if is_held_out(template) is not held_out:
                    continue
                draw = random.Random(f"{SEED}{rule['id']}{template}")  # noqa: S311  # reproducible
                fill = Filling(slots, wrap, draw)
                for text in sorted({fill.write(template) for _ in range(per_template)}):
                    yield Example(text, rule.get("labels", {}), source, rule["id"])


@dataclass(frozen=True, slots=True)
class Filling:
    """What templates are filled with, what stands around them, and the draw."""

    slots: Mapping[str, list[str]]
    wrap: Mapping[str, list[str]]
    draw: random.Random

    def write(self, template: str) -> str:
        """Write a template out, in one of several styles."""
        text, choice = template, self.draw.choice
        while "{" in text:
            before, _, rest = text.partition("{")
            name, _, after = rest.partition("}")
            text = before + choice(self.slots[name]) + after
        text = choice(self.wrap["before"]) + text.strip() + choice(self.wrap["after"])
        style = self.draw.random()
        if style < 0.25:  # noqa: PLR2004 - a quarter writes as people chat
            return text.lower().replace("'", "")
        return text.upper() if style > 0.97 else text[0].upper() + text[1:]  # noqa: PLR2004 - some shout


def among_others(examples: Sequence[Example], others: Sequence[Example]) -> Iterator[Example]:
    """Put some texts between ordinary sentences, which change nothing about what they are."""
    draw = random.Random(SEED)  # noqa: S311  # reproducible
    for example in examples:
        text, share = example.text, draw.random()
        other = draw.choice(others).text
        calm = other[slice(*next(pieces(other, BESIDE)))]
        if share < AMONG_OTHERS / 2:
            text = f"{calm.strip()} {text}"
        elif share < AMONG_OTHERS:
            text = f"{text} {calm.strip()}"
        yield replace(example, text=text)


def published() -> Iterator[Example]:
    """Read AdvBench's requests with the labels that we gave them."""
    for line in (HERE / "advbench.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield Example(row["text"], row["labels"], "advbench", "advbench")


def ordinary(prompts: Path = PROMPTS) -> Iterator[Example]:
    """Read the ordinary prompts, documents and answers to learn from, cut into passages."""
    draw = random.Random(SEED)  # noqa: S311  # reproducible
    for source, text in _clean(prompts):
        if source not in CONSULTED | UNTOUCHED:
            spans = list(pieces(text, PASSAGE))
            for start, end in draw.sample(spans, min(MOST_PASSAGES, len(spans))):
                yield Example(text[start:end], {}, "ordinary", source)


def unseen(sources: Set[str], prompts: Path = PROMPTS) -> Iterator[Example]:
    """Read the ordinary texts of sources that the model does not learn from, whole."""
    for source, text in _clean(prompts):
        if source in sources:
            yield Example(text, {}, source, source)


def _clean(prompts: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(prompts, "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            if not row["label"] and row["source"] not in _LEFT_OUT:
                yield row["source"], row["text"]
