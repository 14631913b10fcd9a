"""The held-out texts on which the classifier is judged."""

import random
from collections import defaultdict

from layers.guardrails.training.injection.pool import SEED, Row, read_pool, split_pool

MOST_PER_GROUP = 200


def sample_held_out() -> list[Row]:
    """Give at most so many rows of each held-out source, label and kind."""
    groups: dict[tuple[str, int, str], list[Row]] = defaultdict(list)
    for row in split_pool(read_pool())[1]:
        groups[row.source, row.label, row.kind].append(row)
    rng = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    chosen = [
        rng.sample(group, min(len(group), MOST_PER_GROUP)) for _, group in sorted(groups.items())
    ]
    return [row for group in chosen for row in group]
