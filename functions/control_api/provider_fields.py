"""Reads a provider and its key from the fields of an operation."""

import re
from collections.abc import Mapping

from control_api.fields import MAX_ITEMS, Fields
from ironcage.core import ProviderId
from ironcage.core.errors import InvalidRequest
from ironcage.tenancy import Provider, ProviderKind, check_endpoint

MAX_PRICE = 10**12
_KEY = re.compile(r"[\x21-\x7e]{1,4096}")


def read_key(fields: Fields) -> str | None:
    """Read a new key: None keeps the stored one, an empty one (given as null) removes it."""
    if not fields.has("key"):
        return None
    if fields.is_null("key"):
        return ""
    key = fields.text("key", longest=4_096)
    if key and not _KEY.fullmatch(key):
        fields.note("key", "must be printable ASCII without spaces")
    return key


def read_provider(fields: Fields, *, allow_loopback: bool) -> Provider:
    """Read a provider, without any key; what is wrong is noted in its fields."""
    kind = fields.choice("kind", ProviderKind, default=ProviderKind.OPENAI)
    provider = Provider(
        provider_id=ProviderId(fields.identifier("provider_id", "ip", fresh=True)),
        kind=kind,
        endpoint=_endpoint(fields, kind, allow_loopback=allow_loopback),
        models=_models(fields),
        is_active=fields.truth("is_active", default=True),
        prices=_prices(fields),
    )
    fields.collect()
    return provider


def _endpoint(fields: Fields, kind: ProviderKind, *, allow_loopback: bool) -> str:
    if kind is ProviderKind.BEDROCK and not fields.has("endpoint"):
        return ""
    endpoint = fields.text("endpoint", longest=2_048)
    if endpoint:
        try:
            check_endpoint(endpoint, allow_loopback=allow_loopback)
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
