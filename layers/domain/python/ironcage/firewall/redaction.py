"""Taking found values out of a text, so that doing it twice changes nothing.

Values that overlap are removed together, and then always in full.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator

from ironcage.firewall.model import Action, Finding, Policy, RedactionMode, Verdict
from ironcage.firewall.normalise import NormalisedText

INJECTION = "PROMPT_INJECTION"
SECRET = "SECRET"  # noqa: S105  # a finding's type
REMOVED_INJECTION = "[REMOVED:PROMPT_INJECTION]"
_SHORTEST_PARTIAL = 12
_KEPT = 4
# Numbers that people space as they like; a plus has a meaning in some.
_NUMBERS = frozenset({"CREDIT_CARD", "IBAN_CODE", "PHONE_NUMBER", "MAC_ADDRESS", "IMEI", "VIN"})
_SPACING = r"[\s\-./:()]"
# Letters alone: a digest in digits could look like a card or a phone number to the next scan.
_LETTERS = bytes.maketrans(b"0123456789abcdef", b"abcdefghijklmnop")


def redact(text: str, verdict: Verdict, policy: Policy, *, hash_key: bytes = b"") -> str:
    """Remove what the verdict says, in the policy's modes (`hash` needs a key, else it is full).

    An injected text is removed whole: cutting out the phrase would leave the order standing.
    """
    if quarantines(verdict):
        return REMOVED_INJECTION
    removed = [f for f in verdict.findings if f.action >= Action.REDACT]
    pieces, at = [], 0
    for group in overlapping(removed):
        start, end = group[0].start, max(f.end for f in group)
        pieces += [text[at:start], _marker(text[start:end], group, (policy, hash_key))]
        at = end
    return "".join([*pieces, text[at:]])


def quarantines(verdict: Verdict) -> bool:
    """Tell whether a text is removed for what is injected in it."""
    return any(f.type == INJECTION and f.action >= Action.REDACT for f in verdict.findings)


def is_removed(text: str) -> bool:
    """Tell whether this is what stands in the place of an injected text."""
    return text == REMOVED_INJECTION


def overlapping(findings: Iterable[Finding]) -> Iterator[list[Finding]]:
    """Group findings that share characters, in order; neighbours that only touch stay apart."""
    group: list[Finding] = []
    end = 0
    for finding in sorted(findings, key=lambda f: (f.start, f.end)):
        if group and finding.start >= end:
            yield group
            group = []
        group.append(finding)
        end = max(end, finding.end) if len(group) > 1 else finding.end
    if group:
        yield group


def _marker(value: str, group: list[Finding], how: tuple[Policy, bytes]) -> str:
    policy, hash_key = how
    kind = max(group, key=_precedence).type
    mode = policy.modes.get(kind, RedactionMode.FULL)
    if len({(f.start, f.end) for f in group}) > 1 or any(f.type == SECRET for f in group):
        return f"[REDACTED:{kind}]"
    if mode is RedactionMode.PARTIAL and len(value) >= _SHORTEST_PARTIAL:
        return f"[REDACTED:{kind}:{_last_four(value)}]"
    if mode is RedactionMode.HASH and hash_key:
        return f"[REDACTED:{kind}:{_keyed_letters(_compared(kind, value), hash_key)}]"
    return f"[REDACTED:{kind}]"


def _precedence(finding: Finding) -> tuple[bool, Action, int, str]:
    """Order the names that a group of findings may go by: secrets first, then the strictest."""
    return finding.type == SECRET, finding.action, finding.end - finding.start, finding.type


def _last_four(value: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "*" for c in value[-_KEPT:])


def _compared(kind: str, value: str) -> str:
    """Write a value so that equal ones are equal: however it is spaced, widened or in capitals."""
    text = NormalisedText(value).text
    if kind in _NUMBERS or (kind[2:3] == "_" and kind != "IP_ADDRESS"):  # as in `US_SSN`
        return re.sub(_SPACING, "", text).upper()
    return text.lower() if kind == "EMAIL_ADDRESS" else text


def _keyed_letters(value: str, key: bytes) -> str:
    """Name a value so that equal values can be told, by whoever holds no key, from others."""
    plain = value.encode("utf-8", "surrogatepass")
    digest = hmac.new(key, plain, hashlib.sha256).hexdigest()
    return digest[:24].encode().translate(_LETTERS).decode()
