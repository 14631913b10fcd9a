"""Each function may do what it does, and nothing else: judged by a cloud, and by the templates.

`test_role_may_do_exactly_this` makes every call with the role's own credentials, on a local cloud
that judges it. `test_production_policy_says_exactly_this` reads the production template; it alone
proves the kinds of `ONLY_BY_TEMPLATE`, which the local cloud judges otherwise than AWS.
"""

from collections.abc import Iterator, Mapping

import pytest

from infra_cdk.config import PROD
from support.local_cloud import Deployed
from support.policies import Judge, deputies, is_open_deputy, outsiders
from support.privileges import ALL_OF, FUNCTIONS, TARGETS, TYPE_OF, Row, rows
from support.role_calls import Caller, Thing, found_things, role_of, root_of
from support.synthesis import synthesized

REGION = "us-east-1"
ONLY_BY_TEMPLATE: Mapping[str, str] = {
    "table_abroad": "the calls of this table stay in one region",
    "key_through": "the local cloud does not judge what its services do with a key",
    "trace": "the local cloud has no X-Ray, so the local stage does not ask for it",
    "log": "the local cloud leaves `:*` off the ARN of a log group, and so refuses its owner",
}
TABLE = list(rows())
LIVE = [row for row in TABLE if row.target.kind not in ONLY_BY_TEMPLATE]


@pytest.fixture(scope="session")
def things(guarded: Deployed) -> Iterator[dict[str, list[Thing]]]:
    root = root_of(guarded)
    yield found_things(root, TARGETS)
    root.close()


@pytest.fixture(scope="session")
def callers(guarded: Deployed) -> Iterator[dict[str, Caller]]:
    root = root_of(guarded)
    made = {function: role_of(root, function) for function in FUNCTIONS}
    yield made
    for caller in (root, *made.values()):
        caller.close()


@pytest.mark.parametrize("row", LIVE, ids=str)
def test_role_may_do_exactly_this(
    row: Row, callers: dict[str, Caller], things: dict[str, list[Thing]]
) -> None:
    caller, actions = callers[row.function], ALL_OF[row.target.kind]

    assert things[row.resource]
    for thing in things[row.resource]:
        permitted = {action for action in actions if caller.is_permitted(action, thing)}
        assert permitted == row.needed


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_production_policy_says_exactly_this(row: Row) -> None:
    judge = Judge(synthesized("prod"), REGION)
    arns = judge.arns(row.target)
    through = row.target.path if row.target.kind == "key_through" else ""

    assert arns
    for arn in arns:
        actions = ALL_OF[row.target.kind]
        permitted = {a for a in actions if judge.allows(row.function, a, arn, through=through)}
        assert permitted == row.needed


@pytest.mark.parametrize("stage", ["prod", "local"])
def test_no_policy_of_a_resource_lets_a_role_in(stage: str) -> None:
    assert not outsiders(synthesized(stage))


@pytest.mark.parametrize("region", PROD.regions)
@pytest.mark.parametrize("stage", ["prod", "local"])
def test_services_act_on_our_resources_for_this_account_alone(stage: str, region: str) -> None:
    assert not deputies(synthesized(stage, region))


def test_deputy_without_a_source_is_found() -> None:
    principal = {"Service": "sns.amazonaws.com"}
    elsewhere = {"StringEquals": {"aws:SecureTransport": "true"}}

    assert is_open_deputy({"Effect": "Allow", "Principal": principal})
    assert is_open_deputy({"Effect": "Allow", "Principal": principal, "Condition": elsewhere})


@pytest.mark.parametrize("stage", ["prod", "local"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_key_is_used_through_services_alone(function: str, stage: str) -> None:
    uses = [s for s in synthesized(stage).statements(function) if "kms:" in str(s["Action"])]

    assert uses
    for statement in uses:
        assert set(statement["Condition"]) == {"StringLike"}
        assert set(statement["Condition"]["StringLike"]) == {"kms:ViaService"}


@pytest.mark.parametrize("kind", sorted({t.kind for t in TARGETS.values()} & TYPE_OF.keys()))
def test_every_resource_stands_in_the_table(kind: str) -> None:
    targets = [target for target in TARGETS.values() if target.kind == kind]

    made = synthesized("prod").of_type(TYPE_OF[kind])

    for name in made:
        assert any(target.is_at(name, TYPE_OF[kind]) for target in targets) or kind == "index"
