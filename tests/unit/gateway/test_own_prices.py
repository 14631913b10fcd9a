"""A price that a provider names itself holds as much as that provider may bill."""

import pytest

from ironcage.gateway import Usage, cost
from ironcage.gateway.pricing import Price
from ironcage.tenancy import ProviderKind
from support.builders_budgets import KEY
from support.fakes_gateway import (
    MODEL,
    GatewayRig,
    ScriptedChat,
    a_body,
    a_provider,
    a_view,
    an_answer,
)

RATE = 1_000_000  # a micro-dollar a token
WRITTEN = Usage(input_tokens=1_100, output_tokens=1, cache_write_tokens=1_100)


def a_rig(kind: ProviderKind, model: str) -> GatewayRig:
    rig = GatewayRig(ScriptedChat(an_answer(usage=WRITTEN)))
    prices = {MODEL: (RATE, RATE)}
    rig.directory.current = a_view(a_provider(kind=kind, models={MODEL: model}, prices=prices))
    return rig


def held_and_spent(kind: ProviderKind, model: str = "m") -> tuple[int, int]:
    """Ask once; tell what was held meanwhile and what was spent in the end."""
    rig, seen = a_rig(kind, model), []
    rig.chat.before = lambda: seen.append(rig.ledger.read(KEY).held)
    rig.ask(a_body(max_tokens=1))
    return seen[0], rig.ledger.read(KEY).spent


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        (ProviderKind.ANTHROPIC, "claude-opus-5"),
        (ProviderKind.ANTHROPIC, "a-name-of-their-own"),
        (ProviderKind.BEDROCK, "eu.anthropic.claude-opus-5-v1:0"),
    ],
)
def test_claude_at_a_price_of_its_own_never_passes_its_hold(kind: ProviderKind, model: str) -> None:
    held, spent = held_and_spent(kind, model)

    assert spent == cost(Price.flat(RATE, RATE, is_claude=True), WRITTEN) == 1_376
    assert held >= spent


@pytest.mark.parametrize(
    ("kind", "model"),
    [(ProviderKind.OPENAI, "gpt-4o"), (ProviderKind.BEDROCK, "amazon.nova-lite-v1:0")],
)
def test_other_models_hold_and_pay_the_two_rates_alone(kind: ProviderKind, model: str) -> None:
    held, spent = held_and_spent(kind, model)

    assert spent == 1_101
    assert held < 1_000
