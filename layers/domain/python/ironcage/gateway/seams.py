"""Texts that read on: what no part of a prompt says alone, but two say together (step 2).

Parts of one message, and messages of one origin behind each other, are read across their seams:
512 characters on either side, with a line end between them and, within a message, without one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import NamedTuple

from ironcage.firewall import Action, Finding, Origin, Verdict, judge, redact
from ironcage.gateway.cleaning import Cleaner
from ironcage.gateway.wire.openai import PromptText

REACH = 512
_GLUES = ("", "\n")
_SPOKEN = frozenset({"content", "refusal"})


class Piece(NamedTuple):
    """A stretch of a text: where it begins there, how much follows, where it is in a view."""

    text: int
    begin: int
    size: int
    rest: int
    at: int = 0

    def clip(self, found: Finding) -> Finding | None:
        """Give the part of a finding that is in this piece, by its place in the text."""
        start, end = max(found.start, self.at), min(found.end, self.at + self.size)
        shift = self.begin - self.at
        return replace(found, start=start + shift, end=end + shift) if start < end else None

    def is_cut_in(self, found: Finding) -> bool:
        """Tell whether a finding touches a cut, so that the whole text may say something else."""
        is_cut_before = self.begin > 0 and found.start <= self.at
        return is_cut_before or (self.rest > 0 and found.end >= self.at + self.size)


@dataclass(slots=True)
class View:
    """Neighbouring pieces, joined."""

    text: str = ""
    pieces: list[Piece] = field(default_factory=list)

    def add(self, text: str, *, index: int, begin: int = 0, rest: int = 0, glue: str = "") -> None:
        """Put a piece at the end."""
        self.text += glue if self.pieces else ""
        self.pieces.append(Piece(index, begin, len(text), rest, at=len(self.text)))
        self.text += text

    def touched_by(self, found: Finding) -> tuple[int, ...]:
        """List the texts that a finding has a part in."""
        return tuple(piece.text for piece in self.pieces if piece.clip(found))


@dataclass(slots=True)
class SeamReading:
    """What was seen across seams, and the texts that were changed for it, by their index."""

    # The stretch of each text that a type of finding touches.
    parts: dict[tuple[int, str], Finding] = field(default_factory=dict)
    verdict: Verdict = field(default_factory=Verdict)
    changed: dict[int, str] = field(default_factory=dict)


def read_seams(texts: Sequence[PromptText], cleaner: Cleaner) -> SeamReading:
    """Inspect the seams of clean texts, and redact every part that a finding touches.

    Raises:
        FirewallUnavailable: a detector could not answer.
    """
    reading, found = SeamReading(), dict[object, Finding]()
    # Part of a value is removed in full: its last characters are not those of the value.
    policy = replace(cleaner.policy, modes={})
    for run in _runs(texts):
        for glue in _glues(texts, run):
            current = {at: reading.changed.get(at, texts[at].text) for at in run}
            touched: dict[int, list[Finding]] = {}
            for view in _views(texts, current, glue=glue):
                verdict = cleaner.firewall.inspect(
                    view.text, Origin(texts[run[0]].origin), cleaner.policy
                )
                new = [f for f in verdict.findings if _is_new(f, view)]
                _note(new, view, touched)
                reading.parts = _parts_of(new, view) | reading.parts
                # The same finding may show with a line end and without.
                found = {(f.type, view.touched_by(f)): f for f in new} | found
            for at, parts in touched.items():
                reading.changed[at] = redact(current[at], judge(parts), policy)
    reading.verdict = judge(found.values())
    return reading


def seam_texts(texts: Sequence[PromptText]) -> Iterator[tuple[int, str]]:
    """List what is read across the seams of texts, each with the index of one that it joins."""
    for run in _runs(texts):
        current = {at: texts[at].text for at in run}
        for glue in _glues(texts, run):
            yield from ((run[0], view.text) for view in _views(texts, current, glue=glue))


def _glues(texts: Sequence[PromptText], run: Sequence[int]) -> Sequence[str]:
    return _GLUES if _has_parts(texts, run) else _GLUES[1:]


def _note(found: Iterable[Finding], view: View, touched: dict[int, list[Finding]]) -> None:
    """Note what is to be redacted in each text."""
    for finding in found:
        for piece in view.pieces:
            if finding.action is Action.REDACT and (part := piece.clip(finding)):
                touched.setdefault(piece.text, []).append(part)


def _parts_of(found: Iterable[Finding], view: View) -> dict[tuple[int, str], Finding]:
    return {
        (piece.text, finding.type): part
        for finding in found
        for piece in view.pieces
        if (part := piece.clip(finding))
    }


def _is_new(found: Finding, view: View) -> bool:
    """Tell what only the seam shows; what a text says alone was judged, and taken out, already."""
    if len(view.touched_by(found)) > 1:
        return True
    is_cut = any(piece.is_cut_in(found) for piece in view.pieces if piece.clip(found))
    return found.action > Action.ALLOW and not is_cut


def _runs(texts: Sequence[PromptText]) -> Iterator[list[int]]:
    """Group what is said, by origin, where there is more than one text."""
    said = [at for at, text in enumerate(texts) if _is_said(text)]
    for _, group in groupby(said, key=lambda at: texts[at].origin):
        if len(run := list(group)) > 1:
            yield run


def _is_said(text: PromptText) -> bool:
    return text.path[0] == "messages" and text.path[2] in _SPOKEN


def _has_parts(texts: Sequence[PromptText], run: Iterable[int]) -> bool:
    return any(_is_one_message(texts[a], texts[b]) for a, b in pairwise(run))


def _is_one_message(one: PromptText, other: PromptText) -> bool:
    return one.path[:2] == other.path[:2]


def _views(texts: Sequence[PromptText], current: Mapping[int, str], *, glue: str) -> Iterator[View]:
    """Join short texts whole; the beginning of a long one ends a view, its end begins the next."""
    view, before = View(), -1
    for index, text in current.items():
        is_part = before >= 0 and _is_one_message(texts[before], texts[index])
        between, before, rest = glue if is_part else "\n", index, len(text) - REACH
        if rest <= REACH:
            view.add(text, index=index, glue=between)
            continue
        if view.pieces:
            view.add(text[:REACH], index=index, rest=rest, glue=between)
            yield view
        view = View()
        view.add(text[-REACH:], index=index, begin=rest)
    if len(view.pieces) > 1:
        yield view
