"""A whole answer: asked, priced, inspected, sent (steps 7, 7a, 8)."""

from collections.abc import Iterator

from ironcage.core.errors import FirewallUnavailable, OutputBlocked
from ironcage.gateway.exchange import Exchange, Outcome
from ironcage.gateway.headers import answer_headers
from ironcage.gateway.model import Body, Event, Head, JsonObject, ProviderAnswer
from ironcage.gateway.ports import TextHasher
from ironcage.gateway.pricing import cost
from ironcage.gateway.upstream import Upstream
from ironcage.gateway.wire.openai import encode_json, prompt_texts, visible_texts


class Answers:
    """Answers without a stream."""

    def __init__(self, upstream: Upstream, hasher: TextHasher) -> None:
        self._upstream = upstream
        self._hasher = hasher

    def answer(self, x: Exchange) -> Iterator[Event]:
        """Ask a provider for a whole answer and let it pass the output firewall.

        Raises:
            OutputBlocked: the firewall blocks the answer, which is charged all the same.
        """
        answer = self._upstream.ask(x, lambda provider, call: provider.complete(call))
        self._charge(x, answer)
        self._record_hashes(x, answer)
        self._inspect(x, answer)
        data = encode_json(self._written(x, answer))
        yield Head(200, answer_headers(x, "application/json"))
        yield Body(data)

    @staticmethod
    def _written(x: Exchange, answer: ProviderAnswer) -> JsonObject:
        """Write the answer as the route speaks, under our name of the model."""
        completion = {**answer.body, "model": x.record.model}
        return x.face.write(x.chat, completion, answer.usage) if x.chat else completion

    @staticmethod
    def _charge(x: Exchange, answer: ProviderAnswer) -> None:
        """Take the provider's count; without one, the whole hold is the cost."""
        if answer.usage is None:
            held = x.hold.amount if x.hold else 0
            x.charge(held, Outcome.ANSWERED, is_estimated=True)
            return
        x.record.usage = answer.usage
        x.charge(cost(x.price(), answer.usage), Outcome.ANSWERED)

    def _record_hashes(self, x: Exchange, answer: ProviderAnswer) -> None:
        tenant = x.call.caller.tenant_id
        prompt = "\n".join(t.text for t in prompt_texts(x.chat)) if x.chat else ""
        said = "\n".join(t.text for t in visible_texts(answer.body))
        x.record.prompt_hmac = self._hasher.hash_text(tenant, prompt)
        x.record.answer_hmac = self._hasher.hash_text(tenant, said)

    def _inspect(self, x: Exchange, answer: ProviderAnswer) -> None:
        if x.output_screen is None:
            raise FirewallUnavailable()
        try:
            with x.timed("output_firewall"):
                scan = x.output_screen.inspect_answer(answer.body)
        except FirewallUnavailable as error:
            failed = x.output_screen.failed(error, len(visible_texts(answer.body)))
            x.record.output_verdict = failed.to_json()
            raise
        x.record.output_verdict = scan.to_json()
        if scan.is_stopped:
            raise OutputBlocked()
