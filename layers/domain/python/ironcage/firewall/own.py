"""The detectors that only one policy has: a tenant's own patterns, and whom it lets moderate."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import assert_never

from ironcage.firewall.detectors import LocalModerator, ModerationDetector, compile_custom
from ironcage.firewall.model import Policy
from ironcage.firewall.ports import Detector, Moderator, Scores
from ironcage.firewall.severity import STANDARD_RULES, ModerationProvider

_REACH = 1 << 20


class NoModerator:
    """`Moderator` of a tenant that wants none: nothing is in any category."""

    version = "none"
    reach = _REACH

    def score(self, pieces: Sequence[str]) -> Sequence[Scores]:
        """Give no scores."""
        return [{} for _ in pieces]


def own_detectors(policy: Policy, openai: Callable[[], Moderator]) -> tuple[Detector, ...]:
    """List the detectors that a policy asks for and brings itself.

    Args:
        policy: of either direction; both have the same patterns and moderator.
        openai: opens OpenAI's moderation under the tenant's key, if that is whom it lets moderate.
    """
    provider = (policy.moderation or STANDARD_RULES).provider
    return compile_custom(policy.patterns), _moderation(provider, openai)


def _moderation(provider: ModerationProvider, openai: Callable[[], Moderator]) -> Detector:
    match provider:
        case ModerationProvider.LOCAL:
            return _local()
        case ModerationProvider.NONE:
            return ModerationDetector(NoModerator())
        case ModerationProvider.OPENAI:
            return ModerationDetector(openai())
        case _:
            assert_never(provider)


@cache
def _local() -> ModerationDetector:
    """Keep one local moderator: its weights are read once."""
    return ModerationDetector(LocalModerator())
