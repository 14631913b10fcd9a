"""Translate the token and ask the providers, first the primary, then the next (steps 6a and 7)."""

from collections.abc import Callable, Generator, Mapping
from typing import cast

from ironcage.core import jitter
from ironcage.core.errors import (
    AllProvidersDown,
    DeadlineExceeded,
    IronCageError,
    ProviderLimited,
    ProviderUnavailable,
    StoreUnavailable,
)
from ironcage.gateway.breakers import Breakers, Turn
from ironcage.gateway.exchange import Exchange, Outcome, Route
from ironcage.gateway.model import Attempt, ProviderCall
from ironcage.gateway.ports import ChatProvider
from ironcage.gateway.routing import (
    LEAST_SECONDS,
    Deployment,
    Sign,
    is_unknown,
    pause_before,
    reason_of,
    refusal_of,
    sign_of,
)
from ironcage.tenancy import ProviderKind
from ironcage.tokens import KeyVault, ProviderKey

NO_ANSWER = (ProviderUnavailable, ProviderLimited, StoreUnavailable)
FAILOVER = "provider_failover"
ANSWERED, CRASHED = "answered", "crashed"

type Send[T] = Callable[[ChatProvider, ProviderCall], T]


class Upstream:
    """The agent's routes to a model, tried in order while nothing was answered.

    Args:
        vault: the provider keys.
        providers: one adapter per wire format.
        breakers: which deployments are not asked for now.
        draw: picks a random share of a pause.
    """

    def __init__(
        self,
        vault: KeyVault,
        providers: Mapping[ProviderKind, ChatProvider],
        *,
        breakers: Breakers,
        draw: Callable[[float], float] = jitter,
    ) -> None:
        self._vault = vault
        self._providers = providers
        self._breakers = breakers
        self._draw = draw

    def ask[T](self, x: Exchange, send: Send[T]) -> T:
        """Send the request to the first route that answers.

        A request that may have reached a provider and got no answer is not sent again: its
        outcome is unknown, and one hold must not pay for two answers.

        Raises:
            ProviderLimited: every route is rate limiting.
            AllProvidersDown: no route answered.
            DeadlineExceeded: the time ran out.
        """
        errors: list[IronCageError] = []
        for route in x.routes:
            try:
                answer = self._ask_route(x, route, send)
            except NO_ANSWER as error:
                if is_unknown(error):
                    raise AllProvidersDown() from error
                errors.append(error)
                continue
            if errors:
                x.facts.append(FAILOVER)
            return answer
        waits = [self._breakers.wait_ms(_deployment(x, route), x.facts) for route in x.routes]
        raise refusal_of(errors, waits) from (errors[-1] if errors else None)

    def _ask_route[T](self, x: Exchange, route: Route, send: Send[T]) -> T:
        """Ask one route, again after a pause where that may help and harms nobody."""
        retries = 0
        while True:
            begun = x.clock.monotonic()
            try:
                return self._attempt(x, route, send)
            except NO_ANSWER as error:
                took = x.clock.monotonic() - begun
                pause = pause_before(error, retries=retries, took=took, draw=self._draw)
                if pause is None or not self._may_wait(x, route, pause=pause, error=error):
                    raise
            with x.timed("retry_wait"):
                x.clock.sleep(pause)
            retries += 1

    def _attempt[T](self, x: Exchange, route: Route, send: Send[T]) -> T:
        """Ask once, and note how it went for the record and for the breaker.

        What ends in no error of ours is a bug: then the outcome stays unknown, as `_send` left it.
        """
        begun, turn, reason = x.clock.monotonic(), None, CRASHED
        try:
            turn = self._turn(x, route)
            answer = self._send(x, route, send)
            reason = ANSWERED
        except IronCageError as error:
            if turn is None or not is_unknown(error):
                x.record.outcome = Outcome.FAILED
            reason = reason_of(error)
            self._report(turn, error)
            raise
        finally:
            _note(x, route, reason=reason, begun=begun)
        return self._heard(turn, answer)

    def _may_wait(self, x: Exchange, route: Route, *, pause: float, error: IronCageError) -> bool:
        """Wait only if the route can be asked afterwards, and for a limit only on the last one."""
        if isinstance(error, ProviderLimited) and route is not x.routes[-1]:
            return False
        if self._breakers.wait_ms(_deployment(x, route), x.facts) > pause * 1000:
            return False
        return x.seconds_left() - pause >= LEAST_SECONDS

    def _turn(self, x: Exchange, route: Route) -> Turn:
        seconds = x.provider_seconds()
        if x.record.attempts and seconds < LEAST_SECONDS:
            raise DeadlineExceeded(sent=False)
        return self._breakers.take_turn(_deployment(x, route), seconds=seconds, facts=x.facts)

    def _heard[T](self, turn: Turn, answer: T) -> T:
        """Report an answer; a stream is an answer once it ended, but for a probe once it began."""
        if isinstance(answer, Generator) and not turn.is_probe:
            return cast("T", self._watched(turn, answer))
        self._breakers.report(turn, Sign.WELL)
        return answer

    def _watched[Y](self, turn: Turn, stream: Generator[Y]) -> Generator[Y]:
        sign = Sign.WELL
        try:
            yield from stream
        except IronCageError as error:
            sign = sign_of(error)
            raise
        finally:
            self._breakers.report(turn, sign)

    def _report(self, turn: Turn | None, error: IronCageError) -> None:
        if turn is None:
            return
        self._breakers.report(turn, sign_of(error))
        if isinstance(error, ProviderLimited):
            self._breakers.rest(turn.deployment, error.retry_after_seconds)

    def _send[T](self, x: Exchange, route: Route, send: Send[T]) -> T:
        """Send, and until the answer is priced or a refusal is known, count it as unknown."""
        if x.request is None:
            raise AllProvidersDown()
        with x.timed("token_translation"):
            key = self._key(x, route)
        body = x.request.body_for(route.model, x.tokens_for(route))
        call = ProviderCall(route.provider, body, key, x.provider_seconds())
        x.record.provider_id = route.provider.provider_id
        x.record.outcome = Outcome.UNKNOWN
        with x.timed("llm_gateway"):
            return send(self._providers[route.provider.kind], call)

    def _key(self, x: Exchange, route: Route) -> ProviderKey | None:
        """Read the key that was stored for this very endpoint, be there a newer or an older one."""
        provider = route.provider
        if not provider.key_version:
            return None
        return self._vault.key_for(
            x.call.caller.tenant_id, provider.provider_id, version=provider.key_version
        )


def _deployment(x: Exchange, route: Route) -> Deployment:
    return Deployment(x.call.caller.tenant_id, route.provider.provider_id, route.model)


def _note(x: Exchange, route: Route, *, reason: str, begun: float) -> None:
    took = round((x.clock.monotonic() - begun) * 1000, 3)
    attempt = Attempt(route.provider.provider_id, reason, took)
    x.record.attempts = (*x.record.attempts, attempt)
