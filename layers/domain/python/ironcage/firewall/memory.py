"""What was scanned a moment ago need not be scanned again: a conversation grows by its end.

Findings are kept, not verdicts, so that the policy judges them anew; a key says all that they
depend on. Neither holds text: a key is a digest that only the tenant's own key can make.
"""

import hmac
from dataclasses import dataclass

from ironcage.core import Clock, ExpiringCache
from ironcage.firewall.model import Finding
from ironcage.firewall.ports import Question

KEPT_SECONDS = 300.0
KEPT_TEXTS = 4_096
_MOST_FINDINGS = 32  # of one text: what has more is rare, and is looked at again


@dataclass(frozen=True, slots=True)
class Known:
    """What a version of a detector saw in a text."""

    findings: tuple[Finding, ...]
    version: str


class FindingsMemory:
    """Findings in the memory of one environment, bounded in number and in age.

    A detector's version is known from its last answer, so a newer one is noticed with the first
    text that must be asked, and at the latest when all is forgotten.
    """

    def __init__(self, clock: Clock, *, size: int = KEPT_TEXTS) -> None:
        self._kept = ExpiringCache[bytes, Known](clock, seconds=KEPT_SECONDS, size=size)
        self._versions: dict[str, str] = {}

    def recall(self, name: str, question: Question, key: tuple[bytes, str]) -> Known | None:
        """Find what the current version of a detector saw in a text.

        Args:
            name: the detector's.
            question: the text, its origin and task.
            key: the tenant's key and the version of the policy; nothing is kept under no key.
        """
        version = self._versions.get(name)
        if version is None or not key[0]:
            return None
        return self._kept.get(_digest(name, version, question, key=key))

    def keep(
        self,
        name: str,
        question: Question,
        key: tuple[bytes, str],
        *,
        findings: tuple[Finding, ...],
        version: str,
    ) -> None:
        """Remember a complete answer."""
        self._versions[name] = version
        if key[0] and len(findings) <= _MOST_FINDINGS:
            known = Known(findings, version)
            self._kept.put(_digest(name, version, question, key=key), known)


def _digest(name: str, version: str, question: Question, *, key: tuple[bytes, str]) -> bytes:
    """Name an answer by all that it depends on; the original text, since offsets point there."""
    secret, policy_version = key
    parts = (name, version, policy_version, question.origin, question.task, question.text)
    data = [part.encode("utf-8", "surrogatepass") for part in parts]
    lengths = ",".join(str(len(part)) for part in data).encode()
    return hmac.digest(secret, b"\n".join([b"findings", lengths, *data]), "sha256")
