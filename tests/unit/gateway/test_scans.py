"""Texts of a caller are judged by its own policy; whoever may not ask is refused."""

from dataclasses import replace

import pytest

from ironcage.core import AgentId, TenantId
from ironcage.core.errors import (
    AgentInactive,
    FirewallUnavailable,
    PermissionMissing,
    StoreUnavailable,
    TokenInvalid,
)
from ironcage.firewall import Direction, Finding, Origin, default_policies, pattern_detectors
from ironcage.gateway import (
    AgentTerms,
    Caller,
    ConversationInput,
    Scanned,
    Scanner,
    StandardTerms,
    Terms,
    TextInput,
)
from ironcage.tenancy import AgentStatus
from support.fakes_firewall import FixedDetector
from support.fakes_gateway import FixedDirectory, PlainHasher, a_view
from support.fakes_ledger import ManualClock

TERMS = Terms(default_policies())
CALLER = Caller(TenantId("tenant_acme"), AgentId("agent_writer"), "a" * 64)
MAIL = "Write to jane.doe@mail.acme.co.uk."
SCANNING = frozenset({"firewall:scan"})


def in_time() -> float:
    return 60.0


def of_injection(score: float) -> FixedDetector:
    detector = FixedDetector(Finding("PROMPT_INJECTION", "injection/x", 0, 4, score=score))
    detector.name = "injection"
    return detector


def scanned(text: str, *, score: float = 0.0, direction: Direction = Direction.INPUT) -> Scanned:
    detectors = [of_injection(score), *pattern_detectors()]
    scanner = Scanner(detectors, direction=direction, clock=ManualClock())
    origin = Origin.USER if direction is Direction.INPUT else Origin.MODEL
    return scanner.scan(TextInput(text, origin), TERMS, seconds_left=in_time)


def test_score_of_an_input_is_that_of_an_injection_also_below_the_threshold() -> None:
    found = scanned(MAIL, score=0.3)

    assert found.score == 0.3
    assert [s.finding.type for s in found.judged.sightings] == ["EMAIL_ADDRESS"]


def test_score_of_an_input_does_not_count_what_else_is_found() -> None:
    assert scanned(MAIL).score == 0.0


def test_score_of_an_output_is_that_of_its_surest_finding() -> None:
    found = scanned(MAIL, direction=Direction.OUTPUT)

    assert found.score == max(s.finding.score for s in found.judged.sightings) > 0
    assert found.judged.clean == "Write to [REDACTED:EMAIL_ADDRESS]."
    assert scanned("Nothing.", direction=Direction.OUTPUT).score == 0.0


def test_verdict_names_its_policy_and_the_time_of_each_detector() -> None:
    found = scanned(MAIL)

    assert found.policy_version == default_policies().input.version
    assert found.timings_ms.keys() == {"injection", "secrets", "pii", "total"}


def test_conversation_of_an_output_is_a_models() -> None:
    scanner = Scanner(pattern_detectors(), direction=Direction.OUTPUT, clock=ManualClock())
    messages = [{"role": "assistant", "content": MAIL}]

    found = scanner.scan(ConversationInput(messages), TERMS, seconds_left=in_time)

    assert found.judged.clean == [
        {"role": "assistant", "content": "Write to [REDACTED:EMAIL_ADDRESS]."}
    ]


def test_policy_that_asks_for_a_detector_that_is_not_here_stops_all() -> None:
    scanner = Scanner(pattern_detectors(), direction=Direction.INPUT, clock=ManualClock())

    with pytest.raises(FirewallUnavailable):
        scanner.check(TERMS)


def test_policy_whose_detectors_are_here_stops_nothing() -> None:
    Scanner(pattern_detectors(), direction=Direction.OUTPUT, clock=ManualClock()).check(TERMS)


@pytest.mark.parametrize("permission", ["firewall:scan", "llm:call"])
def test_agent_is_judged_by_its_own_policy(permission: str) -> None:
    view = a_view(policy={"preset": "strict"})
    caller = replace(CALLER, permissions=frozenset({permission}))

    terms = AgentTerms(FixedDirectory(view), PlainHasher()).of(caller)

    assert terms.policies.input.version != default_policies().input.version
    assert terms.hash_key == b""


def test_agent_whose_policy_hashes_gets_its_tenants_key() -> None:
    view = a_view(policy={"output": {"modes": {"EMAIL_ADDRESS": "hash"}}})
    caller = replace(CALLER, permissions=SCANNING)

    terms = AgentTerms(FixedDirectory(view), PlainHasher()).of(caller)

    assert terms.hash_key == b"tenant_acme"


def test_token_without_the_permission_is_refused() -> None:
    caller = replace(CALLER, permissions=frozenset({"tools:call"}))

    with pytest.raises(PermissionMissing):
        AgentTerms(FixedDirectory(a_view()), PlainHasher()).of(caller)


def test_agent_that_is_not_active_is_refused() -> None:
    view = a_view()
    asleep = replace(view, agent=replace(view.agent, status=AgentStatus.INACTIVE))

    with pytest.raises(AgentInactive):
        AgentTerms(FixedDirectory(asleep), PlainHasher()).of(replace(CALLER, permissions=SCANNING))


def test_policy_that_cannot_be_read_lets_nothing_be_judged() -> None:
    view = a_view(policy={"preset": "none"})

    with pytest.raises(FirewallUnavailable):
        AgentTerms(FixedDirectory(view), PlainHasher()).of(replace(CALLER, permissions=SCANNING))


def test_directory_that_is_down_is_no_default_policy() -> None:
    directory = FixedDirectory(a_view())
    directory.is_down = True

    with pytest.raises(StoreUnavailable):
        AgentTerms(directory, PlainHasher()).of(replace(CALLER, permissions=SCANNING))


def test_default_policy_is_everybodys_where_there_are_no_agents() -> None:
    assert StandardTerms().of(CALLER) == TERMS


PROVEN = {
    "tenant_id": "tenant_acme",
    "agent_id": "agent_writer",
    "token_hash": "a" * 64,
    "permissions": "llm:call firewall:scan",
}


def test_caller_is_who_the_authorizer_proved() -> None:
    caller = Caller.proven_by(PROVEN)

    assert caller == replace(CALLER, permissions=frozenset({"llm:call", "firewall:scan"}))


@pytest.mark.parametrize(
    "context",
    [
        pytest.param(None, id="none"),
        pytest.param([], id="list"),
        pytest.param({}, id="empty"),
        pytest.param(PROVEN | {"tenant_id": ""}, id="empty tenant"),
        pytest.param(PROVEN | {"agent_id": 1}, id="number"),
        pytest.param(PROVEN | {"token_hash": None}, id="no hash"),
    ],
)
def test_caller_that_nobody_proved_is_refused(context: object) -> None:
    with pytest.raises(TokenInvalid):
        Caller.proven_by(context)


def test_caller_without_permissions_has_none() -> None:
    assert Caller.proven_by(PROVEN | {"permissions": 3}).permissions == frozenset()
