"""The firewalls' view of a conversation: which texts were seen, and what came of it (2, 8)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import (
    Action,
    ArgumentScanner,
    Finding,
    Firewall,
    Origin,
    Policy,
    Question,
    StreamScanner,
    Verdict,
    is_removed,
    judge,
    quarantines,
)
from ironcage.gateway.cleaning import ARGUMENTS, SEALED, Cleaner, sealed_policy
from ironcage.gateway.model import JsonObject
from ironcage.gateway.questions import questions_of
from ironcage.gateway.requests import ModelRequest
from ironcage.gateway.scan_counts import Scan
from ironcage.gateway.seams import read_seams
from ironcage.gateway.wire.openai import (
    Path,
    PromptText,
    VisibleText,
    replace_text,
    sealed_texts,
    visible_texts,
)

TextScanner = StreamScanner | ArgumentScanner


@dataclass(frozen=True, slots=True)
class Screen:
    """A firewall under one policy, with the key for values that are replaced by their hash."""

    firewall: Firewall
    policy: Policy
    hash_key: bytes = b""

    def open_scan(self) -> Scan:
        """Start counting what this screen sees."""
        return Scan(self.policy.version, versions=self.firewall.versions(self.policy))

    def close_scan(self, scan: Scan) -> Scan:
        """Note which detectors looked, in which version, and which could not."""
        scan.close(self.firewall.versions(self.policy), self.firewall.skipped)
        return scan

    def failed(self, error: FirewallUnavailable, texts: int) -> Scan:
        """Say of how many texts it is not known what they hold, and why."""
        scan = Scan(self.policy.version)
        scan.fail(error, texts)
        return scan

    def inspect_prompt[R: ModelRequest](self, request: R) -> tuple[R, Scan]:
        """Inspect every text of a prompt and redact what the policy wants redacted (step 2).

        Raises:
            FirewallUnavailable: a detector could not answer, and the policy blocks then.
        """
        if self.firewall.asks_elsewhere(self.policy):
            self.firewall.prefetch(questions_of(request.texts()), self.policy)
        clean, scan = self.firewall.settle(lambda: self._look_at_prompt(request))
        return clean, self.close_scan(scan)

    def _look_at_prompt[R: ModelRequest](self, request: R) -> tuple[R, Scan]:
        scan = self.open_scan()
        scan.add_images(len(request.images), self.policy)
        texts, cleaner = request.texts(), self._cleaner
        for at, found in enumerate(texts):
            cleaned, verdict = clean_prompt(cleaner, found)
            scan.add(verdict, found.text)
            if found.kind == SEALED:
                scan.add_sealed()
            if verdict.action is Action.REDACT:
                request = request.with_text(found.path, cleaned)
                texts[at] = replace(found, text=cleaned)
                scan.quarantined += quarantines(verdict)
        if len(texts) > 1 and not scan.is_stopped:
            reading = read_seams(texts, cleaner)
            scan.judge(reading.verdict)
            for at, text in reading.changed.items():
                request = request.with_text(texts[at].path, text)
                scan.quarantined += is_removed(text)
        return request, scan

    def inspect_answer(self, answer: JsonObject) -> Scan:
        """Inspect every text of a whole answer and redact it in place (step 8).

        Raises:
            FirewallUnavailable: a detector could not answer, and the policy blocks then.
        """
        if self.firewall.asks_elsewhere(self.policy):
            self.firewall.prefetch(_questions_of_answer(answer), self.policy)
        changed, scan = self.firewall.settle(lambda: self._look_at_answer(answer))
        for path, cleaned in changed.items():
            replace_text(answer, path, cleaned)
        return self.close_scan(scan)

    def _look_at_answer(self, answer: JsonObject) -> tuple[dict[Path, str], Scan]:
        scan, changed = self.open_scan(), dict[Path, str]()
        for text in _sealed_in(answer):
            scan.add(self._cleaner.check_sealed(text, Origin.MODEL), text)
            scan.add_sealed()
        for found in visible_texts(answer):
            cleaned, verdict = self._clean_visible(found)
            scan.add(verdict, found.text)
            if verdict.action is Action.REDACT:
                changed[found.path] = cleaned
        return changed, scan

    def new_scanner(self, kind: str) -> TextScanner:
        """Make the scanner of one text that grows; a tool call's arguments have their own."""
        if kind == ARGUMENTS:
            return ArgumentScanner(self.firewall, self.policy, hash_key=self.hash_key)
        if kind == SEALED:
            return StreamScanner(self.firewall.here(), sealed_policy(self.policy))
        return StreamScanner(self.firewall, self.policy, hash_key=self.hash_key)

    @property
    def _cleaner(self) -> Cleaner:
        return Cleaner(self.firewall, self.policy, self.hash_key)

    def _clean_visible(self, found: VisibleText) -> tuple[str, Verdict]:
        if found.kind == ARGUMENTS:
            return self._cleaner.clean_arguments(found.text, Origin.MODEL)
        return self._cleaner.clean(found.text, Origin.MODEL)


def findings_of(scanner: TextScanner) -> tuple[Finding, ...]:
    """List what a scanner of a stream has found."""
    if isinstance(scanner, ArgumentScanner):
        return scanner.verdict.findings
    return tuple(scanner.findings)


def clean_prompt(cleaner: Cleaner, found: PromptText) -> tuple[str, Verdict]:
    """Inspect one text of a prompt after its kind, and redact it where that can be done."""
    origin = Origin(found.origin)
    if found.kind == ARGUMENTS:
        return cleaner.clean_sent_arguments(found.text, origin)
    if found.kind == SEALED:
        return found.text, cleaner.check_sealed(found.text, Origin.DOCUMENT)
    if found.kind == "keys":
        return found.text, cleaner.check(found.text, origin)
    return cleaner.clean(found.text, origin)


def add_stream(scan: Scan, scanner: TextScanner) -> None:
    """Count one text that was inspected while it grew; its bytes are counted elsewhere."""
    scan.add(judge(findings_of(scanner)), "")


def _sealed_in(answer: JsonObject) -> Iterator[str]:
    for choice in cast("list[JsonObject]", answer["choices"]):
        yield from sealed_texts(choice)


def _questions_of_answer(answer: JsonObject) -> Iterator[Question]:
    """List what will be inspected for certain; arguments are read literal by literal."""
    for found in visible_texts(answer):
        if found.kind != ARGUMENTS:
            yield Question(found.text, Origin.MODEL)
