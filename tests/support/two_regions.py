"""The two regions of a deployed local cloud: how one calls, operates and loses the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from infra_cdk.local.cloud import LocalCloud
from infra_cdk.local.facts import Facts
from infra_cdk.local.request import Answer, call
from infra_cdk.local.seed import Operator
from infra_cdk.local.workspace import Workspace
from ironcage.core import SystemClock

HOME, ABROAD = "us-east-1", "eu-west-1"
LEDGER = "ironcage-local-ledger"
_ENDPOINTS = "IRONCAGE_LEDGER_ENDPOINTS"
_EFFECT_SECONDS = 10.0


@dataclass(frozen=True)
class Region:
    """One region, as its callers and its operators see it."""

    cloud: LocalCloud
    facts: Facts

    @property
    def operator(self) -> Operator:
        """Open the operators' function of this region."""
        return Operator(self.cloud, self.facts.control_function)

    def ask(self, token: str, model: str = "scripted", text: str = "Say hello.") -> Answer:
        """Send one chat request with a token."""
        body = {"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": 100}
        return call(self._with(token), "POST", "chat/completions", body=body)

    def status(self, token: str) -> int:
        """Ask whether a token is valid here."""
        return call(self._with(token), "GET", "models").status

    def ask_until(self, token: str, status: int, *, model: str, text: str) -> Answer:
        """Ask until a change of configuration acts; whoever asks so late must see it."""
        clock = SystemClock()
        end = clock.monotonic() + _EFFECT_SECONDS
        while True:
            asked_at = clock.monotonic()
            answer = self.ask(token, model, text)
            if answer.status == status or asked_at >= end:
                return answer
            clock.sleep(0.25)

    def pots(self) -> str:
        """Read this region's ledger, as text."""
        return str(self.cloud.dynamodb().scan(TableName=LEDGER)["Items"])

    def secret(self, name: str) -> str:
        """Read one of the deployment's own secrets, as this region has it."""
        client = self.cloud.secrets()
        return client.get_secret_value(SecretId=f"ironcage-local-{name}")["SecretString"]

    @contextmanager
    def reaching_home_by(self, url: str) -> Iterator[None]:
        """Let this region's gateway reach the home region's ledger by another address."""
        client = self.cloud.functions()
        name = self.cloud.name_of("gateway")
        before = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        changed = {**before, _ENDPOINTS: f"{HOME}={url}"}
        client.update_function_configuration(FunctionName=name, Environment={"Variables": changed})
        try:
            yield
        finally:
            client.update_function_configuration(
                FunctionName=name, Environment={"Variables": before}
            )

    def _with(self, token: str) -> Facts:
        return replace(self.facts, ic_token=token)


def region_of(workspace: Workspace, facts: Facts, name: str) -> Region:
    """Open one region of a deployed local cloud."""
    return Region(LocalCloud(workspace, name), facts.within(name))
