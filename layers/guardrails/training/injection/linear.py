"""Train the cheap model: `python -m layers.guardrails.training.injection.linear RUN OUT`."""

import pickle
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from ironcage.guardrails.linear import BUCKETS, buckets
from layers.guardrails.training.injection.pool import SEED
from layers.guardrails.training.injection.windows import Sample, window_of

STRENGTH = 200.0
_ROUNDS = 60


def features(windows: Sequence[tuple[Sequence[int], bool]]) -> csr_matrix:
    """Count the buckets of each window, scaled as the runtime does."""
    columns, values, ends = [], [], [0]
    for ids, is_document in windows:
        rows = buckets(ids, is_document=is_document).ravel()
        columns.append(rows)
        values.append(np.full(len(rows), 1 / np.sqrt(max(1, len(rows))), np.float32))
        ends.append(ends[-1] + len(rows))
    data = (np.concatenate(values), np.concatenate(columns).astype(np.int32), np.array(ends))
    matrix = csr_matrix(data, shape=(len(windows), BUCKETS))
    matrix.sum_duplicates()
    flags = np.array([[float(is_document)] for _, is_document in windows], np.float32)
    return hstack([matrix, csr_matrix(flags)]).tocsr()


def train(samples: Sequence[Sample], out: Path) -> None:
    """Fit on one window of each sample, and keep the weights as bytes.

    What is hard for a linear model stands among the samples twice: all of them, then the hard ones.
    """
    rng = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    windows = [(window_of(sample, rng), sample.type == 1) for sample in samples]
    labels = [sample.label for sample in samples]
    model = LogisticRegression(C=STRENGTH, max_iter=_ROUNDS)
    model.fit(features(windows), labels)
    weights = model.coef_[0][:BUCKETS]
    scale = float(np.quantile(np.abs(weights[weights != 0]), 0.9999)) / 127
    whole = np.clip(np.rint(weights / scale), -127, 127).astype(np.int8)
    whole[0] = 0  # runs that leave the text
    bias = np.array([model.intercept_[0], model.intercept_[0] + model.coef_[0][BUCKETS]])
    np.savez_compressed(out, weights=whole, scale=np.float32(scale), bias=bias.astype(np.float32))
    fits = model.score(features(windows), labels)
    print(f"{len(windows)} windows, {out.stat().st_size} bytes, fits {fits:.3f}")


if __name__ == "__main__":
    run = Path(sys.argv[1])
    both = [pickle.loads((run / f"{name}.pkl").read_bytes()) for name in ("all", "hard")]  # noqa: S301
    train([*both[0], *both[1]], Path(sys.argv[2]))
