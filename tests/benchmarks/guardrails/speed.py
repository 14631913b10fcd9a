"""What the injection classifier costs: CPU time by length, a cold start, memory."""

import time

from benchmarks.measure import fresh_import, line
from ironcage.firewall import NormalisedText, Origin
from ironcage.guardrails import InjectionClassifier
from ironcage.guardrails.settings import MODEL
from ironcage.guardrails.windows import TextTokenizer
from layers.guardrails.training.injection.held_out import sample_held_out

LENGTHS = (64, 256, 512, 2048)
TEXTS = 120
COLD = (
    "from ironcage.guardrails import InjectionClassifier; from ironcage.firewall import Origin; "
    "InjectionClassifier().scores(['Hello.'], Origin.USER)"
)


def bench_speed() -> None:
    """Print CPU milliseconds a text for each length, then the cold start."""
    classifier = InjectionClassifier()
    classifier.scores(["Hello."], Origin.USER)
    for length in LENGTHS:
        spent = sorted(_cpu_ms(classifier, text) for text in texts_of(length))
        middle, high = spent[len(spent) // 2], spent[int(len(spent) * 0.95)]
        target = "p95 < 50 ms" if length == 512 else ""
        value = f"{middle:.1f} / {high:.1f} ms"
        line(f"injection, {length} tokens, p50 / p95", value, target=target)
    ms, rss, _ = fresh_import(COLD)
    line("injection, first text in a fresh process", f"{ms:.0f} ms, {rss:.0f} MB")
    ms, rss, _ = fresh_import("import ironcage.guardrails")
    line("injection, import alone", f"{ms:.0f} ms, {rss:.0f} MB")


def texts_of(length: int) -> list[str]:
    """Give held-out texts, joined and cut to so many tokens."""
    tokenizer = TextTokenizer(MODEL / "tokenizer.json")
    pool = iter(sample_held_out() * 40)
    made: list[str] = []
    while len(made) < TEXTS:
        text = ""
        while len(tokenizer.tokens(text).ids) < length:
            text += next(pool).text + "\n"
        made.append(text[: tokenizer.tokens(text).offsets[length - 1][1]])
    return made


def _cpu_ms(classifier: InjectionClassifier, text: str) -> float:
    begun = time.process_time_ns()
    classifier.judge(NormalisedText(text), Origin.DOCUMENT)
    return (time.process_time_ns() - begun) / 1e6
