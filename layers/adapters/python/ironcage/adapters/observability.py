"""Powertools behind thin doors: the logger, the metrics and the tracer of a function.

Everything is imported on first use: Powertools costs about 100 ms of CPU, which workers can pay
and the hot path need not (see `lines.py`).
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Protocol

from ironcage.adapters.lines import NAMESPACE

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger
    from aws_lambda_powertools.metrics import Metrics
    from aws_lambda_powertools.tracing import Tracer as PowertoolsTracer

    from ironcage.core import Settings


class Tracer(Protocol):
    """What we ask of tracing: a named span around a piece of work."""

    def span(
        self, name: str, facts: Mapping[str, str] | None = None
    ) -> AbstractContextManager[None]:
        """Open a span; facts are ids and counts, never text."""
        ...


@cache
def logger(service: str) -> "Logger":
    """Open the structured logger of a function, once."""
    from aws_lambda_powertools.logging import Logger  # noqa: PLC0415 - see the module's docstring

    return Logger(service=service, log_uncaught_exceptions=False)


@cache
def metrics(service: str) -> "Metrics":
    """Open the EMF metrics of a function, once; dimensions never hold user or agent ids."""
    from aws_lambda_powertools.metrics import Metrics  # noqa: PLC0415 - see above

    return Metrics(service=service, namespace=NAMESPACE)


def open_tracer(service: str, settings: "Settings") -> Tracer:
    """Open the tracer: X-Ray where the stage has it, else spans that cost nothing."""
    if settings.trace_enabled != "true":
        return SilentTracer()
    from aws_lambda_powertools.tracing import (  # noqa: PLC0415 - see above
        Tracer as PowertoolsTracer,
    )

    return XrayTracer(PowertoolsTracer(service=service, auto_patch=False))


class SilentTracer:
    """Spans that cost nothing."""

    @contextmanager
    def span(
        self,
        name: str,  # noqa: ARG002 - the port's names
        facts: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Iterator[None]:
        """Do nothing around the block."""
        yield


class XrayTracer:
    """Spans as X-Ray subsegments."""

    def __init__(self, tracer: "PowertoolsTracer") -> None:
        self._tracer = tracer

    @contextmanager
    def span(self, name: str, facts: Mapping[str, str] | None = None) -> Iterator[None]:
        """Open a subsegment around the block, with its facts as annotations."""
        with self._tracer.provider.in_subsegment(name=name) as subsegment:
            for key, value in (facts or {}).items():
                subsegment.put_annotation(key=key, value=value)
            yield
