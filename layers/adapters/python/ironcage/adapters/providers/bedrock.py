"""Bedrock's Converse through botocore: signed by the function's own role, no key."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any

from ironcage.adapters.clients import open_client
from ironcage.core import Clock, new_id
from ironcage.core.errors import (
    DeadlineExceeded,
    ProviderLimited,
    ProviderRejected,
    ProviderUnavailable,
)
from ironcage.gateway import ProviderAnswer, ProviderCall, ProviderChunk
from ironcage.gateway.wire.bedrock import from_converse, to_converse, usage_of
from ironcage.gateway.wire.bedrock_stream import ConverseStream

# botocore fixes the time-out of reads when a client is made, so there is one client per step;
# a call takes the longest that still ends in time.
READ_STEPS = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 25.0, 60.0, 120.0, 300.0, 600.0)

_REJECTED = frozenset({"ValidationException"})
_LIMITED = frozenset(
    {"ThrottlingException", "ServiceQuotaExceededException", "ModelNotReadyException"}
)
_UNKNOWN = frozenset({"ModelTimeoutException", "ModelErrorException"})

OpenClient = Callable[[float], Any]


def open_bedrock(read_seconds: float) -> Any:
    """Open a Bedrock client that never repeats a call by itself."""
    return open_client("bedrock-runtime", read_seconds=read_seconds, attempts=1)


def open_in_time(open_client: OpenClient, seconds: float) -> Any:
    """Open the client whose reads take longest and still end in time.

    Raises:
        DeadlineExceeded: no client ends that soon.
    """
    steps = [step for step in READ_STEPS if step <= seconds]
    if not steps:
        raise DeadlineExceeded(sent=False)
    return open_client(steps[-1])


class BedrockProvider:
    """Asks models on Bedrock; `open_client` makes a client for a read time-out in seconds."""

    def __init__(self, clock: Clock, open_client: OpenClient = open_bedrock) -> None:
        self._clock = clock
        self._open_client = open_client

    def complete(self, call: ProviderCall) -> ProviderAnswer:
        """Ask for a whole answer."""
        arguments = to_converse(call.body)
        client = self._client(call)
        response = translated(lambda: client.converse(**arguments))
        body = from_converse(response, answer_id=new_id("chatcmpl"), created=self._created())
        return ProviderAnswer(
            {**body, "model": call.body["model"]}, usage_of(response.get("usage"))
        )

    def stream(self, call: ProviderCall) -> Generator[ProviderChunk]:
        """Ask for a streamed answer, once the first chunk is wanted; close it to hang up."""
        arguments = to_converse(call.body)
        client, ends = self._client(call), self._clock.monotonic() + call.timeout_seconds
        response = translated(lambda: client.converse_stream(**arguments))
        translator = ConverseStream(
            answer_id=new_id("chatcmpl"), created=self._created(), model=str(call.body["model"])
        )
        try:
            for event in _events(response["stream"]):
                if self._clock.monotonic() > ends:
                    raise DeadlineExceeded(sent=True)
                if (chunk := translator.translate(event)) is not None:
                    yield chunk
        finally:
            response["stream"].close()
        if not translator.is_done:
            raise ProviderUnavailable(sent=True, reason="cut_short")

    def _client(self, call: ProviderCall) -> Any:
        return open_in_time(self._open_client, call.timeout_seconds)

    def _created(self) -> int:
        return self._clock.now_ms() // 1000


def _events(stream: Iterable[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    events = iter(stream)
    while True:
        event: Mapping[str, object] | None = translated(lambda: next(events, None), has_begun=True)
        if event is None:
            return
        yield event


def translated(ask: Callable[[], Any], *, has_begun: bool = False) -> Any:
    """Run a call and turn botocore's errors into ours, and those that it lets through.

    Raises:
        ProviderUnavailable, ProviderLimited, ProviderRejected, DeadlineExceeded: as the port says.
    """
    # Loaded with the client, not before.
    from botocore.eventstream import ParserError  # noqa: PLC0415 - as above
    from botocore.exceptions import (  # noqa: PLC0415 - as above
        BotoCoreError,
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        ReadTimeoutError,
    )
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - as above
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - as above
    from urllib3.exceptions import TimeoutError as WireTimeoutError  # noqa: PLC0415 - as above

    try:
        return ask()
    except ClientError as exc:
        raise _refusal(exc.response, has_begun=has_begun) from exc
    except (ReadTimeoutError, WireTimeoutError) as exc:
        raise DeadlineExceeded(sent=True) from exc
    except (EndpointConnectionError, ConnectTimeoutError) as exc:
        raise ProviderUnavailable(sent=has_begun, reason="no_connection") from exc
    except (BotoCoreError, HTTPError, OSError, ParserError, ResponseParserError) as exc:
        raise ProviderUnavailable(sent=True, reason="broken") from exc


def _refusal(response: Mapping[str, Any], *, has_begun: bool) -> Exception:
    """Choose the error for what Bedrock answered; before the first event nothing is charged."""
    code = str(response.get("Error", {}).get("Code", ""))
    kind = code[:1].upper() + code[1:]
    if has_begun or kind in _UNKNOWN:
        return ProviderUnavailable(sent=True, provider_code=code)
    if kind in _LIMITED:
        return ProviderLimited()
    if kind in _REJECTED:
        return ProviderRejected(provider_code=code)
    return ProviderUnavailable(sent=False, provider_code=code)
