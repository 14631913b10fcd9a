"""Average checkpoints into one model file: `python -m …injection.export OUT.onnx CHECKPOINT…`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from layers.guardrails.training.injection.encoder import Encoder
from layers.guardrails.training.injection.graph import build_model
from layers.guardrails.training.injection.pool import SEED

LARGEST_BYTES = 25_000_000
_MOST_DRIFT = 0.35


def averaged(paths: Sequence[Path]) -> dict[str, torch.Tensor]:
    """Give the mean of the weights of several checkpoints."""
    states = [torch.load(path, weights_only=True) for path in paths]
    return {name: torch.stack([s[name] for s in states]).mean(0) for name in states[0]}


def drift(model: Encoder, path: Path) -> float:
    """Give the median distance between the logits of the model file and of torch."""
    rng = np.random.default_rng(SEED)
    ids = rng.integers(1000, 20000, (16, 96))
    types = np.tile(np.arange(16)[:, None] % 2, (1, 96))
    mask = (np.arange(96)[None] < rng.integers(20, 97, (16, 1))).astype(np.int32)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    given = session.run(["logit"], {"ids": ids, "types": types, "mask": mask})[0]
    with torch.no_grad():
        expected = model(torch.tensor(ids), torch.tensor(types), torch.tensor(mask)).numpy()
    return float(np.median(np.abs(given - expected)))


def main(out: Path, checkpoints: Sequence[Path]) -> None:
    """Write the model file, and refuse one that is too large or too far from torch."""
    model = Encoder()
    model.load_state_dict(averaged(checkpoints))
    model.eval()
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    out.write_bytes(build_model(weights).SerializeToString(deterministic=True))
    size, distance = out.stat().st_size, drift(model, out)
    print(f"{out.name}: {size} bytes, median drift {distance:.3f}")
    if size > LARGEST_BYTES or distance > _MOST_DRIFT:
        sys.exit("not fit to ship")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
