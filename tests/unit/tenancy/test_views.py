"""What an agent may use follows from its providers and its policy."""

from ironcage.core import AgentId, ProviderId, TenantId
from ironcage.tenancy import Agent, AgentView, Provider, ProviderKind


def a_provider(number: int, *models: str, is_active: bool = True) -> Provider:
    return Provider(
        ProviderId(f"ip_{number:06d}"),
        ProviderKind.OPENAI,
        "https://api.openai.com/v1",
        models={name: name for name in models},
        is_active=is_active,
    )


def a_view(*providers: Provider, models: frozenset[str] | None = None) -> AgentView:
    agent = Agent(TenantId("tenant_acme"), AgentId("agent_writer"), "w", "o", models=models)
    return AgentView(agent, providers, {})


def test_routes_keep_the_agents_order_and_skip_what_is_off() -> None:
    first, off, last = a_provider(1, "m"), a_provider(2, "m", is_active=False), a_provider(3, "m")

    assert a_view(first, off, a_provider(4, "other"), last).routes_for("m") == (first, last)


def test_agent_without_a_list_may_use_all_models_of_its_providers() -> None:
    view = a_view(a_provider(1, "b", "a"), a_provider(2, "c", is_active=False))

    assert view.model_names() == ["a", "b"]


def test_agent_with_a_list_may_use_what_is_on_it_and_served() -> None:
    view = a_view(a_provider(1, "b", "a"), models=frozenset({"a", "z"}))

    assert view.model_names() == ["a"]
