"""Cleaning one text after its kind: what is found is taken out, or stops the request (2, 8)."""

from dataclasses import dataclass, replace

from ironcage.firewall import (
    Action,
    ArgumentRedactor,
    Firewall,
    Origin,
    Policy,
    Verdict,
    judge,
    literals_of,
    quarantines,
    redact,
)

ARGUMENTS = "tool_arguments"
SEALED = "sealed"
_READ_SEALED = frozenset({"injection", "secrets"})
MAX_LITERALS = 10_000  # arguments of more are not redacted literal by literal


@dataclass(frozen=True, slots=True)
class Cleaner:
    """Inspects texts under one policy; each method gives the text as it may pass."""

    firewall: Firewall
    policy: Policy
    hash_key: bytes = b""

    def clean(self, text: str, origin: Origin) -> tuple[str, Verdict]:
        """Redact a plain text.

        Raises:
            FirewallUnavailable: a detector could not answer.
        """
        verdict = self.firewall.inspect(text, origin, self.policy)
        if verdict.action is not Action.REDACT:
            return text, verdict
        return redact(text, verdict, self.policy, hash_key=self.hash_key), verdict

    def clean_arguments(self, text: str, origin: Origin) -> tuple[str, Verdict]:
        """Redact a tool call's arguments inside their JSON, which still parses.

        Raises:
            FirewallUnavailable: a detector could not answer.
        """
        return ArgumentRedactor(
            self.firewall, self.policy, hash_key=self.hash_key, origin=origin
        ).clean(text)

    def clean_sent_arguments(self, text: str, origin: Origin) -> tuple[str, Verdict]:
        """Redact arguments that a client sends: as they are written, and as they will be read.

        What spans several literals is in none of them, so it stops the request.

        Raises:
            FirewallUnavailable: a detector could not answer.
        """
        literals = literals_of(text)
        written = self.firewall.inspect(text, origin, self.policy)
        read = self._inspect_literals(literals, origin)
        if not written.findings and not read.findings:
            return text, Verdict()
        if len(literals) > MAX_LITERALS:
            return text, stopping(judge(written.findings + read.findings))
        cleaned, inside = self.clean_arguments(text, origin)
        cleaned, around = self.clean(cleaned, origin)
        left = self._inspect_literals(literals_of(cleaned), origin)
        # A finding that is let through was counted in its literal already.
        rest = [f for f in (*around.findings, *left.findings) if f.action > Action.ALLOW]
        verdict = judge((*inside.findings, *rest))
        # An injected text is removed whole, and what is left of these would be no JSON.
        spanning = stopping(around if quarantines(around) else left)
        return cleaned, Verdict(max(verdict.action, spanning.action), verdict.findings)

    def check(self, text: str, origin: Origin) -> Verdict:
        """Inspect a text that cannot be changed: what would be redacted stops the request.

        Raises:
            FirewallUnavailable: a detector could not answer.
        """
        return stopping(self.firewall.inspect(text, origin, self.policy))

    def check_sealed(self, text: str, origin: Origin) -> Verdict:
        """Inspect what a provider sealed, as far as it can be read: it must go back unchanged.

        Raises:
            FirewallUnavailable: a detector could not answer.
        """
        policy = sealed_policy(self.policy)
        return stopping(self.firewall.here().inspect(text, origin, policy))

    def _inspect_literals(self, literals: list[str], origin: Origin) -> Verdict:
        return self.firewall.inspect("\n".join(literals), origin, self.policy)


def sealed_policy(policy: Policy) -> Policy:
    """Keep what does not see itself in a cipher: most patterns are short enough to stand in any.

    Nothing of it is asked elsewhere, since a classifier would read a megabyte of noise.
    """
    kept = tuple(name for name in policy.detectors if name in _READ_SEALED)
    return replace(policy, detectors=kept)


def stopping(verdict: Verdict) -> Verdict:
    """Block where a policy would redact: the text is one that cannot be changed."""
    if verdict.action is not Action.REDACT:
        return verdict
    return Verdict(Action.BLOCK, verdict.findings)
