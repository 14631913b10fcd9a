"""The audit event of a request to a firewall alone: counts, types, reasons, never text (2, 8)."""

from dataclasses import dataclass, field

from ironcage.core.errors import IronCageError
from ironcage.firewall import Verdict
from ironcage.gateway.model import Caller, JsonObject
from ironcage.gateway.scan_counts import Scan, that_looked
from ironcage.gateway.scans import Scanned, Scanner, Terms

_OF_A_SCAN = ("findings", "allowed", "unscanned", "reasons")


@dataclass(slots=True)
class ScanTally:
    """What a caller's policy made of the inputs of one request; they are counted as texts are.

    `outcomes` has the action on each input, or the code of what left it without one.
    """

    direction: str
    policy_id: str
    scan: Scan
    outcomes: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, scanner: Scanner, terms: Terms) -> "ScanTally":
        """Begin to count what a scanner does on these terms."""
        version = scanner.policy_of(terms).version
        return cls(scanner.direction.value, terms.policy_id, Scan(version))

    def add(self, scanned: Scanned) -> None:
        """Count an input that has its verdict."""
        judged = scanned.judged
        self.outcomes.append(judged.action.name.lower())
        self.scan.judge(Verdict(judged.action, tuple(s.finding for s in judged.sightings)))
        self.scan.versions = {**self.scan.versions, **scanned.detectors}
        for name, reason in scanned.unscanned.items():
            self.scan.miss(name, 1, reason)

    def refuse(self, error: IronCageError, inputs: int = 1) -> None:
        """Count inputs that have none."""
        self.outcomes += [error.code] * inputs
        self.scan.fail(error, inputs)

    def to_event(self, caller: Caller, request_id: str, *, now_ms: int) -> JsonObject:
        """Write the event; its `detectors` are those that looked at every input that they had."""
        told = self.scan.to_json()
        return {
            "event": "firewall_scanned",
            "request_id": request_id,
            "tenant_id": caller.tenant_id,
            "agent_id": caller.agent_id,
            "at_ms": now_ms,
            "direction": self.direction,
            "policy_id": self.policy_id,
            "policy_version": self.scan.policy_version,
            "outcomes": list(self.outcomes),
            **{name: told[name] for name in _OF_A_SCAN},
            "detectors": that_looked(self.scan.versions, self.scan.reasons),
        }
