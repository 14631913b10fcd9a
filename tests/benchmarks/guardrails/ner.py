"""Names: ours beside Presidio with the same model as it comes, on the same labelled sentences."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from benchmarks.measure import ROOT, cpu_ms, fresh_import
from ironcage.firewall import Finding, NormalisedText, Origin
from ironcage.ner import NerDetector
from support.named_texts import DEVELOPMENT, HELD_OUT, UNLISTED
from support.named_texts_measure import measured

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

Say = Callable[[str], None]
Find = Callable[[str], Sequence[Finding]]

SIZES = (166, 664, 1_992)
SENTENCES = (
    "Maria Lopez wrote to the support team about the invoice of 12 May, which had been sent to her"
    " old office in Lisbon. She asked whether Quux Tools GmbH could send it again, this time to"
    " 12 Oak Lane, Austin, TX 78701, and when the machine that she had ordered would arrive. "
)
READY = """
import sys
sys.path[:0] = {paths!r}
from ironcage.ner import NerDetector
{then}
"""


def report(say: Say) -> None:
    """Say how soon it is ready, what a text costs, and what it finds."""
    _report_start(say)
    _report_cost(say)
    sets = {"looked at": DEVELOPMENT, "held out": HELD_OUT, "unlisted": UNLISTED}
    for name, texts in sets.items():
        for whose, find in (("ours", _ours), ("Presidio", _presidios)):
            for kind, row in measured(texts, find).items():
                say(
                    f"{name:<10} {whose:<9} {kind:<13} recall {row.recall:.2f}"
                    f" ({row.seen} of {row.names}), precision {row.precision:.2f}"
                    f" ({row.false} false)"
                )


def _report_start(say: Say) -> None:
    paths = [str(ROOT / "layers/ner/python")]
    for name, then in (("import", "pass"), ("ready", "NerDetector().warm()")):
        cpu, rss, modules = fresh_import(READY.format(paths=paths, then=then), runs=3)
        say(f"{name:<10} {cpu:6.0f} ms CPU, {rss:4.0f} MB RSS, {modules} modules")


def _report_cost(say: Say) -> None:
    text = SENTENCES * (max(SIZES) // len(SENTENCES) + 1)
    for size in SIZES:
        ours = cpu_ms(partial(_ours, text[:size]), rounds=20, calls=3)
        peer = cpu_ms(partial(_presidios, text[:size]), rounds=20, calls=3)
        say(f"{size:>5} characters  {ours.median:6.1f} ms CPU, Presidio {peer.median:6.1f} ms")


@cache
def _detector() -> NerDetector:
    return NerDetector()


def _ours(text: str) -> Sequence[Finding]:
    return _detector().detect(NormalisedText(text), Origin.MODEL)


def _presidios(text: str) -> Sequence[Finding]:
    results = _presidio().analyze(text, "en", entities=["PERSON", "LOCATION", "ORGANIZATION"])
    return [Finding(r.entity_type, "presidio", r.start, r.end, score=r.score) for r in results]


@cache
def _presidio() -> "AnalyzerEngine":
    """Open Presidio with the whole pipeline of the model and its own recogniser for it."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: PLC0415
    from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: PLC0415
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer  # noqa: PLC0415

    from ironcage.ner import engine  # noqa: PLC0415 - it imports the model's libraries

    model = {"lang_code": "en", "model_name": str(engine.model_folder())}
    nlp = SpacyNlpEngine(models=[model])
    return AnalyzerEngine(RecognizerRegistry([SpacyRecognizer()]), nlp)


if __name__ == "__main__":
    report(print)
