"""A detector made of pattern rules: it reads whole texts and streams with the same stride."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial

from ironcage.firewall.detectors.encoded import EncodedRule, encoded_rules
from ironcage.firewall.detectors.keywords import KeywordIndex
from ironcage.firewall.detectors.prefilter import Prefilter
from ironcage.firewall.detectors.rules import Rule, Value, read_rules
from ironcage.firewall.detectors.sweep import Sweep
from ironcage.firewall.model import Finding, Origin
from ironcage.firewall.normalise import NormalisedText
from ironcage.firewall.ports import Reading, Scan

_LAYERS = 2
_ENGINE = "4"  # counts the ways of applying rules, so that a version tells those apart too


class PatternDetector:
    """A rule pack under one name; the pack is read and compiled on first use."""

    def __init__(self, name: str, load: Callable[[], str]) -> None:
        self.name = name
        self._load = load

    @cached_property
    def _source(self) -> str:
        return self._load()

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Read the rule pack."""
        return tuple(read_rules(self._source))

    @cached_property
    def _encodings(self) -> tuple[tuple[EncodedRule, ...], ...]:
        """Prepare the encodings, by how many layers may still be undone."""
        looks = (partial(self._decoded, layers=inner) for inner in range(_LAYERS))
        return (), *map(encoded_rules, looks)

    @cached_property
    def _index(self) -> KeywordIndex:
        return KeywordIndex(self.rules)

    @cached_property
    def version(self) -> str:
        """Name this very rule pack, and the way it is applied, by a hash."""
        return hashlib.sha256(f"{_ENGINE}\n{self._source}".encode()).hexdigest()[:16]

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See every value in a whole text; patterns do not care where it comes from."""
        del origin
        return self.scan(Reading(text.text, text.masked)).findings_in(text)

    def scan(self, reading: Reading) -> Scan:
        """See what begins in the new part of a folded text that may still grow."""
        return self._scan(reading, _LAYERS)

    def _scan(self, reading: Reading, layers: int) -> Scan:
        rules = self._candidates(reading)
        sweep = Sweep(self.name, reading)
        sweep.read_free([r for r in rules if r.is_free])
        sweep.read_encoded(self._encodings[layers])
        sweep.read_bounded([r for r in rules if not r.is_free])
        return sweep.scan()

    @cached_property
    def _prefilter(self) -> Prefilter:
        return Prefilter(self.rules)

    def _candidates(self, reading: Reading) -> list[Rule]:
        """List the rules that have a keyword in what is new, and their context somewhere around."""
        rules = self._index.rules_in(reading.text[reading.start :].lower())
        return self._prefilter.narrowed(rules, reading) if rules else rules

    def _decoded(self, text: str, *, layers: int) -> Iterable[Value]:
        """See the values of a text that was decoded."""
        for seen in self._scan(Reading(text, text), layers).sightings:
            found = seen.finding
            rule = found.detector.partition("/")[2]
            yield Value(found.type, rule, found.start, found.end, found.score)
