"""What every `BreakerStore` must do: run on the fake, on moto and on MiniStack."""

from collections.abc import Callable

from ironcage.core import TenantId
from ironcage.gateway import CLOSED, BreakerStore, Circuit
from support.builders_budgets import KEY, NOW_MS
from support.fakes_breakers import a_deployment

Rule = Callable[[BreakerStore], None]

CONTRACT: list[Rule] = []
OPEN = Circuit(1, NOW_MS + 30_000)
PROBED = Circuit(1, NOW_MS + 30_000, NOW_MS + 60_000)


def rule(check: Rule) -> Rule:
    """Add a rule to the contract; its name says what it proves."""
    CONTRACT.append(check)
    return check


@rule
def nothing_written_is_closed(store: BreakerStore) -> None:
    assert dict(store.read(KEY.tenant_id)) == {}


@rule
def circuit_that_opened_is_read_back(store: BreakerStore) -> None:
    done = store.swap(a_deployment(), old=CLOSED, new=OPEN)

    assert done == (True, OPEN)
    assert dict(store.read(KEY.tenant_id)) == {a_deployment(): OPEN}


@rule
def second_writer_loses_and_learns_what_stands(store: BreakerStore) -> None:
    store.swap(a_deployment(), old=CLOSED, new=OPEN)

    late = store.swap(a_deployment(), old=CLOSED, new=Circuit(1, NOW_MS + 99_000))

    assert late == (False, OPEN)
    assert dict(store.read(KEY.tenant_id)) == {a_deployment(): OPEN}


@rule
def probe_is_lent_once(store: BreakerStore) -> None:
    store.swap(a_deployment(), old=CLOSED, new=OPEN)

    first = store.swap(a_deployment(), old=OPEN, new=PROBED)
    second = store.swap(a_deployment(), old=OPEN, new=Circuit(1, OPEN.until_ms, NOW_MS + 61_000))

    assert first == (True, PROBED)
    assert second == (False, PROBED)


@rule
def circuit_that_closed_is_not_listed_and_may_open_again(store: BreakerStore) -> None:
    store.swap(a_deployment(), old=CLOSED, new=OPEN)
    store.swap(a_deployment(), old=OPEN, new=CLOSED)

    listed = dict(store.read(KEY.tenant_id))
    again = store.swap(a_deployment(), old=CLOSED, new=OPEN)

    assert listed == {}
    assert again == (True, OPEN)


@rule
def swap_of_what_was_never_there_says_closed(store: BreakerStore) -> None:
    assert store.swap(a_deployment(), old=OPEN, new=PROBED) == (False, CLOSED)


@rule
def deployments_do_not_touch_each_other(store: BreakerStore) -> None:
    other = a_deployment(model="meta/llama 3.1#70b:free")
    store.swap(a_deployment(), old=CLOSED, new=OPEN)

    done = store.swap(other, old=CLOSED, new=PROBED)

    assert done == (True, PROBED)
    assert dict(store.read(KEY.tenant_id)) == {a_deployment(): OPEN, other: PROBED}


@rule
def tenants_do_not_see_each_other(store: BreakerStore) -> None:
    other = a_deployment()._replace(tenant_id=TenantId("tenant_other"))
    store.swap(a_deployment(), old=CLOSED, new=OPEN)

    done = store.swap(other, old=CLOSED, new=PROBED)

    assert done == (True, PROBED)
    assert dict(store.read(other.tenant_id)) == {other: PROBED}
    assert dict(store.read(KEY.tenant_id)) == {a_deployment(): OPEN}
