"""Small checks that combine into a description of a request, and report every problem at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ironcage.core.errors import InvalidRequest, UnsupportedParameter

MAX_PROBLEMS = 50
MAX_NAME = 64
_KEY = re.compile(r"[A-Za-z0-9_.$/@-]{1,64}")
_NAME = re.compile(r"[^A-Za-z0-9_.$-]")


@dataclass(slots=True)
class Problems:
    """What is wrong with a request, by field path; texts never repeat what the caller sent."""

    invalid: dict[str, str] = field(default_factory=dict)
    unsupported: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, text: str) -> None:
        """Note that a field breaks a rule (the first problem of a field is kept)."""
        if len(self.invalid) < MAX_PROBLEMS:
            self.invalid.setdefault(path, text)

    def refuse(self, path: str, text: str = "is not supported") -> None:
        """Note that a field has no known price, or that we do not know it."""
        if len(self.unsupported) < MAX_PROBLEMS:
            self.unsupported.setdefault(path, text)

    def raise_if_any(self) -> None:
        """Raise everything that was noted.

        Raises:
            UnsupportedParameter: fields that are not supported, and nothing else.
            InvalidRequest: at least one field breaks a rule.
        """
        if self.invalid:
            raise InvalidRequest({**self.invalid, **self.unsupported})
        if self.unsupported:
            raise UnsupportedParameter(self.unsupported)


Check = Callable[[object, str, Problems], None]


def safe_name(name: str) -> str:
    """Cut a key of the caller down to what may stand in an error."""
    return _NAME.sub("?", name[:MAX_NAME])


def boolean(value: object, path: str, problems: Problems) -> None:
    """Expect true or false."""
    if not isinstance(value, bool):
        problems.add(path, "must be true or false")


def integer(low: int, high: int) -> Check:
    """Expect a whole number in a range."""

    def check(value: object, path: str, problems: Problems) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            problems.add(path, f"must be a whole number from {low} to {high}")

    return check


def number(low: float, high: float) -> Check:
    """Expect a number in a range."""

    def check(value: object, path: str, problems: Problems) -> None:
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not low <= value <= high
        ):
            problems.add(path, f"must be a number from {low:g} to {high:g}")

    return check


def text(high: int, low: int = 0) -> Check:
    """Expect a string of a length in a range."""

    def check(value: object, path: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problems.add(path, "must be a string")
        elif not low <= len(value) <= high:
            problems.add(path, f"must have {low} to {high} characters")

    return check


def pattern(expression: str, meaning: str) -> Check:
    """Expect a string that matches a pattern as a whole."""
    compiled = re.compile(expression)

    def check(value: object, path: str, problems: Problems) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            problems.add(path, f"must be {meaning}")

    return check


def choice(*values: str) -> Check:
    """Expect one of a few strings."""

    def check(value: object, path: str, problems: Problems) -> None:
        if not isinstance(value, str) or value not in values:
            problems.add(path, f"must be one of: {', '.join(values)}")

    return check


def only(allowed: object, why: str) -> Check:
    """Accept one harmless value; any other is not supported."""

    def check(value: object, path: str, problems: Problems) -> None:
        if type(value) is not type(allowed) or value != allowed:
            problems.refuse(path, why)

    return check


def array(item: Check, low: int, high: int) -> Check:
    """Expect a list of a length in a range, each item as described."""

    def check(value: object, path: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.add(path, "must be a list")
            return
        if not low <= len(value) <= high:
            problems.add(path, f"must have {low} to {high} items")
            return
        for index, element in enumerate(value):
            item(element, f"{path}[{index}]", problems)

    return check


def anything(value: object, path: str, problems: Problems) -> None:
    """Expect nothing in particular."""


def refused(why: str) -> Check:
    """Expect that the field is absent: it is known, but not supported."""

    def check(_value: object, path: str, problems: Problems) -> None:
        problems.refuse(path, why)

    return check


def schema(value: object, path: str, problems: Problems) -> None:
    """Expect a JSON Schema; its keys must be plain names, since none can be redacted."""
    if not isinstance(value, dict):
        problems.add(path, "must be an object")
        return
    pending: list[object] = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            if not all(map(_KEY.fullmatch, item)):
                problems.add(path, "may only have keys of 1 to 64 letters, digits and _.$/@-")
                return
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def record(fields: Mapping[str, Check], *, required: tuple[str, ...] = ()) -> Check:
    """Expect an object of these fields and no others; null stands for absent."""

    def check(value: object, path: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.add(path, "must be an object")
            return
        for name in required:
            if value.get(name) is None:
                problems.add(f"{path}.{name}", "is required")
        for name, content in value.items():
            if name not in fields:
                problems.refuse(f"{path}.{safe_name(name)}")
            elif content is not None:
                fields[name](content, f"{path}.{name}", problems)

    return check


def tagged(tag: str, variants: Mapping[str, Check], *, refused: Mapping[str, str]) -> Check:
    """Expect an object whose tag names its variant; refused tags are known but not supported."""

    def check(value: object, path: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.add(path, "must be an object")
            return
        name = value.get(tag)
        if isinstance(name, str) and name in variants:
            variants[name](value, path, problems)
        elif isinstance(name, str) and name in refused:
            problems.refuse(path, refused[name])
        else:
            problems.add(f"{path}.{tag}", f"must be one of: {', '.join(variants)}")

    return check


def by_type(string: Check, other: Check) -> Check:
    """Check strings one way and everything else another."""

    def check(value: object, path: str, problems: Problems) -> None:
        if isinstance(value, str | list | dict):
            (string if isinstance(value, str) else other)(value, path, problems)
        else:
            problems.add(path, "must be a string or a structure")

    return check
