"""The record of one request as the recorder reads it: its settlement and its facts."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ironcage.budgets.model import PotKey, Settlement
from ironcage.core import AgentId, Micros, RequestId, TenantId, has_prefix
from ironcage.core.errors import InvalidRequest, MalformedBody

FACTS = (
    "model",
    "provider_id",
    "outcome",
    "error_code",
    "held_micros",
    "cost_micros",
    "usage",
    "is_usage_estimated",
    "is_stream",
    "prompt_hmac",
    "answer_hmac",
    "trace_id",
    "timings_ms",
    "input_verdict",
    "output_verdict",
    "attempts",
    "home_region",
)
_IDS = {"request_id": "req", "tenant_id": "tenant", "agent_id": "agent"}
_NUMBERS = ("held_micros", "cost_micros", "started_at_ms")
_LARGEST = 10**15
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d|")


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One request: whose it was, what it cost against its hold, and facts without any text."""

    settlement: Settlement
    started_at_ms: int
    facts: Mapping[str, object]

    @property
    def has_money(self) -> bool:
        """Tell whether anything was ever held for the request."""
        return self.settlement.held > 0

    @property
    def overrun(self) -> int:
        """Tell by how much the true cost passed its hold: 0, unless a provider surprised us."""
        return max(0, self.settlement.cost - self.settlement.held) if self.has_money else 0


def read_record(body: str) -> UsageRecord | None:
    """Read a message of the records topic; None for an audit event, which is no usage.

    Raises:
        MalformedBody: it is not a JSON object.
        InvalidRequest: ids or amounts are missing or wrong; all of them are named.
    """
    message = _json_object(body)
    if "event" in message:
        return None
    problems = {name: "not an id" for name, kind in _IDS.items() if not _is_id(message, name, kind)}
    if not _REGION.fullmatch(str(message.get("home_region", ""))):
        problems["home_region"] = "not a region"
    problems |= {name: "not an amount" for name in _NUMBERS if not _is_amount(message.get(name))}
    if problems:
        raise InvalidRequest(problems)
    return UsageRecord(
        settlement=_settlement_of(message),
        started_at_ms=int(message["started_at_ms"]),  # type: ignore[call-overload]  # checked above
        facts={name: message[name] for name in FACTS if name in message},
    )


def _settlement_of(message: Mapping[str, object]) -> Settlement:
    return Settlement(
        pot=_pot_of(message),
        request_id=RequestId(str(message["request_id"])),
        held=Micros(int(str(message["held_micros"]))),
        cost=Micros(int(str(message["cost_micros"]))),
    )


def _pot_of(message: Mapping[str, object]) -> PotKey:
    """Read whose money it was; a record that names no region is about the ledger of its own."""
    tenant_id, agent_id = TenantId(str(message["tenant_id"])), AgentId(str(message["agent_id"]))
    return PotKey(tenant_id, agent_id, str(message.get("home_region", "")))


def _json_object(body: str) -> dict[str, object]:
    try:
        message = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as exc:
        raise MalformedBody from exc
    if not isinstance(message, dict):
        raise MalformedBody
    return message


def _refuse(constant: str) -> None:
    raise ValueError(f"not a JSON number: {constant}")


def _is_id(message: Mapping[str, object], name: str, kind: str) -> bool:
    value = message.get(name)
    return isinstance(value, str) and has_prefix(value, kind)


def _is_amount(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST
