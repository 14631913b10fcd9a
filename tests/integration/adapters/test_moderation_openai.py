"""OpenAI's moderation endpoint against a scripted provider on loopback: it scores, or it blocks."""

import json
from collections.abc import Iterator

import pytest

from ironcage.adapters.moderation import TEXTS_PER_CALL, OpenAiModerator
from ironcage.adapters.providers.transport import Transport
from ironcage.core import ProviderId, SystemClock, TenantId
from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import ModerationCategory, ModerationDetector, NormalisedText, Origin
from ironcage.tenancy import Provider, ProviderKind
from support.fakes_gateway import KEY_VERSION, FixedVault
from support.provider import ScriptedProvider
from support.provider_moderation import MODEL, scored
from support.provider_scripts import SCRIPTS, Script

RAW = json.loads(scored({}).raw or b"")


@pytest.fixture
def upstream() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as provider:
        yield provider


@pytest.fixture
def transport() -> Iterator[Transport]:
    opened = Transport(SystemClock(), allow_loopback=True)
    yield opened
    opened.close()


def a_moderator(
    transport: Transport,
    url: str,
    *,
    kind: ProviderKind = ProviderKind.OPENAI,
    version: str = KEY_VERSION,
    vault: FixedVault | None = None,
    timeout: float = 5.0,
) -> OpenAiModerator:
    """Open a moderator for the scripted provider."""
    return OpenAiModerator(
        transport,
        vault or FixedVault(),
        tenant_id=TenantId("t_local"),
        provider=Provider(ProviderId("ip_local_001"), kind, url, {}, key_version=version),
        clock=SystemClock(),
        timeout_seconds=timeout,
    )


def changed(category: str, score: object) -> bytes:
    """Write an answer for one text in which one score is odd."""
    scores = {**RAW["results"][0]["category_scores"], category: score}
    return json.dumps({"results": [{"category_scores": scores}]}).encode()


def test_scores_come_back_in_order(transport: Transport, upstream: ScriptedProvider) -> None:
    upstream.script(MODEL, scored({"hate": 0.8}, {"violence/graphic": 1}))

    first, second = a_moderator(transport, upstream.url).score(["one", "two"])

    assert first["hate"] == 0.8
    assert second["violence/graphic"] == 1.0
    assert set(first) == set(second) == set(ModerationCategory)


def test_request_is_the_documented_one(transport: Transport, upstream: ScriptedProvider) -> None:
    upstream.script(MODEL, scored({}))

    a_moderator(transport, upstream.url).score(["Grüße \ud800"])

    (seen,) = upstream.seen
    assert seen.path == "/v1/moderations"
    assert seen.headers["authorization"] == "Bearer sk-test"
    assert seen.body == {"model": MODEL, "input": ["Grüße ?"]}


def test_many_pieces_are_asked_in_batches(transport: Transport, upstream: ScriptedProvider) -> None:
    upstream.script(MODEL, scored(*[{}] * TEXTS_PER_CALL), scored({"hate": 0.9}))

    scores = a_moderator(transport, upstream.url).score(["text"] * (TEXTS_PER_CALL + 1))

    assert len(scores) == TEXTS_PER_CALL + 1
    assert scores[-1]["hate"] == 0.9


def test_detector_reports_what_was_scored(transport: Transport, upstream: ScriptedProvider) -> None:
    upstream.script(MODEL, scored({"self-harm/intent": 0.93, "hate": 0.49}))
    detector = ModerationDetector(a_moderator(transport, upstream.url))

    (finding,) = detector.detect(NormalisedText("  some text"), Origin.USER)

    assert detector.version == MODEL
    assert (finding.type, finding.score) == ("MODERATION_SELF_HARM_INTENT", 0.93)
    assert (finding.start, finding.end) == (0, 11)


def test_blank_text_is_not_sent(transport: Transport, upstream: ScriptedProvider) -> None:
    detector = ModerationDetector(a_moderator(transport, upstream.url))

    assert detector.detect(NormalisedText(" \n"), Origin.USER) == []
    assert not upstream.seen


