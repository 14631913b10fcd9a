"""Reads the fields of an operation by hand and collects every problem before it refuses."""

from collections.abc import Mapping
from enum import StrEnum

from ironcage.core import Micros, has_prefix, new_id, parse_usd
from ironcage.core.errors import InvalidRequest

MAX_TEXT = 200
MAX_ITEMS = 100
_REQUIRED = "is required"


class Fields:
    """One JSON object; a reader hands out a stand-in for what is wrong, `check` then refuses."""

    def __init__(
        self, data: Mapping[str, object], *, path: str = "", problems: dict[str, str] | None = None
    ) -> None:
        self._data = data
        self._path = path
        self._problems = {} if problems is None else problems
        self._read: set[str] = set()

    def has(self, name: str) -> bool:
        """Tell whether a field is given, be it null."""
        return name in self._data

    def is_null(self, name: str) -> bool:
        """Tell whether a field is given as null."""
        if self.has(name) and self._data[name] is None:
            self._read.add(name)
            return True
        return False

    def note(self, name: str, problem: str) -> None:
        """Remember what is wrong with a field."""
        self._problems[f"{self._path}{name}"] = problem

    def text(self, name: str, *, default: str | None = None, longest: int = MAX_TEXT) -> str:
        """Read a text that is not empty."""
        value = self._value(name, default)
        if isinstance(value, str) and 0 < len(value) <= longest and value.isprintable():
            return value
        if value is not None:
            self.note(name, f"must be 1 to {longest} printable characters")
        return ""

    def identifier(self, name: str, prefix: str, *, fresh: bool = False) -> str:
        """Read an id of one kind; with `fresh`, make one up when none is given."""
        if fresh and name not in self._data:
            self._read.add(name)
            return new_id(prefix)
        value = self._value(name, None)
        if isinstance(value, str) and has_prefix(value, prefix):
            return value
        if value is not None:
            self.note(name, f"must look like {prefix}_abc123")
        return ""

    def integer(self, name: str, *, low: int, high: int, default: int) -> int:
        """Read a whole number in a range."""
        value = self._value(name, default)
        if type(value) is int and low <= value <= high:
            return value
        if value is not None:
            self.note(name, f"must be a whole number from {low} to {high}")
        return default

    def truth(self, name: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self._value(name, default)
        if not isinstance(value, bool):
            self.note(name, "must be true or false")
            return default
        return value

    def usd(self, name: str) -> Micros:
        """Read a budget in USD, as text or as a number of at most two decimals."""
        value = self._value(name, None)
        if value is None:
            return Micros(0)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.note(name, "must be an amount")
            return Micros(0)
        try:
            return parse_usd(str(value))
        except ValueError as exc:
            self.note(name, str(exc))
            return Micros(0)

    def choice[Kind: StrEnum](self, name: str, kind: type[Kind], *, default: Kind) -> Kind:
        """Read one value of a closed set; the default stands only where the field is absent."""
        value = self._value(name, default.value)
        try:
            return kind(str(value))
        except ValueError:
            self.note(name, "must be one of " + ", ".join(member.value for member in kind))
            return default

    def texts(self, name: str, *, default: list[str] | None = None) -> list[str]:
        """Read a list of different texts."""
        value = self._value(name, default)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > MAX_ITEMS or not _are_texts(value):
            self.note(name, f"must be a list of at most {MAX_ITEMS} different texts")
            return []
        return value

    def mapping(self, name: str) -> dict[str, object]:
        """Read an object."""
        value = self._value(name, None)
        if isinstance(value, dict):
            return value
        if value is not None:
            self.note(name, "must be an object")
        return {}

    def inside(self, name: str) -> "Fields":
        """Read the fields of an object within; its problems are collected here."""
        return Fields(self.mapping(name), path=f"{self._path}{name}.", problems=self._problems)

    def holds_list(self, name: str) -> bool:
        """Tell whether a field holds a list."""
        return isinstance(self._data.get(name), list)

    def collect(self) -> None:
        """Note every field that nobody asked for."""
        for name in self._data.keys() - self._read:
            self.note(str(name), "is not known")

    def check(self) -> None:
        """Refuse when anything was wrong, unknown fields included.

        Raises:
            InvalidRequest: with each problem under its path.
        """
        self.collect()
        if self._problems:
            raise InvalidRequest(self._problems)

    def _value(self, name: str, default: object) -> object:
        self._read.add(name)
        value = self._data.get(name, default)
        if value is None:
            self.note(name, _REQUIRED)
        return value


def _are_texts(values: list[object]) -> bool:
    texts = [v for v in values if isinstance(v, str) and 0 < len(v) <= MAX_TEXT and v.isprintable()]
    return len(texts) == len(values) == len(set(texts))
