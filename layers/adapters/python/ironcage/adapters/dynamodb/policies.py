"""`PolicyStore` on the `control` table: what acts now, and every version that ever did."""

from collections.abc import Iterator

from ironcage.adapters.dynamodb.control_items import policy_item, read_policy
from ironcage.adapters.dynamodb.directory_writer import IS_FREE, version_bump
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.table import Table
from ironcage.core import PolicyId, TenantId
from ironcage.core.errors import Conflict, NotFound
from ironcage.tenancy import PolicyVersion

IS_NEXT = "revision = :before"


class DynamoPolicyStore:
    """A version and what acts are written in one transaction with the tenant's version."""

    def __init__(self, control: Table) -> None:
        self._control = control

    def find(
        self, tenant_id: TenantId, policy_id: PolicyId, *, number: int | None = None
    ) -> PolicyVersion | None:
        """Read a policy as it is now, or one of its versions."""
        keys = TenantKeys(tenant_id)
        current, past = keys.policy_sk(policy_id), keys.policy_version_sk
        sk = current if number is None else past(policy_id, number)
        item = self._control.get(keys.control_pk(), sk)
        return None if item is None else read_policy(item)

    def history(
        self, tenant_id: TenantId, policy_id: PolicyId, *, most: int
    ) -> Iterator[PolicyVersion]:
        """Read the newest versions of a policy, newest first."""
        current = self.find(tenant_id, policy_id)
        newest = current.number if current else 0
        for number in range(newest, max(0, newest - most), -1):
            version = self.find(tenant_id, policy_id, number=number)
            if version is not None:
                yield version

    def put(self, tenant_id: TenantId, version: PolicyVersion) -> None:
        """Keep the version that follows the newest, and let it act.

        Raises:
            NotFound: there is no such tenant.
            Conflict: it does not follow the newest version (any more).
        """
        keys, item = TenantKeys(tenant_id), policy_item(version)
        pk, policy_id, before = keys.control_pk(), version.policy_id, version.number - 1
        follows = {"condition": IS_NEXT, "values": {":before": before}}
        writes = [
            self._control.putting(
                pk,
                keys.policy_sk(policy_id),
                item,
                **(follows if before else {"condition": IS_FREE}),
            ),
            self._control.putting(
                pk, keys.policy_version_sk(policy_id, version.number), item, condition=IS_FREE
            ),
            version_bump(self._control, tenant_id),
        ]
        if self._control.transact(writes):
            return
        if self._control.get(pk, keys.version_sk()) is None:
            raise NotFound(tenant_id=tenant_id)
        raise Conflict(policy_id=policy_id)
