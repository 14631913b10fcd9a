"""Takes things away from the functions of a deployed local cloud, and puts them back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ironcage.core import variable_of

if TYPE_CHECKING:
    from infra_cdk.local.cloud import LocalCloud

MISSING = "missing"


class Outages:
    """The deployed functions, whose surroundings a test breaks for a while.

    The local cloud starts a function's environments anew when its variables change, and kills
    those that are at work: so nothing of the time before can hide the outage.
    """

    def __init__(self, cloud: "LocalCloud") -> None:
        self._cloud = cloud
        self._functions = cloud.functions()

    @contextmanager
    def with_variables(self, function: str, **variables: str) -> Iterator[None]:
        """Give a function other environment variables for a while."""
        before = self._variables(function)
        self._set(function, {**before, **variables})
        try:
            yield
        finally:
            self._set(function, before)

    @contextmanager
    def without(self, function: str, *settings: str) -> Iterator[None]:
        """Point some settings of a function at things that do not exist."""
        before = self._variables(function)
        gone = {variable_of(name): _named_like(before[variable_of(name)]) for name in settings}
        with self.with_variables(function, **gone):
            yield

    def kill(self, function: str) -> None:
        """Kill every environment of a function, also one that is at work."""
        self._set(function, self._variables(function))

    @contextmanager
    def without_reaper(self) -> Iterator[None]:
        """Let nothing be reaped for a while: the schedule would do it in the middle of a test."""
        with self.without("ledger_reaper", "tables_ledger"):
            yield

    @contextmanager
    def without_consumer(self, function: str) -> Iterator[None]:
        """Let the queues of a function fill up for a while."""
        self._consume(function, is_on=False)
        try:
            yield
        finally:
            self._consume(function, is_on=True)

    def name_of(self, function: str) -> str:
        """Find what a function of ours is called where it is deployed."""
        return self._cloud.name_of(function)

    def _variables(self, function: str) -> Mapping[str, str]:
        told = self._functions.get_function_configuration(FunctionName=self.name_of(function))
        return told["Environment"]["Variables"]

    def _set(self, function: str, variables: Mapping[str, str]) -> None:
        self._functions.update_function_configuration(
            FunctionName=self.name_of(function), Environment={"Variables": dict(variables)}
        )

    def _consume(self, function: str, *, is_on: bool) -> None:
        name = self.name_of(function)
        for source in self._functions.list_event_source_mappings(FunctionName=name)[
            "EventSourceMappings"
        ]:
            self._functions.update_event_source_mapping(UUID=source["UUID"], Enabled=is_on)


def _named_like(value: str) -> str:
    """Name something missing in the form of what is there: an ARN, a path or a plain name."""
    head, colon, _ = value.rpartition(":")
    return f"{head}{colon}{MISSING}/" if value.endswith("/") else f"{head}{colon}{MISSING}"
