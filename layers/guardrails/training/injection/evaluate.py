"""Score the held-out sources with both models: `python -m …injection.evaluate FOLDER OUT`.

What is kept are the logits of every window, so that thresholds can be chosen without running again.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ironcage.firewall import InjectionDetector, NormalisedText, Origin
from ironcage.guardrails.encoder import Encoder
from ironcage.guardrails.linear import LinearModel
from ironcage.guardrails.windows import TextTokenizer, windows_of
from layers.guardrails.training.injection.held_out import sample_held_out
from layers.guardrails.training.injection.pool import Row

_MOST_WINDOWS = 40


def readings(rows: Sequence[Row], folder: Path) -> Iterator[dict[str, object]]:
    """Give both logits of every window of each row."""
    tokenizer = TextTokenizer(folder / "tokenizer.json")
    linear, encoder = LinearModel(folder / "linear.npz"), Encoder(folder / "injection.onnx")
    phrases = InjectionDetector()
    for at, row in enumerate(rows):
        text = NormalisedText(row.text)
        tokens = tokenizer.tokens(text.text)
        windows = windows_of(tokens)[:_MOST_WINDOWS]
        is_document = row.origin == "document"
        pieces = [tokens.ids[w.first : w.last] for w in windows]
        found = phrases.detect(text, Origin(row.origin))
        yield {
            "row": at,
            "source": row.source,
            "label": row.label,
            "kind": row.kind,
            "origin": row.origin,
            "linear": linear.logits(tokens.ids, windows, is_document=is_document)
            if windows
            else [],
            "encoder": encoder.logits(pieces, is_document=is_document),
            "phrases": [
                any(
                    text.span(w.start, w.end)[0] < f.end and f.start < text.span(w.start, w.end)[1]
                    for f in found
                )
                for w in windows
            ],
        }


def main(folder: Path, out: Path) -> None:
    """Write one JSON object per held-out row."""
    with out.open("w", encoding="utf-8") as file:
        for reading in readings(sample_held_out(), folder):
            file.write(json.dumps(reading) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
