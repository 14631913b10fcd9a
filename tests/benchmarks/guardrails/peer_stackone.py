"""Score texts with stackone-defender's model; runs in the peers' own environment.

Standard input: a JSON list of texts. Standard output: a JSON list of scores, the highest of the
text's pieces of at most 256 tokens, as its own chunking has it.
"""

import json
import sys
from pathlib import Path

import stackone_defender
from stackone_defender.classifiers.onnx_classifier import OnnxClassifier

_PIECE = 900  # characters: about 256 tokens


def main() -> None:
    """Read texts, print scores."""
    models = Path(stackone_defender.__file__).parent / "models"
    folder = next(path.parent for path in models.rglob("model_quantized.onnx"))
    raw = json.loads((folder / "classifier_config.json").read_text())
    heat = raw["calibration"]["temperatureT"]
    classifier = OnnxClassifier(str(folder), temperature_t=heat)
    scores = []
    for text in json.load(sys.stdin):
        pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)] or [""]
        scores.append(max(classifier.classify_batch(pieces[:12])))
    json.dump(scores, sys.stdout)


if __name__ == "__main__":
    main()