@pytest.mark.parametrize(
    "name",
    ["400", "401", "429", "500", "503", "redirect", "reset", "truncated", "not-json"],
)
def test_failing_provider_lets_nothing_pass(
    transport: Transport, upstream: ScriptedProvider, name: str
) -> None:
    upstream.script(MODEL, SCRIPTS[f"scripted-{name}"])
    if SCRIPTS[f"scripted-{name}"].cut_at:
        upstream.script(MODEL, Script(raw=scored({}).raw, cut_at=40))

    with pytest.raises(FirewallUnavailable):
        a_moderator(transport, upstream.url).score(["text"])


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"[]", id="list"),
        pytest.param(b"{}", id="no_results"),
        pytest.param(b'{"results": {}}', id="results_object"),
        pytest.param(b'{"results": []}', id="too_few"),
        pytest.param(json.dumps({"results": RAW["results"] * 2}).encode(), id="too_many"),
        pytest.param(b'{"results": [1]}', id="result_number"),
        pytest.param(b'{"results": [{"flagged": false}]}', id="no_scores"),
        pytest.param(b'{"results": [{"category_scores": {"hate": 0.1}}]}', id="missing_category"),
        pytest.param(changed("hate", None), id="null"),
        pytest.param(changed("hate", "0.1"), id="string"),
        pytest.param(changed("hate", score=True), id="boolean"),
        pytest.param(changed("hate", 1.5), id="above_one"),
        pytest.param(changed("hate", -0.1), id="negative"),
        pytest.param(changed("hate", float("nan")), id="not_a_number"),
        pytest.param(changed("hate", 10**400), id="huge"),
    ],
)
def test_odd_answer_lets_nothing_pass(
    transport: Transport, upstream: ScriptedProvider, raw: bytes
) -> None:
    upstream.script(MODEL, Script(raw=raw))

    with pytest.raises(FirewallUnavailable):
        a_moderator(transport, upstream.url).score(["text"])


def test_slow_provider_is_not_waited_for(transport: Transport, upstream: ScriptedProvider) -> None:
    upstream.script(MODEL, Script(wait_seconds=30.0))

    with pytest.raises(FirewallUnavailable):
        a_moderator(transport, upstream.url, timeout=0.1).score(["text"])


def test_all_batches_share_one_deadline(transport: Transport, upstream: ScriptedProvider) -> None:
    batch = scored(*[{}] * TEXTS_PER_CALL).raw
    upstream.script(MODEL, Script(raw=batch, wait_seconds=0.15))

    with pytest.raises(FirewallUnavailable):
        a_moderator(transport, upstream.url, timeout=0.25).score(["text"] * TEXTS_PER_CALL * 3)


def test_nobody_there_lets_nothing_pass(transport: Transport) -> None:
    with pytest.raises(FirewallUnavailable):
        a_moderator(transport, "http://127.0.0.1:9/v1").score(["text"])


def test_key_goes_to_no_other_kind_of_provider(
    transport: Transport, upstream: ScriptedProvider
) -> None:
    with pytest.raises(FirewallUnavailable):
        a_moderator(transport, upstream.url, kind=ProviderKind.ANTHROPIC).score(["text"])

    assert not upstream.seen


@pytest.mark.parametrize("version", ["", "another"])
def test_provider_without_its_key_is_not_asked(
    transport: Transport, upstream: ScriptedProvider, version: str
) -> None:
    with pytest.raises(FirewallUnavailable):
        a_moderator(transport, upstream.url, version=version).score(["text"])

    assert not upstream.seen


def test_silent_vault_lets_nothing_pass(transport: Transport, upstream: ScriptedProvider) -> None:
    vault = FixedVault()
    vault.is_down = True

    with pytest.raises(FirewallUnavailable):
        a_moderator(transport, upstream.url, vault=vault).score(["text"])
