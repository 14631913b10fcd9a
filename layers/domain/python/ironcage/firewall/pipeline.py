"""Running the detectors over a text, and letting the policy judge (steps 2 and 8)."""

from collections.abc import Callable, Mapping
from functools import partial

from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall.model import Finding, Origin, Policy, Verdict, judge
from ironcage.firewall.normalise import NormalisedText
from ironcage.firewall.policy import decide
from ironcage.firewall.ports import Detector, StreamDetector
from ironcage.firewall.redaction import INJECTION
from ironcage.firewall.severity import PREFIX


class Firewall:
    """The detectors by name; which of them run is up to the policy."""

    def __init__(self, detectors: Mapping[str, Detector]) -> None:
        self._detectors = dict(detectors)

    def detectors_of(self, policy: Policy) -> tuple[Detector, ...]:
        """List the detectors that a policy asks for, in the order of the firewall.

        The order matters: what one sees stands as a gap in the text that the next ones read.

        Raises:
            FirewallUnavailable: it asks for one that is not here, so nothing may pass.
        """
        for name in policy.detectors:
            if name not in self._detectors:
                raise FirewallUnavailable(detector=name)
        return tuple(d for name, d in self._detectors.items() if name in policy.detectors)

    def versions(self, policy: Policy) -> dict[str, str]:
        """Tell what exactly would be looked for, by detector: for the audit record."""
        return {d.name: guarded(d, partial(_version_of, d)) for d in self.detectors_of(policy)}

    def inspect(self, text: str, origin: Origin, policy: Policy) -> Verdict:
        """Look at a whole text and judge it.

        Raises:
            FirewallUnavailable: a detector could not answer, so nothing may pass.
        """
        detectors = self.detectors_of(policy)
        normalised = NormalisedText(text)
        seen: dict[Finding, None] = {}
        looked: dict[str, str] = {}
        for detector in (*detectors, *(d for d in detectors if isinstance(d, StreamDetector))):
            if looked.get(detector.name) == normalised.masked:
                continue  # the second time, only for what others have seen in the meantime
            found = guarded(detector, partial(detector.detect, normalised, origin))
            normalised.mask((f.start, f.end) for f in found if _is_value(f))
            looked[detector.name] = normalised.masked
            seen |= dict.fromkeys(found)
        kept = [f for f in (decide(f, policy, origin) for f in seen) if f is not None]
        return judge(sorted(kept, key=lambda f: (f.start, f.end, f.detector)))


def _is_value(finding: Finding) -> bool:
    """Tell a value from what is said of whole sentences: values in those are still looked for."""
    return finding.type != INJECTION and not finding.type.startswith(PREFIX)


def _version_of(detector: Detector) -> str:
    return detector.version


def guarded[T](detector: Detector, ask: Callable[[], T]) -> T:
    """Ask a detector; whatever goes wrong inside it, nothing may pass.

    Raises:
        FirewallUnavailable: the detector could not answer.
    """
    try:
        return ask()
    # One of the three broad excepts: steps 2 and 8 fail closed, whatever a detector runs into.
    except Exception as exc:
        raise FirewallUnavailable(detector=detector.name) from exc
