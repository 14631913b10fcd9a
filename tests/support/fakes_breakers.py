"""The circuits of all environments in memory, and ways for them to be out of reach."""

from collections.abc import Mapping
from threading import Lock

from ironcage.core import ProviderId, TenantId
from ironcage.core.errors import StoreUnavailable
from ironcage.gateway import CLOSED, Circuit, Deployment
from support.builders_budgets import KEY


class MemoryBreakerStore:
    """`BreakerStore` in memory; every method is atomic, as one write to the table is."""

    def __init__(self) -> None:
        self.circuits: dict[Deployment, Circuit] = {}
        self.is_down = False
        self.reads = 0
        self.writes = 0
        self._lock = Lock()

    def read(self, tenant_id: TenantId) -> Mapping[Deployment, Circuit]:
        """Read the circuits of a tenant that are not closed."""
        self.reads += 1
        self._raise_if_down()
        with self._lock:
            return {d: c for d, c in self.circuits.items() if c.trips and d.tenant_id == tenant_id}

    def swap(self, deployment: Deployment, *, old: Circuit, new: Circuit) -> tuple[bool, Circuit]:
        """Replace a circuit if it still is the old one."""
        self.writes += 1
        self._raise_if_down()
        with self._lock:
            stands = self.circuits.get(deployment, CLOSED)
            if stands != old:
                return False, stands
            self.circuits[deployment] = new
            return True, new

    def _raise_if_down(self) -> None:
        if self.is_down:
            raise StoreUnavailable(store="runtime")


def a_deployment(provider: str = "ip_one_001", model: str = "gpt-4o-mini") -> Deployment:
    return Deployment(KEY.tenant_id, ProviderId(provider), model)
