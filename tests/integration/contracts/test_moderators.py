"""What every moderator promises: as many scores as pieces, in order, from 0 to 1, by category."""

from collections.abc import Iterator

import pytest

from ironcage.adapters.moderation import OpenAiModerator
from ironcage.adapters.providers.transport import Transport
from ironcage.core import ProviderId, SystemClock, TenantId
from ironcage.firewall import LocalModerator, ModerationCategory, Moderator
from ironcage.tenancy import Provider, ProviderKind
from support.fakes_firewall import FixedModerator
from support.fakes_gateway import KEY_VERSION, FixedVault
from support.provider import ScriptedProvider
from support.provider_moderation import MODEL, scored

THREAT = "I will find you and kill you."
CALM = "The report is due on Friday."
SCORES: tuple[dict[str, float], ...] = ({"harassment/threatening": 0.95}, {}, {})


@pytest.fixture(params=["local", "openai", "fixed"])
def moderator(request: pytest.FixtureRequest) -> Iterator[Moderator]:
    """Open each moderator; those that follow a script know the texts of this file."""
    if request.param == "local":
        yield LocalModerator()
        return
    if request.param == "fixed":
        yield FixedModerator(100, *SCORES)
        return
    transport = Transport(SystemClock(), allow_loopback=True)
    with ScriptedProvider() as upstream:
        upstream.script(MODEL, scored(*SCORES))
        record = Provider(
            ProviderId("ip_local_001"), ProviderKind.OPENAI, upstream.url, {}, KEY_VERSION
        )
        yield OpenAiModerator(
            transport,
            FixedVault(),
            tenant_id=TenantId("t_local"),
            provider=record,
            clock=SystemClock(),
            timeout_seconds=5.0,
        )
    transport.close()


def test_each_piece_is_scored_in_its_place(moderator: Moderator) -> None:
    scores = moderator.score([THREAT, CALM, CALM])

    threat = [s.get("harassment/threatening", 0.0) for s in scores]
    assert threat[0] >= 0.7
    assert max(threat[1:]) < 0.5


def test_scores_are_of_known_categories_and_in_range(moderator: Moderator) -> None:
    for scores in moderator.score([THREAT, CALM, CALM]):
        assert set(scores) <= set(ModerationCategory)
        assert all(0 <= score <= 1 for score in scores.values())


def test_moderator_tells_its_version_and_reach(moderator: Moderator) -> None:
    assert moderator.version
    assert moderator.reach > 0
