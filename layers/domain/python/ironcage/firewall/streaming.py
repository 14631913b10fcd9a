"""The output firewall of a stream: text is released as soon as no later text can change it.

One scanner stands behind every string that a client sees grow: each choice, each tool call. For
any way of cutting a text into pieces, what comes out is what redacting the whole text would give
(for values up to the 16 kB bound; of a longer one, all until the next space is removed).

A detector that reads whole texts alone gets whole sentences: then nothing passes that is not the
part of one that it has read.
"""

from dataclasses import replace
from functools import partial

from ironcage.core.errors import OutputBlocked
from ironcage.firewall.detectors.rules import CONTEXT, MAX_VALUE
from ironcage.firewall.detectors.sweep import OVERFLOW
from ironcage.firewall.model import Action, Finding, Origin, Policy, Verdict, judge
from ironcage.firewall.normalise import GAP, NormalisedText
from ironcage.firewall.pipeline import NOTHING, Firewall, is_value
from ironcage.firewall.policy import decide
from ironcage.firewall.ports import Question, Reading, Scan, Sighting, StreamDetector, spans_of
from ironcage.firewall.redaction import redact
from ironcage.firewall.sentences import last_sentence_end

_RESCAN_FROM = 1_024


class StreamScanner:
    """Scans one growing text; a detector that cannot read pieces gets whole sentences."""

    def __init__(self, firewall: Firewall, policy: Policy, *, hash_key: bytes = b"") -> None:
        detectors = firewall.detectors_of(policy)
        self._firewall = firewall
        self._detectors = [d for d in detectors if isinstance(d, StreamDetector)]
        self._readers = [d for d in detectors if not isinstance(d, StreamDetector)]
        self._read = 0  # how much of the pending text the readers of sentences have read
        self._noted: list[Finding] = []  # what they saw there, before it is judged
        self._policy = policy
        self._hash_key = hash_key
        self._context = ""  # the folded end of what has been released
        self._masked = ""  # the same, with gaps for what was seen in it
        self._pending = ""
        self._released = 0
        self._next_scan = 0
        self._is_swallowing = False
        self.findings: list[Finding] = []

    @property
    def verdict(self) -> Verdict:
        """Judge what has been released so far; offsets are those of the whole text."""
        return judge(self.findings)

    def feed(self, text: str) -> str:
        """Take a piece and give what may be released now.

        Raises:
            OutputBlocked: the policy blocks what was found.
            FirewallUnavailable: a detector could not answer.
        """
        self._pending += self._swallow(text) if self._is_swallowing else text
        # A long value grows by an eighth before it is looked at again, else its cost is squared.
        if len(self._pending) < self._next_scan:
            return ""
        return self._advance(is_last=False)

    def finish(self) -> str:
        """Give the rest: the text is complete.

        Raises:
            OutputBlocked: the policy blocks what was found.
            FirewallUnavailable: a detector could not answer.
        """
        return self._advance(is_last=True)

    def _advance(self, *, is_last: bool) -> str:
        if not self._pending:
            return ""
        text, start = NormalisedText(self._pending), len(self._context)
        readable = self._read_sentences(is_last=is_last)
        text.mask(spans_of(filter(is_value, self._noted)))
        reading = Reading(self._context + text.text, self._masked + text.masked, start, is_last)
        sightings, reading = self._look(reading, text)
        seen = [s for s in (self._judge(s, text, start) for s in sightings) if s]
        seen += [Sighting(f, f.start) for f in map(self._decided, self._noted) if f]
        hold = reading.hold - start
        cut = len(self._pending) if hold >= len(text.text) else text.index(hold)
        cut = self._settle(min(cut, readable), seen)
        text.masked = reading.masked[start:]
        return self._release(text, [s.finding for s in seen], cut)

    def _read_sentences(self, *, is_last: bool) -> int:
        """Let those read that want sentences, as far as they are whole; tell how far that is."""
        if not self._readers:
            return len(self._pending)
        end = self._sentences_end(is_last=is_last)
        if end > self._read:
            found = self._read_whole(self._pending[self._read : end])
            self._noted += [_moved(f, f.start + self._read, f.end + self._read) for f in found]
            self._read = end
        return self._read

    def _sentences_end(self, *, is_last: bool) -> int:
        size, rest = len(self._pending), self._pending[self._read :]
        if is_last or size >= MAX_VALUE:
            return size
        return self._read + last_sentence_end(rest)

    def _read_whole(self, sentences: str) -> list[Finding]:
        """Let each of them read some sentences; what runs elsewhere is asked together."""
        text, found = NormalisedText(sentences), dict[Finding, None]()
        self._firewall.prefetch([Question(sentences, Origin.MODEL)], self._policy)
        for detector in self._readers:
            look = partial(detector.detect, text, Origin.MODEL)
            seen = self._firewall.ask(detector, look, self._policy, otherwise=NOTHING)
            text.mask(spans_of(filter(is_value, seen)))
            found |= dict.fromkeys(seen)
        return list(found)

    def _look(self, reading: Reading, text: NormalisedText) -> tuple[list[Sighting], Reading]:
        """Let each detector read, and once more if others have seen something in the meantime."""
        seen: dict[Sighting, None] = {}
        looked: dict[str, Reading] = {}
        start = reading.start
        for detector in (*self._detectors, *self._detectors):
            if looked.get(detector.name) is reading:
                continue
            look, nothing = partial(detector.scan, reading), Scan((), reading.hold)
            scan = self._firewall.ask(detector, look, self._policy, otherwise=nothing)
            scan = replace(scan, sightings=tuple(_whole(s, text, start) for s in scan.sightings))
            seen |= dict.fromkeys(scan.sightings)
            looked[detector.name] = reading = reading.after(scan)
        return list(seen), reading

    def _judge(self, seen: Sighting, text: NormalisedText, offset: int) -> Sighting | None:
        """Bring a sighting back to the pending text's own offsets and give it its action."""
        start, end = text.span(seen.finding.start - offset, seen.finding.end - offset)
        finding = self._decided(_moved(seen.finding, start, end))
        return Sighting(finding, text.index(seen.anchor - offset)) if finding else None

    def _decided(self, found: Finding) -> Finding | None:
        """Give what was found in the pending text its action; None when it does not count."""
        span = self._pending[found.start : found.end]
        return decide(found, self._policy, Origin.MODEL, span=span)

    def _settle(self, cut: int, sightings: list[Sighting]) -> int:
        """Move the cut so that it never falls between what gave a value away and its end."""
        size = len(self._pending)
        for seen in sorted(sightings, key=lambda s: s.anchor, reverse=True):
            if seen.anchor >= cut:
                continue
            if seen.finding.end == size and size - seen.finding.start >= MAX_VALUE:
                self._is_swallowing = seen.finding.action > Action.ALLOW
                cut = size
            elif seen.finding.end > cut:
                cut = seen.anchor
        return cut

    def _release(self, text: NormalisedText, findings: list[Finding], cut: int) -> str:
        done = tuple(f for f in findings if f.start < cut)
        if any(f.action > Action.REDACT for f in done):
            raise OutputBlocked()
        out = self._pending[:cut]
        if done:
            out = redact(out, Verdict(findings=done), self._policy, hash_key=self._hash_key)
        self.findings += [_moved(f, f.start + self._released, f.end + self._released) for f in done]
        end = text.folded_index(cut)
        self._keep_context(text.text[:end], text.masked[:end])
        self._pending = self._pending[cut:]
        self._released += cut
        self._read = max(0, self._read - cut)
        # The cut falls into none that counts; of others the rest is still a gap for its neighbours.
        left = (f for f in self._noted if f.end > cut)
        self._noted = [_moved(f, max(0, f.start - cut), f.end - cut) for f in left]
        size = len(self._pending)
        self._next_scan = size + size // 8 if size >= _RESCAN_FROM else 0
        return out

    def _keep_context(self, folded: str, masked: str) -> None:
        self._context = (self._context + folded)[-CONTEXT:]
        self._masked = (self._masked + masked)[-CONTEXT:]

    def _swallow(self, text: str) -> str:
        """Drop the rest of a value beyond the bound: all until the next space."""
        rest = OVERFLOW.match(text)
        end = rest.end() if rest else 0
        self._keep_context(text[:end], GAP * end)
        self._released += end
        self._is_swallowing = end == len(text)
        return text[end:]


def _moved(finding: Finding, start: int, end: int) -> Finding:
    return replace(finding, start=start, end=end)


def _whole(seen: Sighting, text: NormalisedText, offset: int) -> Sighting:
    """Widen a sighting to whole characters: what ends in a half of `\u00bd` takes all of it out."""
    start, end = text.span(seen.finding.start - offset, seen.finding.end - offset)
    start, end = offset + text.folded_index(start), offset + text.folded_index(end)
    return Sighting(_moved(seen.finding, start, end), seen.anchor)
