"""A conversation that is judged and sent nowhere: every text of it, by message and place (2, 8).

It is read as a chat request is, so it is refused, changed and cleaned as one would be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from ironcage.firewall import Action, Finding, Verdict, redact
from ironcage.gateway.cleaning import Cleaner, stopping
from ironcage.gateway.scan_counts import IMAGE, UNSEEN_IMAGES
from ironcage.gateway.seams import read_seams
from ironcage.gateway.verdicts import clean_prompt
from ironcage.gateway.wire.chat import ChatRequest, parse_chat
from ironcage.gateway.wire.openai import PromptText, encode_json, path_text

_NO_MODEL = "none"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands: `messages[2].content`, in message 2."""

    path: str
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Sighted:
    """A finding, and the text that its offsets count in."""

    finding: Finding
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a policy makes of a text or a conversation.

    `clean` is None if it cannot be cleaned; `unscanned`: what no detector sees into, and why.
    """

    action: Action
    sightings: tuple[Sighted, ...]
    clean: object
    unscanned: Mapping[str, str] = field(default_factory=dict)


def judge_text(text: str, found: Verdict, cleaner: Cleaner) -> Judged:
    """Give a text that was inspected, without what the policy wants out of it."""
    clean = redact(text, found, cleaner.policy, hash_key=cleaner.hash_key)
    return Judged(found.action, tuple(map(Sighted, found.findings)), clean)


def judge_conversation(
    messages: Sequence[object], cleaner: Cleaner, *, is_answer: bool = False
) -> Judged:
    """Inspect every text of a conversation, and the seams between them.

    Args:
        messages: as a chat request has them.
        cleaner: the firewall under the policy.
        is_answer: what the assistant says is a model's, and not a document's.

    Raises:
        InvalidRequest: these are no messages; every problem is named.
        FirewallUnavailable: a detector could not answer.
    """
    chat = parse_chat(encode_json({"model": _NO_MODEL, "messages": messages}))
    reading = _Reading(chat, cleaner)
    for found in chat.texts():
        reading.read(_told(found, chat) if is_answer else found)
    reading.read_seams()
    reading.see_images()
    unscanned = UNSEEN_IMAGES if chat.images else {}
    return Judged(reading.action, tuple(reading.sightings), reading.clean(), unscanned)


class _Reading:
    """One conversation while it is read."""

    def __init__(self, chat: ChatRequest, cleaner: Cleaner) -> None:
        self.action = Action.ALLOW
        self.sightings: list[Sighted] = []
        self._chat = chat
        self._cleaner = cleaner
        self._originals: list[PromptText] = []
        self._texts: list[PromptText] = []
        self._can_be_clean = True

    def read(self, found: PromptText) -> None:
        """Inspect one text alone."""
        cleaned, verdict = clean_prompt(self._cleaner, found)
        if verdict.action > Action.REDACT:
            cleaned = self._without(found, verdict)
        self._originals.append(found)
        self._texts.append(replace(found, text=cleaned))
        self._see(found, verdict.findings)
        self.action = max(self.action, verdict.action)

    def read_seams(self) -> None:
        """Inspect what only several texts say together."""
        if len(self._texts) <= 1:
            return
        reading = read_seams(self._texts, self._cleaner)
        for (at, _), part in reading.parts.items():
            self._see(self._originals[at], [self._in_original(at, part)])
        for at, text in reading.changed.items():
            self._texts[at] = replace(self._texts[at], text=text)
        self.action = max(self.action, reading.verdict.action)
        # A seam that is blocked is not cut out of its texts.
        self._can_be_clean &= reading.verdict.action <= Action.REDACT

    def see_images(self) -> None:
        """Judge images, which no detector sees into, by the policy alone."""
        action = self._cleaner.policy.actions.get(IMAGE, Action.ALLOW)
        if not self._chat.images or action is Action.ALLOW:
            return
        verdict = stopping(Verdict(action))
        finding = Finding(IMAGE, "policy/images", 0, 0, verdict.action)
        self.sightings += [Sighted(finding, Place(path)) for path in self._chat.images]
        self.action = max(self.action, verdict.action)
        self._can_be_clean = False

    def clean(self) -> object:
        """Give the messages as they may pass on."""
        if not self._can_be_clean:
            return None
        chat = self._chat
        for before, after in zip(self._originals, self._texts, strict=True):
            if after.text != before.text:
                chat = chat.with_text(after.path, after.text)
        return chat.body["messages"]

    def _without(self, found: PromptText, verdict: Verdict) -> str:
        if found.kind != "text":
            self._can_be_clean = False
            return found.text
        cleaner = self._cleaner
        return redact(found.text, verdict, cleaner.policy, hash_key=cleaner.hash_key)

    def _in_original(self, at: int, part: Finding) -> Finding:
        """Place a finding of a seam; in a text that was changed since, it is the whole text."""
        text = self._originals[at].text
        if self._texts[at].text == text and part.end <= len(text):
            return part
        return replace(part, start=0, end=len(text))

    def _see(self, found: PromptText, findings: Sequence[Finding]) -> None:
        at = found.path[1]
        place = Place(path_text(found.path), at if isinstance(at, int) else None)
        self.sightings += [Sighted(finding, place) for finding in findings]


def _told(found: PromptText, chat: ChatRequest) -> PromptText:
    """Name the model as the origin of what its messages say."""
    messages = cast("list[dict[str, object]]", chat.body["messages"])
    is_own = messages[cast("int", found.path[1])].get("role") == "assistant"
    return replace(found, origin="model") if is_own else found
