"""The firewalls' view of a conversation: which texts were seen, and what came of it (2, 8)."""

from collections import Counter
from dataclasses import dataclass, field

from ironcage.firewall import (
    Action,
    ArgumentRedactor,
    ArgumentScanner,
    Finding,
    Firewall,
    Origin,
    Policy,
    StreamScanner,
    Verdict,
    judge,
    redact,
)
from ironcage.gateway.model import JsonObject
from ironcage.gateway.wire.openai import (
    ChatRequest,
    VisibleText,
    prompt_texts,
    replace_prompt_text,
    replace_text,
    visible_texts,
)

TextScanner = StreamScanner | ArgumentScanner


@dataclass(slots=True)
class Scan:
    """What a firewall saw of one request: counts and types, never text."""

    policy_version: str
    action: Action = Action.ALLOW
    texts: int = 0
    scanned_bytes: int = 0
    types: Counter[str] = field(default_factory=Counter)
    detectors: set[str] = field(default_factory=set)

    def add(self, verdict: Verdict, text: str) -> None:
        """Count one inspected text."""
        self.texts += 1
        self.scanned_bytes += len(text.encode("utf-8", "surrogatepass"))
        self.action = max(self.action, verdict.action)
        for finding in verdict.findings:
            self.types[finding.type] += 1
            self.detectors.add(finding.detector)

    def add_stream(self, scanner: TextScanner) -> None:
        """Count one text that was inspected while it grew; its bytes are counted elsewhere."""
        self.add(judge(findings_of(scanner)), "")

    def to_json(self) -> JsonObject:
        """Write the scan for the record."""
        return {
            "action": self.action.name.lower(),
            "policy_version": self.policy_version,
            "texts": self.texts,
            "scanned_bytes": self.scanned_bytes,
            "findings": dict(self.types),
            "detectors": sorted(self.detectors),
        }


def inspect_prompt(
    firewall: Firewall, chat: ChatRequest, policy: Policy
) -> tuple[ChatRequest, Scan]:
    """Inspect every text of a prompt and redact what the policy wants redacted (step 2)."""
    scan = Scan(policy.version)
    for found in prompt_texts(chat):
        verdict = firewall.inspect(found.text, Origin(found.origin), policy)
        scan.add(verdict, found.text)
        if verdict.action is Action.REDACT:
            chat = replace_prompt_text(chat, found.path, redact(found.text, verdict, policy))
    return chat, scan


def inspect_answer(firewall: Firewall, answer: JsonObject, policy: Policy) -> Scan:
    """Inspect every text of a whole answer and redact it in place (step 8)."""
    scan = Scan(policy.version)
    for found in visible_texts(answer):
        cleaned, verdict = clean(firewall, found, policy)
        scan.add(verdict, found.text)
        if verdict.action is Action.REDACT:
            replace_text(answer, found.path, cleaned)
    return scan


def clean(firewall: Firewall, found: VisibleText, policy: Policy) -> tuple[str, Verdict]:
    """Redact one text; a tool call's arguments inside their JSON, which still parses."""
    if found.kind == "tool_arguments":
        return ArgumentRedactor(firewall, policy).clean(found.text)
    verdict = firewall.inspect(found.text, Origin.MODEL, policy)
    return redact(found.text, verdict, policy), verdict


def findings_of(scanner: TextScanner) -> tuple[Finding, ...]:
    """List what a scanner of a stream has found."""
    if isinstance(scanner, ArgumentScanner):
        return scanner.verdict.findings
    return tuple(scanner.findings)
