"""Content moderation: a text in pieces, each scored by category (steps 2 and 8)."""

from collections.abc import Iterator, Sequence

from ironcage.firewall.model import Finding, Origin
from ironcage.firewall.normalise import NormalisedText
from ironcage.firewall.ports import Moderator, Scores
from ironcage.firewall.severity import BANDS, Severity, moderation_type

_ENDS = ("\n", ". ", "! ", "? ", "。", "！", "？")  # noqa: RUF001  # the full-width ones are meant


class ModerationDetector:
    """The detector `moderation`; who scores is up to the tenant."""

    name = "moderation"

    def __init__(self, moderator: Moderator) -> None:
        self._moderator = moderator

    @property
    def version(self) -> str:
        """Name the model that scores."""
        return self._moderator.version

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See the pieces of a text that a category's lowest band begins below.

        Raises:
            FirewallUnavailable: the moderator did not answer.
        """
        del origin
        original = text.original
        spans = [s for s in pieces(original, self._moderator.reach) if original[slice(*s)].strip()]
        if not spans:
            return []
        scored = self._moderator.score([original[start:end] for start, end in spans])
        return list(self._findings(spans, scored))

    def _findings(
        self, spans: Sequence[tuple[int, int]], scored: Sequence[Scores]
    ) -> Iterator[Finding]:
        """Join neighbours that the same category was seen in: they are one finding."""
        running: dict[str, Finding] = {}
        for (start, end), scores in zip(spans, scored, strict=True):
            kept = {c: s for c, s in scores.items() if s >= BANDS[Severity.LOW]}
            for category in [c for c in running if c not in kept]:
                yield running.pop(category)
            for category, score in kept.items():
                before = running.get(category)
                running[category] = Finding(
                    moderation_type(category),
                    f"{self.name}/{category}",
                    before.start if before else start,
                    end,
                    score=max(score, before.score if before else 0.0),
                )
        yield from running.values()


def pieces(text: str, reach: int) -> Iterator[tuple[int, int]]:
    """Cut a text into pieces of so many characters at most, where sentences or words end."""
    start = 0
    while start < len(text):
        end = _cut(text, start, start + reach)
        yield start, end
        start = end


def _cut(text: str, start: int, limit: int) -> int:
    if limit >= len(text):
        return len(text)
    ends = [text.rfind(mark, start, limit) + len(mark) for mark in _ENDS]
    sentence = max(end for end in (0, *ends))
    word = max(text.rfind(" ", start, limit), text.rfind("\t", start, limit)) + 1
    return next((at for at in (sentence, word) if at > start + 1), limit)
