"""Several scripted providers behind one gateway, and what became of each attempt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ironcage.gateway import ProviderCall
from support.fakes_gateway import GatewayRig, ScriptedChat, Step, a_provider, a_view

ONE, TWO, THREE = "ip_one_001", "ip_two_002", "ip_three_003"


class ChatByProvider(ScriptedChat):
    """A `ChatProvider` with a script for each provider; the last step answers for ever."""

    def __init__(self, scripts: dict[str, Sequence[Step]]) -> None:
        super().__init__()
        self.scripts = {name: list(steps) for name, steps in scripts.items()}
        self.takes: Callable[[ProviderCall], None] = lambda _: None

    def asked(self, provider: str) -> int:
        """Count the calls of a provider."""
        return sum(call.provider.provider_id == provider for call in self.calls)

    def _next(self, call: ProviderCall) -> Step:
        self.calls.append(call)
        self.takes(call)
        steps = self.scripts[call.provider.provider_id]
        return steps.pop(0) if len(steps) > 1 else steps[0]


@dataclass
class RoutedRig(GatewayRig):
    """A gateway whose agent has one provider for each script, in their order."""

    chat: ChatByProvider = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.directory.current = a_view(*map(a_provider, self.chat.scripts))


def a_routed_rig(**scripts: Sequence[Step]) -> RoutedRig:
    """Make a gateway in front of up to three providers: `one`, `two` and `three`."""
    names = {"one": ONE, "two": TWO, "three": THREE}
    return RoutedRig(chat=ChatByProvider({names[name]: steps for name, steps in scripts.items()}))


def reasons(rig: GatewayRig, at: int = -1) -> list[str]:
    """List how the attempts of a request went, as its record says it."""
    attempts = rig.records.records[at]["attempts"]
    assert isinstance(attempts, list)
    return [attempt["reason"] for attempt in attempts]
