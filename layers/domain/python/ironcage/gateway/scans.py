"""The firewalls alone: what a caller's own policy makes of texts that go to no model (2, 8)."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, assert_never

from ironcage.core import Clock
from ironcage.core.errors import AgentInactive, FirewallUnavailable, PermissionMissing
from ironcage.firewall import (
    Detector,
    Direction,
    Errand,
    Firewall,
    ModerationDetector,
    Origin,
    Policies,
    Policy,
    RedactionMode,
    RemoteDetectors,
    Scores,
    Watch,
    default_policies,
    own_detectors,
)
from ironcage.gateway.admission import CALL_MODELS, policies_of
from ironcage.gateway.cleaning import Cleaner
from ironcage.gateway.conversations import Judged, judge_conversation, judge_text
from ironcage.gateway.model import Caller
from ironcage.gateway.ports import TextHasher
from ironcage.gateway.scan_counts import that_looked
from ironcage.gateway.scan_time import TimedWatch
from ironcage.tenancy import DEFAULT_POLICY, AgentStatus, Directory

SCAN = "firewall:scan"
# Whoever may call models has every text scanned on the way: it may also ask for that alone.
MAY_SCAN = frozenset({SCAN, CALL_MODELS})
_INJECTION = "PROMPT_INJECTION"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a caller's texts are judged by: its policies, and its key for hashed redactions.

    `tenant_key` opens the key that keeps what is remembered of one tenant from the others;
    `policy_id` is that of the lowest document, which says the last word.
    """

    policies: Policies
    hash_key: bytes = b""
    tenant_key: Callable[[], bytes] = bytes
    policy_id: str = DEFAULT_POLICY


class TermsSource(Protocol):
    """Who knows by what a caller's texts are judged."""

    def of(self, caller: Caller) -> Terms:
        """Find the terms of a caller.

        Raises:
            Rejected: it may not scan.
            Unavailable: what decides could not be asked.
        """
        ...


class AgentTerms:
    """`TermsSource`: the policy of the calling agent."""

    def __init__(self, directory: Directory, hasher: TextHasher) -> None:
        self._directory = directory
        self._hasher = hasher

    def of(self, caller: Caller) -> Terms:
        """Find the policy of an agent.

        Raises:
            PermissionMissing: the token may neither scan nor call models.
            NotFound: there is no such agent.
            AgentInactive: the agent may not work now.
            FirewallUnavailable: its policy is gone or cannot be read; no other may stand in.
            StoreUnavailable: the directory did not answer.
        """
        if not MAY_SCAN & caller.permissions:
            raise PermissionMissing(permission=SCAN)
        view = self._directory.view(caller.tenant_id, caller.agent_id)
        if view.agent.status is not AgentStatus.ACTIVE:
            raise AgentInactive()
        policies = policies_of(view)
        modes = {*policies.input.modes.values(), *policies.output.modes.values()}
        tenant_key = partial(self._hasher.key_of, caller.tenant_id)
        hash_key = tenant_key() if RedactionMode.HASH in modes else b""
        return Terms(policies, hash_key, tenant_key, view.agent.policy_id)


class StandardTerms:
    """`TermsSource`: the default policy for everybody, where there are no agents."""

    def of(self, caller: Caller) -> Terms:  # noqa: ARG002 - the port's name
        """Give the default policies."""
        return Terms(default_policies())


@dataclass(frozen=True, slots=True)
class TextInput:
    """One text, and where it comes from."""

    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class ConversationInput:
    """Messages as a chat request has them; each one's role says where it comes from."""

    messages: Sequence[object]


ScanInput = TextInput | ConversationInput


@dataclass(frozen=True, slots=True)
class Scanned:
    """The verdict on one input, with the words that the gateway's record has for its scans.

    `detectors` says which looked at all of it, in which version; `unscanned` what did not look, or
    was not seen, and why.
    """

    judged: Judged
    score: float
    policy_version: str
    timings_ms: Mapping[str, float]
    detectors: Mapping[str, str]
    unscanned: Mapping[str, str]


