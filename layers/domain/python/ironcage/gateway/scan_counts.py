"""What a firewall saw of one request, and what it did not see: counts and types, never text."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ironcage.core.errors import FirewallUnavailable, IronCageError
from ironcage.firewall import Action, Policy, Verdict, reason_of
from ironcage.gateway.cleaning import SEALED, stopping
from ironcage.gateway.model import JsonObject

IMAGE = "IMAGE"  # what a policy's `images` field is an action for
_IMAGE = "image"
UNSEEN_IMAGES = {_IMAGE: "no_text"}
_REASONS = {**UNSEEN_IMAGES, SEALED: "unreadable"}


@dataclass(slots=True)
class Scan:
    """What a firewall saw of one request; `unscanned` counts what it did not, `reasons` why."""

    policy_version: str
    versions: Mapping[str, str] = field(default_factory=dict)
    action: Action = Action.ALLOW
    texts: int = 0
    scanned_bytes: int = 0
    quarantined: int = 0
    types: Counter[str] = field(default_factory=Counter)
    allowed: int = 0  # findings whose text the policy lists as harmless
    unscanned: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def add(self, verdict: Verdict, text: str) -> None:
        """Count one inspected text."""
        self.texts += 1
        self.scanned_bytes += len(text.encode("utf-8", "surrogatepass"))
        self.judge(verdict)

    def judge(self, verdict: Verdict) -> None:
        """Add what was found in texts that are counted elsewhere."""
        self.action = max(self.action, verdict.action)
        self.types.update(f.type for f in verdict.findings if not f.is_allowed)
        self.allowed += sum(f.is_allowed for f in verdict.findings)

    def add_images(self, count: int, policy: Policy) -> None:
        """Count images: no detector sees into one, so the policy alone decides."""
        if not count:
            return
        self.miss(_IMAGE, count)
        if action := policy.actions.get(IMAGE, Action.ALLOW):
            # Nothing can be taken out of an image, so what would be redacted is stopped.
            self.action = max(self.action, stopping(Verdict(action)).action)
            self.types[IMAGE] += count

    def add_sealed(self, count: int = 1) -> None:
        """Count sealed texts: what is written there was inspected, what it says is unreadable."""
        if count:
            self.miss(SEALED, count)

    def close(self, versions: Mapping[str, str], skipped: Mapping[str, str]) -> None:
        """Note which detectors looked at these texts, and without which some of them passed."""
        self.versions = that_looked(versions, skipped)
        for name, reason in skipped.items():
            self.miss(name, self.texts, reason)

    def fail(self, error: IronCageError, texts: int) -> None:
        """Note that texts were stopped, since a detector could not look at them."""
        if isinstance(error, FirewallUnavailable):
            self.action = Action.BLOCK
            self.miss(str(error.details.get("detector", "firewall")), texts, reason_of(error))

    def miss(self, what: str, count: int, reason: str = "") -> None:
        """Count what was not looked at; images and sealed texts have their reason."""
        self.unscanned[what] = self.unscanned.get(what, 0) + count
        self.reasons[what] = reason or _REASONS[what]

    @property
    def is_stopped(self) -> bool:
        """Tell whether the text may not pass; what waits for a human stops as well."""
        return self.action > Action.REDACT

    def to_json(self) -> JsonObject:
        """Write the scan for the record."""
        return {
            "action": self.action.name.lower(),
            "policy_version": self.policy_version,
            "texts": self.texts,
            "scanned_bytes": self.scanned_bytes,
            "quarantined": self.quarantined,
            "findings": dict(self.types),
            "allowed": self.allowed,
            "detectors": dict(self.versions),
            "unscanned": dict(self.unscanned),
            "reasons": dict(self.reasons),
        }


def that_looked(versions: Mapping[str, str], skipped: Mapping[str, str]) -> dict[str, str]:
    """Leave out the detectors that a text passed without; the rest looked at everything."""
    return {name: version for name, version in versions.items() if name not in skipped}
