"""May this request start? Access, price, input firewall, hold (steps 1, 2 and 7a).

Each step refuses before the next one begins, and nothing is held until all others agree.
"""

from functools import partial

from ironcage.budgets import LedgerService, PotKey, Reservation
from ironcage.core import Micros
from ironcage.core.errors import (
    AgentInactive,
    FirewallUnavailable,
    InputBlocked,
    InvalidRequest,
    ModelForbidden,
    ModelNotFound,
    ModelUnpriced,
    PermissionMissing,
)
from ironcage.firewall import Errand, Firewall, Policies, RedactionMode, own_detectors, parse_policy
from ironcage.gateway.exchange import Exchange, Route
from ironcage.gateway.ports import ModeratorSource, TextHasher
from ironcage.gateway.pricing import Price, PriceTable, tokens_affordable, worst_case
from ironcage.gateway.requests import ModelRequest
from ironcage.gateway.verdicts import Screen
from ironcage.gateway.wire.openai import encode_json
from ironcage.tenancy import AgentStatus, AgentView, Directory, Provider, ProviderKind

LEAST_USEFUL_TOKENS = 256
CALL_MODELS = "llm:call"


class Admission:
    """Everything that must agree before a provider may be asked."""

    def __init__(
        self,
        directory: Directory,
        *,
        firewall: Firewall,
        ledger: LedgerService,
        hasher: TextHasher,
        prices: PriceTable,
        moderators: ModeratorSource,
    ) -> None:
        self._directory = directory
        self._firewall = firewall
        self._ledger = ledger
        self._hasher = hasher
        self._prices = prices
        self._moderators = moderators

    def view(self, x: Exchange) -> AgentView:
        """Read the calling agent (step 1).

        Raises:
            PermissionMissing: the token may not call models.
            AgentInactive: the agent may not work now.
        """
        caller = x.call.caller
        if CALL_MODELS not in caller.permissions:
            raise PermissionMissing(permission=CALL_MODELS)
        with x.timed("access"):
            view = self._directory.view(caller.tenant_id, caller.agent_id)
        if view.agent.status is not AgentStatus.ACTIVE:
            raise AgentInactive()
        x.view = view
        x.record.home_region = view.home_region
        return view

    def admit(self, x: Exchange) -> None:
        """Take a request through steps 1 and 2 and set its worst case aside.

        Raises:
            Rejected: the request, the agent, the firewall or the budget says no.
            Limited: the agent has too much in flight.
            Unavailable: what decides could not be asked; then the answer is no.
        """
        view = self.view(x)
        with x.timed("validation"):
            request = x.face.read(x.call.body, extra_parameters=view.agent.extra_parameters)
        x.record.model, x.record.is_stream = request.model, request.stream
        x.routes = self._routes(view, request)
        x.request = self._inspect(x, view, request)
        self._size(x, view, x.request)
        with x.timed("reserve"):
            self._hold(x, x.request)

    def _routes(self, view: AgentView, request: ModelRequest) -> tuple[Route, ...]:
        """List the priced routes of a model that the agent may use."""
        model = request.model
        providers = view.routes_for(model)
        allowed = view.agent.models
        if not providers:
            raise ModelNotFound()
        if allowed is not None and model not in allowed:
            raise ModelForbidden()
        return tuple(
            Route(p, p.models[model], request.priced(self._price(p, request))) for p in providers
        )

    def _price(self, provider: Provider, request: ModelRequest) -> Price:
        own, name = provider.prices.get(request.model), provider.models[request.model]
        if own:
            return Price.flat(*own, is_claude=_is_claude(provider, name))
        price = request.list_price(self._prices, name)
        if price is None:
            raise ModelUnpriced()
        return price

    def _inspect(self, x: Exchange, view: AgentView, request: ModelRequest) -> ModelRequest:
        """Let the input firewall see every text of the request, and redact it (step 2)."""
        x.provider_seconds()  # without time nobody is asked, no firewall either
        with x.timed("input_firewall"):
            screen = self._open_screens(x, view)
            try:
                clean, scan = screen.inspect_prompt(request)
            except FirewallUnavailable as error:
                failed = screen.failed(error, len(request.texts()))
                x.record.input_verdict = failed.to_json()
                raise
        x.record.input_verdict = scan.to_json()
        if scan.is_stopped:
            raise InputBlocked()
        return clean

    def _open_screens(self, x: Exchange, view: AgentView) -> Screen:
        """Open both firewalls for this request; the input's is for now."""
        policies = policies_of(view)
        key = self._hash_key(x, policies)
        errand = Errand(
            tenant_key=partial(self._hasher.key_of, x.call.caller.tenant_id),
            policy_version=policies.input.version,
            traceparent=x.call.traceparent,
            seconds_left=x.seconds_left,
        )
        openai = partial(self._moderators.moderator_for, view, seconds_left=x.seconds_left)
        own = own_detectors(policies.input, openai)
        x.output_screen = Screen(self._firewall.open(errand, own), policies.output, key)
        return Screen(self._firewall.open(errand, own), policies.input, key)

    def _hash_key(self, x: Exchange, policies: Policies) -> bytes:
        """Fetch the key if a policy hashes values; without one they are removed in full."""
        modes = {*policies.input.modes.values(), *policies.output.modes.values()}
        if RedactionMode.HASH not in modes:
            return b""
        return self._hasher.key_of(x.call.caller.tenant_id)

    @staticmethod
    def _size(x: Exchange, view: AgentView, request: ModelRequest) -> None:
        """Bound the request: its bytes but those of images, and the tokens that it may answer."""
        asked = request.answer_tokens(view.agent.max_tokens)
        x.max_tokens = min(asked, max(r.price.max_output_tokens for r in x.routes))
        sent = (request.body_for(r.model, x.tokens_for(r)) for r in x.routes)
        x.input_bytes = max(len(encode_json(b)) for b in sent) - request.image_bytes

    def _hold(self, x: Exchange, request: ModelRequest) -> None:
        """RESERVE the worst case, or what is left if that still buys a useful answer."""
        caller = x.call.caller
        least = min(LEAST_USEFUL_TOKENS, x.max_tokens)
        x.ask = Reservation(
            pot=PotKey(caller.tenant_id, caller.agent_id, x.record.home_region),
            request_id=x.call.request_id,
            amount=self._bound(x, x.max_tokens, n=request.n),
            least_amount=self._bound(x, least, n=request.n),
            deadline_ms=x.clock.now_ms() + int(x.call.remaining_seconds() * 1000),
            token_hash=caller.token_hash,
        )
        x.hold = self._ledger.reserve(x.ask)
        if x.hold.amount < x.ask.amount:
            x.facts.append("max_tokens_lowered")
            x.max_tokens = min(self._affordable(x, r.price, n=request.n) for r in x.routes)

    @staticmethod
    def _bound(x: Exchange, max_tokens: int, *, n: int) -> Micros:
        """Price the worst case of the dearest route, each at the limit that it would be sent."""
        return max(
            worst_case(
                route.price,
                input_bytes=x.input_bytes,
                n=n,
                max_tokens=min(max_tokens, route.price.max_output_tokens),
            )
            for route in x.routes
        )

    @staticmethod
    def _affordable(x: Exchange, price: Price, *, n: int) -> int:
        amount = x.hold.amount if x.hold else 0
        return tokens_affordable(price, Micros(amount), input_bytes=x.input_bytes, n=n)


def _is_claude(provider: Provider, model: str) -> bool:
    """Tell whether a model is billed as Claude is; Bedrock's ids name its maker."""
    if provider.kind is ProviderKind.BEDROCK:
        return "anthropic" in model.lower() or "claude" in model.lower()
    return provider.kind is ProviderKind.ANTHROPIC


def policies_of(view: AgentView) -> Policies:
    """Read the agent's policy; one that cannot be read is no fault of the caller's, and blocks."""
    try:
        return parse_policy(view.policy)
    except InvalidRequest as exc:
        raise FirewallUnavailable(policy_id=view.agent.policy_id) from exc
