"""Operations on tenants, their providers and their firewall policies."""

import re
from collections.abc import Callable, Mapping

from control_api.fields import MAX_ITEMS, Fields
from control_api.ports import Fact
from control_api.regions import Regions
from ironcage.core import Clock, PolicyId, ProviderId, TenantId, iso_utc
from ironcage.core.errors import InvalidRequest, NotFound
from ironcage.tenancy import (
    DEFAULT_POLICY,
    DirectoryWriter,
    Provider,
    ProviderKind,
    Tenant,
    check_endpoint,
)
from ironcage.tokens import KeyVaultWriter

MAX_PRICE = 10**12
_KEY = re.compile(r"[\x21-\x7e]{1,4096}")


class TenantOperations:
    """Create tenants and give them providers and policies."""

    def __init__(
        self,
        directory: DirectoryWriter,
        vault: KeyVaultWriter,
        *,
        clock: Clock,
        check_policy: Callable[[Mapping[str, object]], object],
        allow_loopback: bool,
        regions: Regions,
    ) -> None:
        self._regions = regions
        self._directory = directory
        self._vault = vault
        self._clock = clock
        self._check_policy = check_policy
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

    def put_policy(self, fields: Fields) -> Fact:
        """Create or replace a firewall policy; it acts within five seconds.

        Raises:
            InvalidRequest: fields or the policy are wrong.
            NotFound: there is no such tenant.
        """
        tenant_id = TenantId(fields.identifier("tenant_id", "tenant"))
        policy_id = PolicyId(DEFAULT_POLICY)
        if fields.has("policy_id"):
            policy_id = PolicyId(fields.identifier("policy_id", "policy"))
        document = fields.mapping("policy")
        fields.check()
        try:
            self._check_policy(document)
        except InvalidRequest as exc:
            problems = {f"policy.{name}": text for name, text in exc.fields.items()}
            raise InvalidRequest(problems) from exc
        self._directory.put_policy(tenant_id, policy_id, document)
        return Fact({"policy_id": policy_id}, "policy_updated", tenant_id)

    def put_provider(self, fields: Fields) -> Fact:
        """Create or replace a provider, and its key if one is given.

        Raises:
            InvalidRequest: fields are wrong.
            NotFound: there is no such tenant.
        """
        tenant_id = TenantId(fields.identifier("tenant_id", "tenant"))
        key = fields.text("key", longest=4_096) if fields.has("key") else ""
        if key and not _KEY.fullmatch(key):
            fields.note("key", "must be printable ASCII without spaces")
        provider = self._provider(fields.inside("provider"), has_key=bool(key))
        fields.check()
        if not self._directory.has_tenant(tenant_id):
            raise NotFound(tenant_id=tenant_id)
        if key:
            self._vault.put_key(tenant_id, provider.provider_id, key)
        self._directory.put_provider(tenant_id, provider)
        answer: dict[str, object] = {"provider_id": provider.provider_id}
        return Fact(answer, "provider_updated", tenant_id, changes=answer)

    def _provider(self, fields: Fields, *, has_key: bool) -> Provider:
        kind = fields.choice("kind", ProviderKind, default=ProviderKind.OPENAI)
        provider = Provider(
            provider_id=ProviderId(fields.identifier("provider_id", "ip", fresh=True)),
            kind=kind,
            endpoint=self._endpoint(fields, kind),
            models=_models(fields),
            has_key=fields.truth("has_key", default=has_key),
            is_active=fields.truth("is_active", default=True),
            prices=_prices(fields),
        )
        fields.collect()
        return provider

    def _endpoint(self, fields: Fields, kind: ProviderKind) -> str:
        if kind is ProviderKind.BEDROCK and not fields.has("endpoint"):
            return ""
        endpoint = fields.text("endpoint", longest=2_048)
        if endpoint:
            try:
                check_endpoint(endpoint, allow_loopback=self._allow_loopback)
            except InvalidRequest as exc:
                fields.note("endpoint", exc.fields["endpoint"])
        return endpoint


def _models(fields: Fields) -> dict[str, str]:
    """Read `{our name: the provider's name}`, or a list of names that both sides use."""
    if fields.holds_list("models"):
        names = fields.texts("models")
        found = dict(zip(names, names, strict=True))
    else:
        found = _texts_of(fields.mapping("models"))
    if not 1 <= len(found) <= MAX_ITEMS:
        fields.note("models", f"must name 1 to {MAX_ITEMS} models")
    return found


def _prices(fields: Fields) -> dict[str, tuple[int, int]]:
    """Read `{our name: [input, output]}`, in micro-dollars per million tokens."""
    if not fields.has("prices"):
        return {}
    found: dict[str, tuple[int, int]] = {}
    for name, pair in fields.mapping("prices").items():
        match pair:
            case [int(asked), int(told)] if _is_price(asked) and _is_price(told):
                found[name] = (asked, told)
            case _:
                fields.note(f"prices.{name}", "must be two whole numbers, input and output")
    return found


def _is_price(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_PRICE


def _texts_of(models: Mapping[str, object]) -> dict[str, str]:
    texts = {name: value for name, value in models.items() if isinstance(value, str) and value}
    return texts if len(texts) == len(models) else {}
