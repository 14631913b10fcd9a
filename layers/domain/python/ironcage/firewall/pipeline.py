"""Running the detectors over a text, and letting the policy judge (steps 2 and 8)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ironcage.core.errors import FirewallUnavailable, IronCageError
from ironcage.firewall.model import Action, Finding, Origin, Policy, Verdict, judge
from ironcage.firewall.normalise import NormalisedText
from ironcage.firewall.once import AskedOnce
from ironcage.firewall.policy import decide
from ironcage.firewall.ports import Detector, Question, StreamDetector
from ironcage.firewall.redaction import INJECTION
from ironcage.firewall.severity import PREFIX

if TYPE_CHECKING:
    from ironcage.firewall.enquiry import Enquiry, Errand, RemoteDetectors

NOTHING: Sequence[Finding] = ()


class Firewall:
    """The detectors by name; which of them run is up to the policy.

    What runs elsewhere can be asked once the firewall was opened for a request. `skipped` says of
    which detectors a text went without, and why: only where the policy allows that.
    """

    def __init__(
        self,
        detectors: Mapping[str, Detector],
        *,
        remote: "RemoteDetectors | None" = None,
        enquiry: "Enquiry | None" = None,
    ) -> None:
        elsewhere = enquiry.detectors if enquiry else remote.scanners if remote else {}
        self._here = dict(detectors)
        self._detectors = {name: d for name, d in detectors.items() if name not in elsewhere}
        self._detectors |= enquiry.detectors if enquiry else {}
        self._remote = remote
        self._enquiry = enquiry
        self.skipped: dict[str, str] = {}

    def beside(self, remote: "RemoteDetectors") -> "Firewall":
        """Join detectors that run elsewhere; they take the place of ours of the same name."""
        return Firewall(self._here, remote=remote)

    def here(self) -> "Firewall":
        """Leave out what runs elsewhere; ours of the same name take its place again."""
        return Firewall(self._here)

    def open(self, errand: "Errand", own: Iterable[Detector] = ()) -> "Firewall":
        """Make the firewall of one request.

        Args:
            errand: what the request brings.
            own: detectors that only its tenant has.
        """
        here = self._here | {detector.name: _once(detector) for detector in own}
        enquiry = self._remote.open(errand) if self._remote else None
        return Firewall(here, enquiry=enquiry)

    def asks_elsewhere(self, policy: Policy) -> bool:
        """Tell whether a policy wants a detector that runs elsewhere."""
        return self._enquiry is not None and any(
            name in self._enquiry.detectors for name in policy.detectors
        )

    def prefetch(self, questions: Iterable[Question], policy: Policy) -> None:
        """Ask what runs elsewhere about texts that will be inspected, all at once."""
        if self._enquiry is not None:
            self._enquiry.prefetch(policy.detectors, questions)

    def settle[T](self, look: Callable[[], T]) -> T:
        """Inspect many texts in one function: what they ask elsewhere is asked together.

        The function may run more than once, so it must change nothing but what it returns.

        Raises:
            FirewallUnavailable: a detector could not answer.
        """
        if self._enquiry is None or self._enquiry.is_deferring:
            return look()
        return self._enquiry.settle(look)

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
        """Tell what exactly is looked for, by detector: for the audit record."""
        told = {
            d.name: self.ask(d, partial(_version_of, d), policy, otherwise="")
            for d in self.detectors_of(policy)
        }
        return {name: version for name, version in told.items() if version}

    def inspect(self, text: str, origin: Origin, policy: Policy) -> Verdict:
        """Look at a whole text and judge it.

        Raises:
            FirewallUnavailable: a detector could not answer, so nothing may pass.
        """
        detectors = self.detectors_of(policy)
        normalised = NormalisedText(text)
        seen: dict[Finding, None] = {}
        looked: dict[str, str] = {}
        patterns = [d for d in detectors if isinstance(d, StreamDetector)]
        readers = [d for d in detectors if not isinstance(d, StreamDetector)]
        for detector in (*readers, *patterns, *patterns):  # as a stream has them read
            if looked.get(detector.name) == normalised.masked:
                continue  # the second time, only for what others have seen in the meantime
            look = partial(detector.detect, normalised, origin)
            found = self.ask(detector, look, policy, otherwise=NOTHING)
            normalised.mask((f.start, f.end) for f in found if is_value(f))
            looked[detector.name] = normalised.masked
            seen |= dict.fromkeys(found)
        judged = (decide(f, policy, origin, span=text[f.start : f.end]) for f in seen)
        kept = [f for f in judged if f is not None]
        return judge(sorted(kept, key=lambda f: (f.start, f.end, f.detector)))

    def ask[T](
        self, detector: Detector, question: Callable[[], T], policy: Policy, *, otherwise: T
    ) -> T:
        """Ask a detector; what it cannot answer fails in the direction of the policy.

        Raises:
            FirewallUnavailable: it could not answer, so nothing may pass.
        """
        try:
            return guarded(detector, question)
        except FirewallUnavailable as error:
            if policy.on_failure is not Action.ALLOW:
                raise
            self.skipped[detector.name] = reason_of(error)
            return otherwise


def _once(detector: Detector) -> Detector:
    """Ask a detector of whole texts no more than once about each."""
    return detector if isinstance(detector, StreamDetector) else AskedOnce(detector)


def reason_of(error: IronCageError) -> str:
    """Tell why a detector did not answer."""
    return str(error.details.get("reason", "failed"))


def is_value(finding: Finding) -> bool:
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
        told = exc.details if isinstance(exc, FirewallUnavailable) else {}
        raise FirewallUnavailable(None, **{**told, "detector": detector.name}) from exc
