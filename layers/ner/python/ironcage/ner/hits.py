"""What one recogniser claims about a piece of text, and how claims that overlap are settled."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

PERSON, LOCATION, ORGANIZATION, ADDRESS = "PERSON", "LOCATION", "ORGANIZATION", "ADDRESS"
TYPES = (PERSON, LOCATION, ORGANIZATION, ADDRESS)


@dataclass(frozen=True, slots=True)
class Hit:
    """A claim that [start, end) names something; `rule` says who claims it."""

    type: str
    start: int
    end: int
    score: float
    rule: str

    def moved(self, by: int) -> "Hit":
        """Give the same claim about a text in which the piece stands later."""
        return replace(self, start=self.start + by, end=self.end + by)

    def overlaps(self, other: "Hit") -> bool:
        """Tell whether two claims share a character."""
        return self.start < other.end and other.start < self.end

    def holds(self, other: "Hit") -> bool:
        """Tell whether another claim lies within this one and is shorter."""
        return (
            self.start <= other.start
            and other.end <= self.end
            and other.end - other.start < self.end - self.start
        )


def settled(hits: Iterable[Hit]) -> list[Hit]:
    """Keep of all claims about one piece what does not contradict something surer.

    A name that holds the name of a place (`University of Oxford`) is the name of no place. Claims
    of one type that overlap become one.
    """
    whole = list(hits)
    loose = [h for h in whole if h.type == LOCATION and any(_names(o, h) for o in whole)]
    ranked = sorted(
        set(whole).difference(loose), key=lambda h: (-h.score, h.start - h.end, h.start)
    )
    kept: list[Hit] = []
    for hit in ranked:
        rivals = [other for other in kept if other.overlaps(hit)]
        if not rivals:
            kept.append(hit)
        elif len(rivals) == 1 and rivals[0].type == hit.type:
            kept[kept.index(rivals[0])] = _united(rivals[0], hit)
    return sorted(kept, key=lambda h: h.start)


def joined(hits: Iterable[Hit]) -> list[Hit]:
    """Bring together the claims of pieces that overlap; of two types the surer one stays."""
    out: list[Hit] = []
    for _, same in groupby(sorted(hits, key=lambda h: (h.start, -h.score)), lambda h: h.start):
        hit = next(same)
        if not out or not out[-1].overlaps(hit):
            out.append(hit)
        elif out[-1].type == hit.type:
            out[-1] = replace(out[-1], end=max(hit.end, out[-1].end))
        elif hit.score > out[-1].score:
            out[-1] = hit
    return out


def _names(outer: Hit, inner: Hit) -> bool:
    return outer.type in {PERSON, ORGANIZATION, ADDRESS} and outer.holds(inner)


def _united(surer: Hit, other: Hit) -> Hit:
    return replace(surer, start=min(surer.start, other.start), end=max(surer.end, other.end))
