"""One HTTP request to the local API, as any client would make it."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra_cdk.local.facts import Facts
from infra_cdk.local.workspace import Trouble

_TIMEOUT_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """Read the model's words, or the error's."""
        if "error" in self.body:
            error = self.body["error"]
            return f"{error.get('code')}: {error.get('message')}"
        choices = self.body.get("choices") or [{}]
        return str(choices[0].get("message", {}).get("content", ""))


def chat(facts: Facts, prompt: str, *, model: str = "", max_tokens: int = 64) -> Answer:
    """Ask the seeded agent's model, or another one."""
    body = {
        "model": model or facts.model,
        "messages": [{"role": "user", "content": prompt}],
        "max_tokens": max_tokens,
    }
    return call(facts, "POST", "chat/completions", body=body)


def call(
    facts: Facts,
    method: str,
    path: str,
    *,
    body: Mapping[str, object] | None = None,
) -> Answer:
    """Make one request below `/v1`.

    Raises:
        Trouble: nobody answers.
    """
    request = urllib.request.Request(  # noqa: S310 - the address is our own loopback
        f"{facts.base_url}/{path}",
        data=json.dumps(body).encode() if body is not None else None,
        method=method,
        headers={
            "Authorization": f"Bearer {facts.ic_token}",
            "Content-Type": "application/json",
        },
    )
    try:
        with _opener(facts).open(request, timeout=_TIMEOUT_SECONDS) as answer:
            return _answer(answer.status, dict(answer.headers.items()), answer.read())
    except urllib.error.HTTPError as exc:
        return _answer(exc.code, dict(exc.headers.items()), exc.read())
    except (urllib.error.URLError, OSError) as exc:
        raise Trouble(f"Nobody answers at {facts.base_url}. Run: make up") from exc


def _opener(facts: Facts) -> urllib.request.OpenerDirector:
    """Open no proxy of the shell, and trust the local cloud's own certificate if it has one."""
    trust = ssl.create_default_context(cafile=facts.certificate or None)
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
    )


def _answer(status: int, headers: Mapping[str, str], raw: bytes) -> Answer:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        body = {"raw": raw.decode(errors="replace")}
    return Answer(status, {k.lower(): v for k, v in headers.items()}, body)
