"""What a tenant knows to be harmless: exact values, and expressions that cover a whole span."""

from collections.abc import Mapping
from dataclasses import dataclass

from ironcage.firewall.expressions import compiled, expression_problem

LONGEST_VALUE = 256
_FIELDS = ("values", "patterns")


@dataclass(frozen=True, slots=True)
class Allowance:
    """Texts that are no findings, whatever a detector thinks."""

    values: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()

    def covers(self, span: str) -> bool:
        """Tell whether a found text is one of them, from its first character to its last."""
        if not span or _is_broken(span):
            return False
        return span in self.values or any(compiled(p).fullmatch(span) for p in self.patterns)


NOTHING_ALLOWED = Allowance()


def allowance_problems(section: object) -> dict[str, str]:
    """Name everything that is wrong with a policy's `allow`, by its path in there."""
    if not isinstance(section, Mapping):
        return {"": "must be an object"}
    problems = {f".{name}": "is not a policy field" for name in section if name not in _FIELDS}
    values, patterns = section.get("values", []), section.get("patterns", [])
    if not isinstance(values, list) or not all(map(_is_value, values)):
        problems[".values"] = f"must be a list of texts of 1 to {LONGEST_VALUE} characters"
    if not isinstance(patterns, list):
        return {**problems, ".patterns": "must be a list of expressions"}
    found = ((at, expression_problem(pattern)) for at, pattern in enumerate(patterns))
    return problems | {f".patterns.{at}": problem for at, problem in found if problem}


def read_allowance(section: Mapping[str, list[str]]) -> Allowance:
    """Read a section that has no problems."""
    return Allowance(frozenset(section.get("values", ())), tuple(section.get("patterns", ())))


def _is_broken(span: str) -> bool:
    """Tell whether a text holds half a character, which no expression can read."""
    return span.encode("utf-8", "replace") != span.encode("utf-8", "surrogatepass")


def _is_value(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_VALUE
