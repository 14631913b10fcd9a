"""Our gateway in a plain loopback server, every check on: `python -m benchmarks.gateways.served`.

Tokens, firewalls, the ledger's rules, pricing, records and the provider adapter are the shipped
ones. Tables, topic and secrets live in memory, since the peers have no database either.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, cast

from ironcage.adapters.hashing import SecretTextHasher
from ironcage.adapters.providers.openai import OpenAiProvider
from ironcage.adapters.providers.transport import Transport
from ironcage.adapters.secrets import SecretReader
from ironcage.budgets import LedgerService
from ironcage.core import Micros, RequestId, SystemClock, new_id
from ironcage.core.errors import IronCageError
from ironcage.firewall import standard_firewall
from ironcage.gateway import (
    Accountant,
    Admission,
    Answers,
    Body,
    Breakers,
    Caller,
    Embeddings,
    Event,
    Gateway,
    GatewayCall,
    Head,
    InteractionRecord,
    PriceTable,
    Streams,
    Upstream,
    refusal_of,
)
from ironcage.tenancy import ProviderKind
from ironcage.tokens import TokenGrant, TokenVerifier, issue
from support.builders_budgets import KEY
from support.builders_identity import KEYS, TOKEN_ID
from support.fakes_breakers import MemoryBreakerStore
from support.fakes_firewall import FixedModerators
from support.fakes_gateway import FixedDirectory, FixedVault, NoTracer, a_provider, a_view
from support.fakes_identity import MemoryKeyring, MemoryTokenRecords
from support.fakes_ledger import MemoryPotStore

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SECONDS = 60.0


class FixedSecret:
    """A client of a secret store with one secret: the master key of the hashes."""

    def get_secret_value(self, **_: object) -> dict[str, str]:
        """Give it."""
        return {"SecretString": json.dumps({"key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="})}


class WrittenRecords:
    """A topic that writes each record as it would be sent, and keeps none."""

    def publish(self, record: Mapping[str, object]) -> str:
        """Write a record."""
        json.dumps(record)
        return "topic"

    def closed(self, record: InteractionRecord, facts: Sequence[str]) -> None:
        """Write the log line of a request."""
        json.dumps({"record": record.to_json(), "facts": list(facts)})


class Served:
    """The gateway, its verifier and one valid token."""

    def __init__(self, upstream_url: str) -> None:
        clock, records = SystemClock(), WrittenRecords()
        tokens = MemoryTokenRecords()
        grant = TokenGrant(KEY.tenant_id, KEY.agent_id, TOKEN_ID, clock.now_ms() // 1000)
        self.token, record = issue(grant, KEYS)
        tokens.put(record)
        self._verifier = TokenVerifier(tokens, MemoryKeyring(KEYS), clock)
        ledger = LedgerService(MemoryPotStore(), clock)
        ledger.open_pot(KEY, limit=Micros(10**12), token_hash=record.token_hash)
        reader = SecretReader(cast("SecretsManagerClient", FixedSecret()))
        hasher = SecretTextHasher(reader, "hash", clock)
        adapter = OpenAiProvider(Transport(clock, allow_loopback=True))
        circuits = Breakers(MemoryBreakerStore(), clock)
        asking = Upstream(FixedVault(), {ProviderKind.OPENAI: adapter}, breakers=circuits)
        self._gateway = Gateway(
            Admission(
                FixedDirectory(a_view(a_provider(endpoint=upstream_url))),
                firewall=standard_firewall(),
                ledger=ledger,
                hasher=hasher,
                prices=PriceTable.load(),
                moderators=FixedModerators(),
            ),
            Answers(asking, hasher),
            Streams(asking, hasher),
            embeddings=Embeddings(asking, hasher, providers={ProviderKind.OPENAI: adapter}),
            accountant=Accountant(ledger, records, records),
            tracer=NoTracer(),
            clock=clock,
        )

    def answer(self, path: str, token: str, body: bytes) -> Iterator[Event]:
        """Prove the token, then answer (steps 0 to 9)."""
        request_id = RequestId(new_id("req"))
        try:
            proven = self._verifier.verify(token)
        except IronCageError as error:
            yield from refusal_of(error, path=path, request_id=request_id)
            return
        caller = Caller(
            proven.tenant_id,
            proven.agent_id,
            proven.token_hash,
            permissions=frozenset(proven.permissions),
        )
        yield from self._gateway.answer(
            GatewayCall(
                request_id=request_id,
                caller=caller,
                method="POST",
                path=path,
                content_type="application/json",
                body=body,
                remaining_seconds=lambda: SECONDS,
            )
        )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, served: Served) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.served = served


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class says so
        """Stay silent."""

    def do_POST(self) -> None:
        served = cast("_Server", self.server).served
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        is_chunked = False
        for event in served.answer(self.path, token, body):
            match event:
                case Head():
                    is_chunked = event.headers["content-type"].startswith("text/event-stream")
                    head, pieces = event, list[bytes]()
                    if is_chunked:
                        self._head(head, ("transfer-encoding", "chunked"))
                case Body() if is_chunked:
                    self._chunk(event.data)
                case Body():
                    pieces.append(event.data)
        if is_chunked:
            self._chunk(b"")
            return
        data = b"".join(pieces)
        self._head(head, ("content-length", str(len(data))))
        self.wfile.write(data)
        self.wfile.flush()

    def _head(self, head: Head, length: tuple[str, str]) -> None:
        self.send_response(head.status)
        for name, value in (*head.headers.items(), length):
            self.send_header(name, value)
        self.end_headers()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def main(port: int, upstream_url: str) -> None:
    """Serve until killed; the token is the first line of the output."""
    served = Served(upstream_url)
    server = _Server(port, served)
    print(served.token, flush=True)  # noqa: T201 - how the token reaches the load
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
