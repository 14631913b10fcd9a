"""A scripted Bedrock on loopback for embeddings: InvokeModel as Titan and Cohere answer it."""

import json
from dataclasses import dataclass, field
from typing import Self, cast

from support.loopback import Handler, Listener, Loopback

JsonObject = dict[str, object]


def vector_of(text: str) -> list[float]:
    """Make a vector that only this text has; each number is exactly a float32."""
    return [len(text) / 4, ord(text[0]) / 8, -0.5]


@dataclass(frozen=True, slots=True)
class EmbeddingScript:
    """How texts are answered; one that contains `bad_text` gets `error`, an AWS exception."""

    bad_text: str | None = None
    error: str = "ThrottlingException"
    status: int = 429
    hangs_up: bool = False  # instead of the error
    counts_tokens: bool = True
    raw: bytes | None = None
    wait_seconds: float = 0.0


@dataclass
class ScriptedEmbeddings(Loopback):
    """A Bedrock for the time of a `with` block; it counts one token a character."""

    script: EmbeddingScript = field(default_factory=EmbeddingScript)
    seen: list[tuple[str, JsonObject]] = field(default_factory=list)
    most_at_once: int = 0
    _open: int = 0

    def _listen(self) -> Listener[Self]:
        return Listener(self, _Handler)

    def begin(self, path: str, body: JsonObject) -> None:
        """Note a request, and how many are open with it."""
        with self._lock:
            self.seen.append((path, body))
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
        self.wait(self.script.wait_seconds)

    def end(self) -> None:
        """Note that a request is over."""
        with self._lock:
            self._open -= 1


class _Handler(Handler[ScriptedEmbeddings]):
    def respond(self) -> None:
        body = json.loads(self.read_body())
        self.owner.begin(self.path, body)
        try:
            self._answer(self.owner.script, body)
        finally:
            self.owner.end()

    def _answer(self, script: EmbeddingScript, body: JsonObject) -> None:
        texts = cast("list[str]", body.get("texts") or [body.get("inputText")])
        if script.bad_text is not None and any(script.bad_text in text for text in texts):
            self._fail(script)
            return
        answer, headers = _titan(script, texts) if "inputText" in body else _cohere(script, texts)
        self.reply(200, script.raw or json.dumps(answer).encode(), **headers)

    def _fail(self, script: EmbeddingScript) -> None:
        if script.hangs_up:
            self.close_connection = True
            return
        headers = {"x-amzn-errortype": script.error}
        self.reply(script.status, b'{"message": "scripted"}', **headers)


def _titan(script: EmbeddingScript, texts: list[str]) -> tuple[JsonObject, dict[str, str]]:
    answer: JsonObject = {"embedding": vector_of(texts[0])}
    if script.counts_tokens:
        answer["inputTextTokenCount"] = len(texts[0])
    return answer, {}


def _cohere(script: EmbeddingScript, texts: list[str]) -> tuple[JsonObject, dict[str, str]]:
    vectors = {"float": [vector_of(text) for text in texts]}
    answer: JsonObject = {"embeddings": vectors, "response_type": "embeddings_by_type"}
    counted = str(sum(map(len, texts)))
    return answer, {"x-amzn-bedrock-input-token-count": counted} if script.counts_tokens else {}
