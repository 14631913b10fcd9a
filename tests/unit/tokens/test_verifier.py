"""A token is proven by its signature, its claims and its record together (step 0)."""

from dataclasses import replace

import pytest

from ironcage.core import AgentId, TenantId
from ironcage.core.errors import StoreUnavailable, TokenInvalid
from ironcage.tokens import MAX_TOKEN_BYTES, SigningKeys, budget_of, issue
from support.builders_identity import (
    AGENT,
    KEYS,
    NOW_S,
    TENANT,
    TOKEN_ID,
    a_grant,
    a_token_world,
    forged,
    some_claims,
)


def test_token_says_who_is_calling() -> None:
    world = a_token_world()
    token = world.issue()

    caller = world.verify(token)

    assert (caller.tenant_id, caller.agent_id, caller.token_id) == (TENANT, AGENT, TOKEN_ID)
    assert caller.permissions == ("llm:call",)
    assert caller.token_hash == world.records.records[TENANT, AGENT].token_hash


def test_token_is_short_and_is_not_kept() -> None:
    token, record = issue(a_grant(), KEYS)

    assert 200 <= len(token) <= 400
    assert token not in repr(record)


def test_two_tokens_of_one_second_differ() -> None:
    first, _ = issue(a_grant(), KEYS)
    second, _ = issue(a_grant(), KEYS)

    assert first != second


def test_budget_is_named_after_its_agent() -> None:
    assert budget_of(AgentId("agent_abc123")) == "budget_abc123"


def test_token_with_an_expiry_is_valid_until_then() -> None:
    world = a_token_world()
    token = world.issue(a_grant(expires_at_s=NOW_S + 10))

    assert world.verify(token)
    world.clock.advance(10)
    with pytest.raises(TokenInvalid):
        world.verify(token)


def test_token_without_an_expiry_is_valid_for_years() -> None:
    world = a_token_world()
    token = world.issue()

    world.clock.advance(10 * 365 * 86_400)

    assert world.verify(token)


def test_null_expiry_means_none() -> None:
    world = a_token_world()
    token = world.trust(forged(claims=some_claims(exp=None)))

    assert world.verify(token)


def test_token_of_a_clock_that_is_a_little_ahead_is_valid() -> None:
    world = a_token_world()
    token = world.issue(a_grant(issued_at_s=NOW_S + 60))

    assert world.verify(token)


def test_record_is_read_once_in_five_seconds() -> None:
    world = a_token_world()
    token = world.issue()

    for _ in range(3):
        world.verify(token)
    assert world.records.reads == 1
    world.clock.advance(5)
    world.verify(token)

    assert world.records.reads == 2


def test_revocation_acts_within_five_seconds() -> None:
    world = a_token_world()
    token = world.issue()
    world.verify(token)

    world.records.put(replace(world.records.records[TENANT, AGENT], is_revoked=True))
    world.clock.advance(5)

    with pytest.raises(TokenInvalid):
        world.verify(token)


def test_new_token_is_accepted_at_once_after_a_rotation() -> None:
    world = a_token_world()
    world.verify(world.issue())

    newer = world.issue()

    assert world.verify(newer)


def test_old_token_is_refused_once_the_new_one_was_seen() -> None:
    world = a_token_world()
    older = world.issue()
    world.verify(older)
    world.verify(world.issue())

    with pytest.raises(TokenInvalid):
        world.verify(older)


def test_revocation_acts_within_five_seconds_of_a_slow_read() -> None:
    world = a_token_world()
    token = world.issue()
    world.records.on_read = lambda: world.clock.advance(3)  # revoked while the answer travels
    world.verify(token)
    world.records.on_read = lambda: None
    record = world.records.records[TENANT, AGENT]
    world.records.put(replace(record, is_revoked=True))

    world.clock.advance(1.999)
    assert world.verify(token)
    world.clock.advance(0.001)

    with pytest.raises(TokenInvalid):
        world.verify(token)


def test_unknown_agent_is_asked_for_each_time() -> None:
    world = a_token_world()
    token = world.issue()
    record = world.records.records.pop((TENANT, AGENT))

    with pytest.raises(TokenInvalid):
        world.verify(token)
    world.records.put(record)

    assert world.verify(token)


def test_cache_of_records_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_token_world()
    tokens = [world.issue(a_grant(agent_id=AgentId(f"agent_{n:06d}"))) for n in range(5_000)]
    for token in tokens[:4_097]:
        world.verify(token)
    world.records.reads = 0

    world.verify(tokens[4_096])
    world.verify(tokens[0])

    assert world.records.reads == 1


def test_key_that_signs_since_a_moment_ago_is_fetched() -> None:
    world = a_token_world()
    both = SigningKeys("k2", {**KEYS.keys, "k2": b"2" * 32})
    token, record = issue(a_grant(), both)
    world.records.put(record)
    world.keyring.newer = both

    assert world.verify(token)
    assert world.keyring.reloads == 1


def test_old_key_verifies_during_the_overlap_and_not_after_it() -> None:
    world = a_token_world()
    token = world.issue()
    world.keyring.keys = SigningKeys("k2", {**KEYS.keys, "k2": b"2" * 32})

    assert world.verify(token)
    world.keyring.keys = SigningKeys("k2", {"k2": b"2" * 32})
    with pytest.raises(TokenInvalid):
        world.verify(token)


@pytest.mark.parametrize("part", ["keyring", "records"])
def test_nothing_is_proven_when_a_store_is_down(part: str) -> None:
    world = a_token_world()
    token = world.issue()
    getattr(world, part).is_down = True

    with pytest.raises(StoreUnavailable):
        world.verify(token)


def test_records_are_not_asked_for_a_token_without_a_signature() -> None:
    world = a_token_world()
    world.issue()

    with pytest.raises(TokenInvalid):
        world.verify(forged(key=b"2" * 32))

    assert world.records.reads == 0


def test_size_is_checked_before_anything_is_read() -> None:
    world = a_token_world()
    world.keyring.is_down = True

    with pytest.raises(TokenInvalid):
        world.verify("a" * (MAX_TOKEN_BYTES + 1))


@pytest.mark.parametrize("other", ["tenant", "agent"])
def test_record_of_somebody_else_proves_nothing(other: str) -> None:
    world = a_token_world()
    token = world.issue()
    record = world.records.records[TENANT, AGENT]
    changed = (
        replace(record, tenant_id=TenantId("tenant_evil"))
        if other == "tenant"
        else replace(record, agent_id=AgentId("agent_other"))
    )
    world.records.records[TENANT, AGENT] = changed

    with pytest.raises(TokenInvalid):
        world.verify(token)
