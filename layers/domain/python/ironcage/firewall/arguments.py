"""Redacting a tool call's arguments: inside JSON strings, so that the result still parses.

Every string and number literal is looked at as its reader would see it, escapes decoded; what
holds nothing stays as it was, byte for byte. Text that is no JSON is looked at as plain text too.
"""

import json
import re
from dataclasses import replace
from functools import partial

from ironcage.core.errors import OutputBlocked
from ironcage.firewall.model import Action, Finding, Origin, Policy, Verdict, judge
from ironcage.firewall.pipeline import Firewall
from ironcage.firewall.redaction import redact

MAX_ARGUMENTS = 1_048_576
_LITERAL = r'(?s)"(?:[^"\\]|\\.)*+(?:"|\\?$)|-?[0-9][0-9.eE+\-]*+'
_ESCAPE = r"(?s)\\(?:u([0-9a-fA-F]{4})|(.))"
_SURROGATES = r"[\ud800-\udbff][\udc00-\udfff]"
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class ArgumentRedactor:
    """Cleans the arguments of tool calls; findings point at whole literals."""

    def __init__(
        self,
        firewall: Firewall,
        policy: Policy,
        *,
        hash_key: bytes = b"",
        origin: Origin = Origin.MODEL,
    ) -> None:
        self._firewall = firewall
        self._policy = policy
        self._hash_key = hash_key
        self._origin = origin

    def clean(self, raw: str) -> tuple[str, Verdict]:
        """Redact one tool call's arguments, and tell what was seen.

        Raises:
            FirewallUnavailable: a detector could not answer.
        """
        return self._firewall.settle(partial(self._clean, raw))

    def _clean(self, raw: str) -> tuple[str, Verdict]:
        findings: list[Finding] = []
        cleaned = re.sub(_LITERAL, lambda hit: self._clean_literal(hit, findings), raw)
        if not _is_json(raw):
            verdict = self._firewall.inspect(cleaned, self._origin, self._policy)
            cleaned = redact(cleaned, verdict, self._policy, hash_key=self._hash_key)
            findings += verdict.findings
        return cleaned, judge(findings)

    def _clean_literal(self, hit: re.Match[str], findings: list[Finding]) -> str:
        literal = hit[0]
        value = _decoded(literal)
        verdict = self._firewall.inspect(value, self._origin, self._policy)
        findings += [replace(f, start=hit.start(), end=hit.end()) for f in verdict.findings]
        if verdict.action < Action.REDACT:
            return literal
        return _literal(redact(value, verdict, self._policy, hash_key=self._hash_key))


def literals_of(raw: str) -> list[str]:
    """List the strings and numbers of a tool call's arguments as their reader sees them."""
    return [_decoded(hit[0]) for hit in re.finditer(_LITERAL, raw)]


class ArgumentScanner:
    """The scanner of one streamed tool call: its arguments are withheld until they are complete."""

    def __init__(self, firewall: Firewall, policy: Policy, *, hash_key: bytes = b"") -> None:
        self._redactor = ArgumentRedactor(firewall, policy, hash_key=hash_key)
        self._pieces: list[str] = []
        self._size = 0
        self.verdict = Verdict()

    def feed(self, text: str) -> str:
        """Take a piece; nothing is released yet.

        Raises:
            OutputBlocked: the arguments are longer than we withhold.
        """
        self._size += len(text)
        if self._size > MAX_ARGUMENTS:
            raise OutputBlocked()
        self._pieces.append(text)
        return ""

    def finish(self) -> str:
        """Give the arguments, redacted.

        Raises:
            OutputBlocked: the policy blocks what was found.
            FirewallUnavailable: a detector could not answer.
        """
        cleaned, self.verdict = self._redactor.clean("".join(self._pieces))
        self._pieces.clear()
        if self.verdict.action > Action.REDACT:
            raise OutputBlocked()
        return cleaned


def _decoded(literal: str) -> str:
    """Read a literal as its reader would; a string that no reader accepts as far as it goes."""
    if not literal.startswith('"'):
        return literal
    try:
        return str(json.loads(literal, strict=False))
    except ValueError:
        body = literal[1:-1] if len(literal) > 1 and literal.endswith('"') else literal[1:]
    plain = re.sub(_ESCAPE, lambda m: _unescaped(m[1], m[2]), body)
    return re.sub(_SURROGATES, lambda m: _joined(m[0]), plain)


def _unescaped(code: str | None, char: str) -> str:
    return chr(int(code, 16)) if code else _PLAIN_ESCAPES.get(char, char)


def _joined(pair: str) -> str:
    return pair.encode("utf-16", "surrogatepass").decode("utf-16")


def _literal(value: str) -> str:
    """Write a string; half a surrogate pair stays an escape, since UTF-8 has no place for it."""
    written = json.dumps(value, ensure_ascii=False)
    return written if written.isascii() or _is_text(written) else json.dumps(value)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_json(raw: str) -> bool:
    try:
        json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return True
