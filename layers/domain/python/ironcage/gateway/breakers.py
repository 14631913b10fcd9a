"""The circuit breakers of one environment: what it saw itself, and what all share (step 7).

Outcomes are counted in memory, where they cost nothing; only a circuit that opens, is probed or
closes is written. The store is asked at most once a second for each tenant. It never stops a
request: while it does not answer, every circuit counts as closed.
"""

from dataclasses import dataclass

from ironcage.core import Clock, ExpiringCache, TenantId
from ironcage.core.errors import ProviderLimited, ProviderUnavailable, StoreUnavailable
from ironcage.gateway.ports import BreakerStore
from ironcage.gateway.routing import (
    CIRCUIT_OPEN,
    CLOSED,
    RESTING,
    WINDOW,
    Circuit,
    Deployment,
    Sign,
    seconds_up,
    should_open,
)

VIEW_SECONDS = 1.0
MEMORY_SECONDS = 300.0
CACHE_SIZE = 1_024
STORE_DOWN = "breaker_store_down"
OPENED = "breaker_opened"


@dataclass(frozen=True, slots=True)
class Turn:
    """The permission to ask a deployment once; `facts` hears what was remarkable about it."""

    deployment: Deployment
    circuit: Circuit
    facts: list[str]

    @property
    def is_probe(self) -> bool:
        """Tell whether this attempt decides about a half-open circuit."""
        return self.circuit.trips > 0


class Breakers:
    """Says whether a deployment may be asked, and hears how it went."""

    def __init__(self, store: BreakerStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._views = ExpiringCache[TenantId, dict[Deployment, Circuit]](
            clock, seconds=VIEW_SECONDS, size=CACHE_SIZE
        )
        self._recent = ExpiringCache[Deployment, tuple[bool, ...]](
            clock, seconds=MEMORY_SECONDS, size=CACHE_SIZE
        )
        self._rests = ExpiringCache[Deployment, int](clock, seconds=MEMORY_SECONDS, size=CACHE_SIZE)

    def take_turn(self, deployment: Deployment, *, seconds: float, facts: list[str]) -> Turn:
        """Ask for permission to call a deployment, for at most so many seconds.

        Raises:
            ProviderLimited: the provider told us to wait, and that time is not over.
            ProviderUnavailable: the circuit is open, or somebody else is probing.
        """
        if (rest := self._rest_ms(deployment)) > 0:
            limited = ProviderLimited(reason=RESTING)
            limited.retry_after_seconds = seconds_up(rest)
            raise limited
        circuit = self._circuit(deployment, facts)
        if circuit.trips:
            circuit = self._probe(deployment, circuit, seconds=seconds, facts=facts)
        return Turn(deployment, circuit, facts)

    def report(self, turn: Turn, sign: Sign) -> None:
        """Hear how an attempt went."""
        if turn.is_probe:
            self._end_probe(turn, sign)
        elif sign is Sign.WELL or sign is Sign.ILL:
            self._count(turn, failed=sign is Sign.ILL)

    def rest(self, deployment: Deployment, seconds: int) -> None:
        """Leave a deployment alone for as long as its provider asked us to."""
        self._rests.put(deployment, self._clock.now_ms() + seconds * 1000)

    def wait_ms(self, deployment: Deployment, facts: list[str]) -> int:
        """Tell how long a deployment cannot be asked; 0 when it can."""
        circuit = self._circuit(deployment, facts)
        return max(self._rest_ms(deployment), circuit.wait_ms(self._clock.now_ms()))

    def _rest_ms(self, deployment: Deployment) -> int:
        return (self._rests.get(deployment) or 0) - self._clock.now_ms()

    def _probe(
        self, deployment: Deployment, circuit: Circuit, *, seconds: float, facts: list[str]
    ) -> Circuit:
        """Take the one probe of a half-open circuit; whoever writes first has it."""
        self._recent.drop(deployment)
        now_ms = self._clock.now_ms()
        if circuit.wait_ms(now_ms) == 0:
            probed = circuit.probed(now_ms, seconds=seconds)
            is_ours, circuit = self._swap(deployment, old=circuit, new=probed, facts=facts)
            if is_ours or not circuit.trips:
                return circuit
        raise ProviderUnavailable(sent=False, reason=CIRCUIT_OPEN)

    def _end_probe(self, turn: Turn, sign: Sign) -> None:
        after = turn.circuit.after_probe(sign, self._clock.now_ms())
        is_ours, _ = self._swap(turn.deployment, old=turn.circuit, new=after, facts=turn.facts)
        if is_ours and sign is Sign.ILL:
            turn.facts.append(OPENED)

    def _count(self, turn: Turn, *, failed: bool) -> None:
        before = self._recent.get(turn.deployment) or ()
        recent = (*before, failed)[-WINDOW:]
        self._recent.put(turn.deployment, recent)
        if failed and should_open(recent):
            self._open(turn)

    def _open(self, turn: Turn) -> None:
        self._recent.drop(turn.deployment)
        circuit = self._circuit(turn.deployment, turn.facts)
        if circuit.trips:
            return
        opened = circuit.opened(self._clock.now_ms())
        is_ours, _ = self._swap(turn.deployment, old=circuit, new=opened, facts=turn.facts)
        if is_ours:
            turn.facts.append(OPENED)

    def _circuit(self, deployment: Deployment, facts: list[str]) -> Circuit:
        """Look a circuit up in what was read of its tenant within the last second."""
        view = self._views.get(deployment.tenant_id)
        if view is None:
            view = self._read(deployment.tenant_id, facts)
        return view.get(deployment, CLOSED)

    def _read(self, tenant_id: TenantId, facts: list[str]) -> dict[Deployment, Circuit]:
        try:
            view = dict(self._store.read(tenant_id))
        except StoreUnavailable:
            facts.append(STORE_DOWN)
            view = {}
        self._views.put(tenant_id, view)
        return view

    def _swap(
        self, deployment: Deployment, *, old: Circuit, new: Circuit, facts: list[str]
    ) -> tuple[bool, Circuit]:
        """Change the shared circuit, and believe what stands there if somebody was first."""
        try:
            is_ours, stands = self._store.swap(deployment, old=old, new=new)
        except StoreUnavailable:
            facts.append(STORE_DOWN)
            is_ours, stands = False, CLOSED
        view = self._views.get(deployment.tenant_id)
        if view is not None:
            view[deployment] = stands
        return is_ours, stands
