"""`BreakerStore` on the `runtime` table: one item a deployment that has ever been ill.

A circuit is replaced only if it still is what the writer saw, so of several environments that
open, probe or close at once exactly one succeeds. A forgotten item is a closed circuit.
"""

from collections.abc import Mapping

from ironcage.adapters.dynamodb.attributes import Item
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.table import Change, Table
from ironcage.core import ProviderId, TenantId
from ironcage.gateway import CLOSED, Circuit, Deployment

TTL_SECONDS = 3_600

_SET = (
    "SET trips = :trips, until_ms = :until, probe_until_ms = :probe, "
    "provider_id = :provider, model = :model, #ttl = :ttl"
)
_IS_OLD = "(trips = :old_trips AND until_ms = :old_until AND probe_until_ms = :old_probe)"
_IS_ABSENT = "attribute_not_exists(pk)"


class DynamoBreakerStore:
    """The circuits of all environments of a region."""

    def __init__(self, runtime: Table) -> None:
        self._runtime = runtime

    def read(self, tenant_id: TenantId) -> Mapping[Deployment, Circuit]:
        """Read every circuit of a tenant that is not closed; half the price, a moment old.

        Raises:
            StoreUnavailable: the table did not answer.
        """
        keys = TenantKeys(tenant_id)
        items = self._runtime.query(keys.runtime_pk(), keys.breaker_prefix(), consistent=False)
        found = {_deployment(tenant_id, item): _circuit(item) for item in items}
        return {deployment: circuit for deployment, circuit in found.items() if circuit.trips}

    def swap(self, deployment: Deployment, *, old: Circuit, new: Circuit) -> tuple[bool, Circuit]:
        """Replace a circuit if it still is `old`: (True, `new`), or (False, what stands there).

        Raises:
            StoreUnavailable: the table did not answer.
        """
        keys = TenantKeys(deployment.tenant_id)
        sk = keys.breaker_sk(deployment.provider_id, deployment.model)
        done, item = self._runtime.update(
            keys.runtime_pk(), sk, _change(deployment, old=old, new=new)
        )
        return done, _circuit(item) if item else CLOSED


def _change(deployment: Deployment, *, old: Circuit, new: Circuit) -> Change:
    latest_ms = max(new.until_ms, new.probe_until_ms, old.until_ms)
    values = {
        ":trips": new.trips,
        ":until": new.until_ms,
        ":probe": new.probe_until_ms,
        ":provider": deployment.provider_id,
        ":model": deployment.model,
        ":ttl": latest_ms // 1000 + TTL_SECONDS,
        ":old_trips": old.trips,
        ":old_until": old.until_ms,
        ":old_probe": old.probe_until_ms,
    }
    condition = f"{_IS_ABSENT} OR {_IS_OLD}" if old == CLOSED else _IS_OLD
    return Change(_SET, condition, values, {"#ttl": "ttl"})


def _deployment(tenant_id: TenantId, item: Item) -> Deployment:
    return Deployment(tenant_id, ProviderId(item["provider_id"]), item["model"])


def _circuit(item: Item) -> Circuit:
    return Circuit(item["trips"], item["until_ms"], item["probe_until_ms"])
