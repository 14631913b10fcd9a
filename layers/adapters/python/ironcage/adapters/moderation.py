"""OpenAI's moderation endpoint, asked with the tenant's own key (steps 2 and 8)."""

import json
from collections.abc import Callable, Sequence
from itertools import batched

from ironcage.adapters.providers.openai import headers_of
from ironcage.adapters.providers.refusals import decode_answer
from ironcage.adapters.providers.transport import Outgoing, Transport
from ironcage.core import Clock, ProviderId, TenantId
from ironcage.core.errors import FirewallUnavailable, Limited, Rejected, Unavailable
from ironcage.firewall import ModerationCategory, Scores
from ironcage.tenancy import AgentView, Provider, ProviderKind
from ironcage.tokens import KeyVault, ProviderKey

MODEL = "omni-moderation-latest"
REACH = 2_000  # characters; a finding covers as much, so no longer pieces than that
TEXTS_PER_CALL = 32
MOST_SECONDS = 5.0
_DETECTOR = "moderation"
_NOBODY = Provider(ProviderId("ip_none"), ProviderKind.OPENAI, "", {})


class OpenAiModerator:
    """`Moderator`: whatever keeps it from scoring every text, nothing may pass.

    Args:
        transport: over which it asks.
        vault: where the tenant's key is; its version is the one that the provider's record names.
        tenant_id: whose texts these are, and whose key.
        provider: the tenant's OpenAI provider.
        clock: for the deadline.
        timeout_seconds: for all pieces of a text together.
    """

    version = MODEL
    reach = REACH

    def __init__(
        self,
        transport: Transport,
        vault: KeyVault,
        *,
        tenant_id: TenantId,
        provider: Provider,
        clock: Clock,
        timeout_seconds: float,
    ) -> None:
        self._transport = transport
        self._vault = vault
        self._tenant_id = tenant_id
        self._provider = provider
        self._clock = clock
        self._timeout_seconds = timeout_seconds

    def score(self, pieces: Sequence[str]) -> Sequence[Scores]:
        """Have pieces scored, so many a call.

        Raises:
            FirewallUnavailable: the provider is no OpenAI, has no key, or gave no proper answer.
        """
        try:
            return self._score(pieces)
        except (Limited, Rejected, Unavailable) as exc:
            raise FirewallUnavailable(detector=_DETECTOR) from exc

    def _score(self, pieces: Sequence[str]) -> Sequence[Scores]:
        provider = self._provider
        if provider.kind is not ProviderKind.OPENAI or not provider.key_version:
            raise FirewallUnavailable(detector=_DETECTOR)
        ends = self._clock.monotonic() + self._timeout_seconds
        key = self._vault.key_for(
            self._tenant_id, provider.provider_id, version=provider.key_version
        )
        scored: list[Scores] = []
        for texts in batched(pieces, TEXTS_PER_CALL, strict=False):
            scored += self._ask(texts, key, timeout_seconds=ends - self._clock.monotonic())
        return scored

    def _ask(
        self, texts: Sequence[str], key: ProviderKey, *, timeout_seconds: float
    ) -> Sequence[Scores]:
        # Half of a surrogate pair is no text to them; whether it is there changes no score.
        inputs = [text.encode("utf-8", "replace").decode() for text in texts]
        body = json.dumps({"model": MODEL, "input": inputs}).encode()
        url = self._provider.endpoint.rstrip("/") + "/moderations"
        request = Outgoing(url, body, headers_of(key))
        answer = self._transport.send(request, timeout_seconds=timeout_seconds)
        try:
            if answer.status != 200:  # noqa: PLR2004 - OK
                raise FirewallUnavailable(detector=_DETECTOR)
            return read_scores(decode_answer(answer.read()), count=len(texts))
        finally:
            answer.close()


class OpenAiModerators:
    """`ModeratorSource`: the first active OpenAI provider of an agent, with its tenant's key."""

    def __init__(self, transport: Transport, vault: KeyVault, clock: Clock) -> None:
        self._transport = transport
        self._vault = vault
        self._clock = clock

    def moderator_for(
        self, view: AgentView, *, seconds_left: Callable[[], float]
    ) -> OpenAiModerator:
        """Open the moderator; without a provider it fails when it is asked."""
        usable = (p for p in view.providers if p.is_active and p.kind is ProviderKind.OPENAI)
        return OpenAiModerator(
            self._transport,
            self._vault,
            tenant_id=view.agent.tenant_id,
            provider=next(usable, _NOBODY),
            clock=self._clock,
            timeout_seconds=min(MOST_SECONDS, seconds_left()),
        )


def read_scores(answer: dict[str, object], *, count: int) -> Sequence[Scores]:
    """Read the scores of so many texts from an answer.

    Raises:
        FirewallUnavailable: a text or a category has no score from 0 to 1.
    """
    results = answer.get("results")
    if not isinstance(results, list) or len(results) != count:
        raise FirewallUnavailable(detector=_DETECTOR)
    return [_scores(result) for result in results]


def _scores(result: object) -> Scores:
    given = result.get("category_scores") if isinstance(result, dict) else None
    if not isinstance(given, dict):
        raise FirewallUnavailable(detector=_DETECTOR)
    return {category.value: _number(given.get(category)) for category in ModerationCategory}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise FirewallUnavailable(detector=_DETECTOR)
    return float(value)
