"""Translate the token and ask the providers, first the primary, then the next (steps 6a and 7)."""

from collections.abc import Callable, Mapping

from ironcage.core.errors import (
    AllProvidersDown,
    DeadlineExceeded,
    IronCageError,
    ProviderLimited,
    ProviderUnavailable,
    StoreUnavailable,
)
from ironcage.gateway.exchange import Exchange, Outcome, Route
from ironcage.gateway.model import ProviderCall
from ironcage.gateway.ports import ChatProvider
from ironcage.tenancy import ProviderKind
from ironcage.tokens import KeyVault, ProviderKey

NO_ANSWER = (ProviderUnavailable, ProviderLimited, StoreUnavailable)


class Upstream:
    """The agent's routes to a model, tried in order while nothing was answered."""

    def __init__(self, vault: KeyVault, providers: Mapping[ProviderKind, ChatProvider]) -> None:
        self._vault = vault
        self._providers = providers

    def ask[T](self, x: Exchange, send: Callable[[ChatProvider, ProviderCall], T]) -> T:
        """Send the request to the first route that answers.

        A request that may have reached a provider and got no answer is not sent again: its
        outcome is unknown, and one hold must not pay for two answers.

        Raises:
            ProviderLimited: the last route is rate limiting.
            AllProvidersDown: no route answered.
            DeadlineExceeded: the time ran out.
        """
        last: IronCageError | None = None
        for route in x.routes:
            try:
                return self._send(x, route, send)
            except NO_ANSWER as error:
                attempt = f"{route.provider.provider_id}:{error.details.get('reason', error.code)}"
                x.record.attempts, last = (*x.record.attempts, attempt), error
                if isinstance(error, ProviderUnavailable) and error.sent:
                    x.record.outcome = Outcome.UNKNOWN
                    break
        if isinstance(last, ProviderLimited):
            raise last
        raise AllProvidersDown() from last

    def _send[T](
        self, x: Exchange, route: Route, send: Callable[[ChatProvider, ProviderCall], T]
    ) -> T:
        if x.request is None:
            raise AllProvidersDown()
        with x.timed("token_translation"):
            key = self._key(x, route)
        body = x.request.body_for(route.model, x.max_tokens)
        call = ProviderCall(route.provider, body, key, x.provider_seconds())
        x.record.provider_id = route.provider.provider_id
        try:
            with x.timed("llm_gateway"):
                return send(self._providers[route.provider.kind], call)
        except DeadlineExceeded as error:
            if error.details.get("sent", True):
                x.record.outcome = Outcome.UNKNOWN
            raise

    def _key(self, x: Exchange, route: Route) -> ProviderKey | None:
        if not route.provider.has_key:
            return None
        return self._vault.key_for(x.call.caller.tenant_id, route.provider.provider_id)
