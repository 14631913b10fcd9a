"""The firewalls' view of a conversation: which texts were seen, and what came of it (2, 8)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from ironcage.firewall import (
    Action,
    ArgumentScanner,
    Finding,
    Firewall,
    Origin,
    Policy,
    StreamScanner,
    Verdict,
    judge,
)
from ironcage.gateway.cleaning import ARGUMENTS, SEALED, Cleaner, sealed_policy
from ironcage.gateway.model import JsonObject
from ironcage.gateway.requests import ModelRequest
from ironcage.gateway.seams import read_seams
from ironcage.gateway.wire.openai import (
    PromptText,
    VisibleText,
    replace_text,
    sealed_texts,
    visible_texts,
)

TextScanner = StreamScanner | ArgumentScanner
IMAGE = "IMAGE"  # what a policy's `images` field is an action for


@dataclass(slots=True)
class Scan:
    """What a firewall saw of one request: counts and types, never text."""

    policy_version: str
    versions: Mapping[str, str] = field(default_factory=dict)
    action: Action = Action.ALLOW
    texts: int = 0
    scanned_bytes: int = 0
    types: Counter[str] = field(default_factory=Counter)
    unscanned: dict[str, int] = field(default_factory=dict)

    def add(self, verdict: Verdict, text: str) -> None:
        """Count one inspected text."""
        self.texts += 1
        self.scanned_bytes += len(text.encode("utf-8", "surrogatepass"))
        self.judge(verdict)

    def judge(self, verdict: Verdict) -> None:
        """Add what was found in texts that are counted elsewhere."""
        self.action = max(self.action, verdict.action)
        for finding in verdict.findings:
            self.types[finding.type] += 1

    def add_stream(self, scanner: TextScanner) -> None:
        """Count one text that was inspected while it grew; its bytes are counted elsewhere."""
        self.add(judge(findings_of(scanner)), "")

    def add_images(self, count: int, policy: Policy) -> None:
        """Count images: no detector sees into one, so the policy alone decides."""
        if not count:
            return
        self.unscanned["image"] = count
        if action := policy.actions.get(IMAGE, Action.ALLOW):
            self.action = max(self.action, action)
            self.types[IMAGE] += count

    def add_sealed(self, count: int = 1) -> None:
        """Count sealed texts: what is written there was inspected, what it says is unreadable."""
        if count:
            self.unscanned[SEALED] = self.unscanned.get(SEALED, 0) + count

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
            "findings": dict(self.types),
            "detectors": dict(self.versions),
            "unscanned": dict(self.unscanned),
        }


@dataclass(frozen=True, slots=True)
class Screen:
    """A firewall under one policy, with the key for values that are replaced by their hash."""

    firewall: Firewall
    policy: Policy
    hash_key: bytes = b""

    def open_scan(self) -> Scan:
        """Start counting what this screen sees."""
        return Scan(self.policy.version, versions=self.firewall.versions(self.policy))

    def inspect_prompt[R: ModelRequest](self, request: R) -> tuple[R, Scan]:
        """Inspect every text of a prompt and redact what the policy wants redacted (step 2)."""
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
        if len(texts) > 1 and not scan.is_stopped:
            reading = read_seams(texts, cleaner)
            scan.judge(reading.verdict)
            for at, text in reading.changed.items():
                request = request.with_text(texts[at].path, text)
        return request, scan

    def inspect_answer(self, answer: JsonObject) -> Scan:
        """Inspect every text of a whole answer and redact it in place (step 8)."""
        scan = self.open_scan()
        for choice in cast("list[JsonObject]", answer["choices"]):
            for text in sealed_texts(choice):
                scan.add(self._cleaner.check_sealed(text, Origin.MODEL), text)
                scan.add_sealed()
        for found in visible_texts(answer):
            cleaned, verdict = self._clean_visible(found)
            scan.add(verdict, found.text)
            if verdict.action is Action.REDACT:
                replace_text(answer, found.path, cleaned)
        return scan

    def new_scanner(self, kind: str) -> TextScanner:
        """Make the scanner of one text that grows; a tool call's arguments have their own."""
        if kind == ARGUMENTS:
            return ArgumentScanner(self.firewall, self.policy, hash_key=self.hash_key)
        policy = sealed_policy(self.policy) if kind == SEALED else self.policy
        return StreamScanner(self.firewall, policy, hash_key=self.hash_key)

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
