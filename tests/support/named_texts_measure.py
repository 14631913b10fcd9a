"""How well a detector reads the labelled sentences: recall and precision by type."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ironcage.firewall import Finding
from support.named_texts import TYPES, LabelledText


@dataclass
class Row:
    """Of one type: how many names there are, how many were seen, and how many claims are false."""

    names: int = 0
    seen: int = 0
    claims: int = 0
    false: int = 0

    @property
    def recall(self) -> float:
        """Tell which part of the names was seen."""
        return self.seen / self.names if self.names else 1.0

    @property
    def precision(self) -> float:
        """Tell which part of the claims is true."""
        return 1 - self.false / self.claims if self.claims else 1.0


def measured(
    texts: Iterable[LabelledText], find: Callable[[str], Sequence[Finding]]
) -> dict[str, Row]:
    """Count: a name is seen if findings of its type cover half of it or more.

    A claim is true if it touches a name of its type; a place inside an address is no false one.
    """
    rows = {kind: Row() for kind in TYPES.values()}
    for text in texts:
        findings = [f for f in find(text.text) if f.type in rows]
        for kind, start, end in text.spans:
            rows[kind].names += 1
            shared = _shared([f for f in findings if f.type == kind], start, end)
            rows[kind].seen += 2 * shared >= end - start
        for finding in findings:
            rows[finding.type].claims += 1
            rows[finding.type].false += not _is_true(finding, text)
    return rows


def _shared(findings: Sequence[Finding], start: int, end: int) -> int:
    return sum(max(0, min(end, f.end) - max(start, f.start)) for f in findings)


def _is_true(finding: Finding, text: LabelledText) -> bool:
    fitting = {finding.type, "ADDRESS"} if finding.type == "LOCATION" else {finding.type}
    return any(
        kind in fitting and start < finding.end and finding.start < end
        for kind, start, end in text.spans
    )
