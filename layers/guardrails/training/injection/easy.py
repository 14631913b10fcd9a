"""Spend the time of training on what is hard: most samples that a linear model knows are left out.

The linear model judges each half of the samples after learning from the other half alone.
"""

import random
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from layers.guardrails.training.injection.linear import features
from layers.guardrails.training.injection.pool import SEED
from layers.guardrails.training.injection.windows import Sample, window_of

_SURE, _KEPT = 2.0, 0.35
_ROUNDS, _STRENGTH = 30, 10.0


def without_easy(samples: Sequence[Sample]) -> list[Sample]:
    """Keep what the linear model is not sure of, and some of the rest."""
    rng = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    matrix = features([(window_of(sample, rng), sample.type == 1) for sample in samples])
    labels = np.array([sample.label for sample in samples])
    half = np.array([rng.random() for _ in samples]) < np.float64(1 / 2)
    margins = np.zeros(len(samples))
    for learned, judged in ((half, ~half), (~half, half)):
        model = LogisticRegression(C=_STRENGTH, max_iter=_ROUNDS)
        model.fit(matrix[learned], labels[learned])
        margins[judged] = model.decision_function(matrix[judged])
    right = margins * (2 * labels - 1)
    print(f"{(right < 0).mean():.3f} wrong, {(right >= _SURE).mean():.3f} easy", flush=True)
    return [s for s, m in zip(samples, right, strict=True) if m < _SURE or rng.random() < _KEPT]