class NoOpenAi:
    """`Moderator` where no provider's key is at hand: it fails when it is asked."""

    version = "unavailable"
    reach = 2_000

    def score(self, pieces: Sequence[str]) -> Sequence[Scores]:
        """Refuse.

        Raises:
            FirewallUnavailable: always.
        """
        del pieces
        raise FirewallUnavailable(detector=ModerationDetector.name)


class Scanner:
    """Judges inputs by the policy of one direction."""

    def __init__(
        self,
        detectors: Sequence[Detector],
        *,
        direction: Direction,
        clock: Clock,
        remote: RemoteDetectors | None = None,
    ) -> None:
        self._detectors = detectors
        self.direction = direction
        self._clock = clock
        self._remote = remote

    def check(self, terms: Terms) -> None:
        """Make sure that all detectors of a policy are here, before anything is read.

        Raises:
            FirewallUnavailable: one is not, or cannot say what it is.
        """
        watch = TimedWatch(self._clock, lambda: math.inf)  # nothing is read yet
        self._firewall(terms, watch).versions(self.policy_of(terms))

    def scan(self, given: ScanInput, terms: Terms, *, seconds_left: Callable[[], float]) -> Scanned:
        """Judge one input, in the time that is left for it.

        Once it is over no detector begins a text or, where it reads in pieces, another piece: each
        that should have could not answer (`timed_out`).

        Raises:
            InvalidRequest: its messages are none.
            FirewallUnavailable: a detector could not answer.
        """
        policy, watch = self.policy_of(terms), TimedWatch(self._clock, seconds_left)
        started = self._clock.monotonic()
        firewall = self._firewall(terms, watch)
        cleaner = Cleaner(firewall, policy, terms.hash_key)
        judged = firewall.settle(lambda: self._judge(given, cleaner))
        versions = firewall.versions(policy)
        timings = watch.spent_ms | {"total": (self._clock.monotonic() - started) * 1000}
        return Scanned(
            judged,
            score=self._score(judged, watch),
            policy_version=policy.version,
            timings_ms={name: round(ms, 3) for name, ms in timings.items()},
            detectors=that_looked(versions, firewall.skipped),
            unscanned={**firewall.skipped, **judged.unscanned},
        )

    def _firewall(self, terms: Terms, watch: TimedWatch) -> Firewall:
        """Join the detectors that are here, those of the policy itself, and those elsewhere."""
        policy = self.policy_of(terms)
        own = own_detectors(policy, NoOpenAi)
        here = {d.name: watch.over(d) for d in (*self._detectors, *own)}
        errand = Errand(
            tenant_key=terms.tenant_key,
            policy_version=policy.version,
            seconds_left=watch.seconds_left,
        )
        return Firewall(here, remote=self._remote).open(errand)

    def policy_of(self, terms: Terms) -> Policy:
        """Give the policy of our direction."""
        is_input = self.direction is Direction.INPUT
        return terms.policies.input if is_input else terms.policies.output

    def _judge(self, given: ScanInput, cleaner: Cleaner) -> Judged:
        match given:
            case TextInput(text, origin):
                verdict = cleaner.firewall.inspect(text, origin, cleaner.policy)
                return judge_text(text, verdict, cleaner)
            case ConversationInput(messages):
                is_answer = self.direction is Direction.OUTPUT
                return judge_conversation(messages, cleaner, is_answer=is_answer)
            case _:
                assert_never(given)

    def _score(self, judged: Judged, watch: Watch) -> float:
        """Tell how surely an input holds an injection, or the surest finding of an output."""
        if self.direction is Direction.INPUT:
            return watch.scores.get(_INJECTION, 0.0)
        return max((sighted.finding.score for sighted in judged.sightings), default=0.0)
