"""The address of a stage as data: its name, its zone, and who may connect."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

Routing = Literal["failover", "latency"]

_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){2,}[a-z]{2,63}")
_ZONE = re.compile(r"Z[A-Z0-9]{1,31}")
_TRUST_STORE = re.compile(r"s3://([a-z0-9.-]{3,63})/(.+\.pem)")
_CERTIFICATE = re.compile(r"arn:aws:acm:([a-z0-9-]+):\d{12}:certificate/[0-9a-f-]+")
_FAILOVER_REGIONS = 2


@dataclass(frozen=True, slots=True)
class Domain:
    """A custom domain in front of every region.

    Attributes:
        name: such as `api.example.com`.
        hosted_zone_id: the Route 53 zone that holds the name.
        certificates: ARN by region; a region without one gets a certificate, validated by DNS.
        trust_store: `s3://bucket/key.pem` of the authorities whose clients may connect (mutual
            TLS); empty means any client.
        routing: `failover` (two regions, the first one serves) or `latency` (all of them serve).
    """

    name: str
    hosted_zone_id: str
    certificates: tuple[str, ...] = ()
    trust_store: str = ""
    routing: Routing = "failover"

    def __post_init__(self) -> None:
        """Refuse a domain that could not be deployed, with all that is wrong.

        Raises:
            ValueError: a part has the wrong form.
        """
        wrong = [
            said
            for said, is_right in (
                (f"domain {self.name!r} is no name", _NAME.fullmatch(self.name)),
                (
                    f"hosted_zone {self.hosted_zone_id!r} is no id",
                    _ZONE.fullmatch(self.hosted_zone_id),
                ),
                (
                    f"truststore {self.trust_store!r} is not s3://bucket/key.pem",
                    not self.trust_store or _TRUST_STORE.fullmatch(self.trust_store),
                ),
                (
                    "certificates are not ARNs of ACM",
                    all(map(_CERTIFICATE.fullmatch, self.certificates)),
                ),
                (
                    f"routing {self.routing!r} is not failover or latency",
                    self.routing in {"failover", "latency"},
                ),
            )
            if not is_right
        ]
        if wrong:
            raise ValueError("; ".join(wrong))

    def trust_store_object(self) -> tuple[str, str]:
        """Split the trust store's address into bucket and key.

        Raises:
            ValueError: there is no trust store.
        """
        found = _TRUST_STORE.fullmatch(self.trust_store)
        if found is None:
            raise ValueError(f"domain {self.name}: no trust store")
        return found[1], found[2]

    def certificate_in(self, region: str) -> str:
        """Find the given certificate of a region; empty if one must be made."""
        return next((arn for arn in self.certificates if f":acm:{region}:" in arn), "")

    def failover_role(self, region: str, regions: tuple[str, ...]) -> str:
        """Name a region's part in a failover.

        Raises:
            ValueError: a failover is between two regions.
        """
        if len(regions) != _FAILOVER_REGIONS:
            raise ValueError(f"domain {self.name}: failover takes two regions; else use latency")
        return "PRIMARY" if region == regions[0] else "SECONDARY"


def domain_of(told: Callable[[str], str]) -> Domain | None:
    """Read the domain from the context.

    Args:
        told: gives the text of `domain`, `hosted_zone`, `certificates` (comma separated),
            `truststore` or `routing`; empty if it was not given.

    Raises:
        ValueError: a part has the wrong form, or is given without a domain.
    """
    name = told("domain")
    if not name:
        stray = [
            key for key in ("hosted_zone", "certificates", "truststore", "routing") if told(key)
        ]
        if stray:
            raise ValueError(f"{', '.join(stray)} given without domain")
        return None
    return Domain(
        name,
        told("hosted_zone"),
        certificates=tuple(arn for arn in told("certificates").split(",") if arn),
        trust_store=told("truststore"),
        routing=cast("Routing", told("routing") or "failover"),
    )
