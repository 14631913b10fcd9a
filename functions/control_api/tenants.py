"""Operations on tenants and their providers."""

from dataclasses import replace

from control_api.fields import Fields
from control_api.ports import Fact
from control_api.provider_fields import read_key, read_provider
from control_api.regions import Regions
from ironcage.core import Clock, TenantId, iso_utc
from ironcage.core.errors import InvalidRequest, NotFound
from ironcage.tenancy import DirectoryWriter, Provider, Tenant, origin_of
from ironcage.tokens import KeyVaultWriter

_KEY_NEEDED = "is required when scheme, host or port of the endpoint change; null removes the key"


class TenantOperations:
    """Create tenants and give them providers."""

    def __init__(
        self,
        directory: DirectoryWriter,
        vault: KeyVaultWriter,
        *,
        clock: Clock,
        allow_loopback: bool,
        regions: Regions,
    ) -> None:
        self._regions = regions
        self._directory = directory
        self._vault = vault
        self._clock = clock
        self._allow_loopback = allow_loopback

    def create_tenant(self, fields: Fields) -> Fact:
        """Create a tenant, whose home is the region where we run.

        Raises:
            InvalidRequest: fields are wrong.
            HomeRegionElsewhere: it wants its home in another region.
            Conflict: there is such a tenant.
        """
        tenant = Tenant(
            TenantId(fields.identifier("tenant_id", "tenant", fresh=True)),
            fields.text("name"),
            fields.text("home_region", default=self._regions.own),
        )
        if tenant.home_region and tenant.home_region not in self._regions.every:
            fields.note("home_region", "must be one of " + ", ".join(self._regions.every))
        fields.check()
        self._regions.check_home(tenant.home_region)
        self._directory.create_tenant(tenant, created_at=iso_utc(self._clock.now_ms()))
        answer: dict[str, object] = {
            "tenant_id": tenant.tenant_id,
            "name": tenant.name,
            "home_region": tenant.home_region,
        }
        return Fact(answer, "tenant_created", tenant.tenant_id, changes=answer)

    def check_home(self, tenant_id: TenantId) -> None:
        """Refuse to change a tenant from anywhere but its home region; an unknown one passes.

        Raises:
            HomeRegionElsewhere: it is at home in another region.
        """
        home = self._directory.home_of(tenant_id)
        if home is not None:
            self._regions.check_home(home)

    def put_provider(self, fields: Fields) -> Fact:
        """Create or replace a provider; its key is stored, kept or, if null, used no more.

        Raises:
            InvalidRequest: fields are wrong, or a kept key would go to another host.
            NotFound: there is no such tenant.
            Conflict: somebody else changed the key that was to be kept.
        """
        tenant_id = TenantId(fields.identifier("tenant_id", "tenant"))
        key = read_key(fields)
        given = read_provider(fields.inside("provider"), allow_loopback=self._allow_loopback)
        fields.check()
        if not self._directory.has_tenant(tenant_id):
            raise NotFound(tenant_id=tenant_id)
        version = self._key_version(tenant_id, given, key)
        provider = replace(given, key_version=version)
        self._directory.put_provider(tenant_id, provider, is_key_kept=key is None)
        answer: dict[str, object] = {"provider_id": provider.provider_id}
        return Fact(answer, "provider_updated", tenant_id, changes=answer)

    def _key_version(self, tenant_id: TenantId, given: Provider, key: str | None) -> str:
        if key is not None:
            return self._vault.put_key(tenant_id, given.provider_id, key) if key else ""
        known = self._directory.find_provider(tenant_id, given.provider_id)
        if known is None or not known.key_version:
            return ""
        if origin_of(known.endpoint) != origin_of(given.endpoint):
            raise InvalidRequest({"key": _KEY_NEEDED})
        return known.key_version
