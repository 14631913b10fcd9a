"""Print every number: `make bench`."""

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import jwt

from benchmarks.measure import cpu_ms, fresh_import, line
from ironcage.adapters.providers.openai import headers_of
from ironcage.adapters.secrets import SecretsVault
from ironcage.core import ProviderId, SystemClock
from ironcage.gateway import Usage
from support.builders_identity import KEYS, TENANT, a_token_world
from support.fakes_gateway import GatewayRig, ScriptedChat, a_body, a_stream, an_answer

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

WORDS = "The quick brown fox jumps over the lazy dog near the quiet river bank today. "
LARGE = 10**12
FUNCTIONS = ("token_authorizer", "gateway", "control_api", "usage_recorder", "ledger_reaper",
             "audit_archiver")  # fmt: skip


@dataclass(frozen=True)
class FixedSecret:
    """A client of a secret store whose secrets all hold the same text."""

    text: str

    def get_secret_value(self, **_: object) -> dict[str, str]:
        """Give it."""
        return {"SecretString": self.text}


def bench_tokens() -> None:
    """Measure step 0 without the record look-up, beside PyJWT's decode alone."""
    world = a_token_world()
    token = world.issue()
    key, allowed = KEYS.keys[KEYS.current], ["HS256"]
    ours = cpu_ms(lambda: world.verify(token))
    peer = cpu_ms(lambda: jwt.decode(token, key, algorithms=allowed))
    ratio = f"PyJWT decode alone {peer.median:.4f} ms, ratio {ours.median / peer.median:.2f}"
    line("token validation, median", f"{ours.median:.4f} ms", target="≤ 0.06 ms", peer=ratio)
    beside = f"PyJWT decode alone {peer.p99:.4f} ms"
    line("token validation, p99", f"{ours.p99:.4f} ms", target="≤ 0.1 ms", peer=beside)


def bench_translation() -> None:
    """Measure step 6a with the key in memory: the vault finds it, the adapter writes headers."""
    client = cast("SecretsManagerClient", FixedSecret("sk-test"))
    vault = SecretsVault(client, "ironcage/", SystemClock())
    provider = ProviderId("ip_bench_001")
    assert "Bearer sk-test" in headers_of(vault.key_for(TENANT, provider, version="v1")).values()
    spent = cpu_ms(lambda: headers_of(vault.key_for(TENANT, provider, version="v1")))
    line("token translation, key cached, median", f"{spent.median:.4f} ms", target="≤ 0.05 ms")


def bench_governance() -> None:
    """Measure a whole buffered request with AWS and the provider in memory."""
    rig = GatewayRig(ScriptedChat(an_answer(WORDS * 4, Usage(60, 80))), clock=SystemClock())
    body = json.dumps(a_body(WORDS * 4, max_tokens=200)).encode()
    spent = cpu_ms(lambda: rig.ask(body), calls=5)
    peer = cpu_ms(lambda: json.dumps(json.loads(body)))
    beside = f"JSON in and out alone {peer.median:.4f} ms"
    name = "governance CPU, buffered request (300 B in, 300 B out)"
    line(name, f"{spent.median:.3f} ms", target="≤ 0.4 ms", peer=beside)


def bench_stream() -> None:
    """Measure one more chunk of a stream: parsed, scanned, written."""
    few, many = 20, 420
    cost = {}
    for count in (few, many):
        words = (WORDS * 40).split(" ")[:count]
        rig = GatewayRig(ScriptedChat(a_stream(*(f"{w} " for w in words))), clock=SystemClock())
        body = json.dumps(a_body(stream=True)).encode()
        cost[count] = cpu_ms(partial(rig.ask, body), rounds=60, calls=2).median
    each = (cost[many] - cost[few]) / (many - few) * 1000
    line("CPU per streamed chunk, scanning on", f"{each:.1f} µs", target="≤ 40 µs")


def bench_imports() -> None:
    """Measure each function's import in a fresh interpreter."""
    _import_row("bare interpreter", "pass", "")
    for name in FUNCTIONS:
        _import_row(f"import {name}", f"import {name}.handler", "≤ 120 ms, ≤ 60 MB")
    client = "from ironcage.adapters.clients import open_client; open_client('dynamodb')"
    code = f"import gateway.handler; {client}"
    _import_row("import gateway with a DynamoDB client", code, "≤ 250 ms, ≤ 60 MB")


def _import_row(name: str, code: str, target: str) -> None:
    cpu, rss, modules = fresh_import(code)
    line(name, f"{cpu:.0f} ms {rss:.0f} MB", target=target, peer=f"{modules} modules")


def main() -> None:
    """Print all rows; CPU time of one thread, so that a busy machine matters little."""
    line("what", "measured", target="target", peer="beside")
    for bench in (bench_tokens, bench_translation, bench_governance, bench_stream, bench_imports):
        bench()


if __name__ == "__main__":
    main()
