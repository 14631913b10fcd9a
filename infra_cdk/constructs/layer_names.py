"""Which layers there are: those of every function, and those that some need beside them."""

from infra_cdk.config import EXTRA_LAYERS
from infra_cdk.constructs.packaging import LAYER_NAMES


def all_layer_names() -> tuple[str, ...]:
    """List every layer that some function uses, each once."""
    extra = (name for names in EXTRA_LAYERS.values() for name in names)
    return tuple(dict.fromkeys((*LAYER_NAMES, *extra)))
