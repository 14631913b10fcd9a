"""Whatever the documents say: merging has its laws, and nothing below loosens what is above."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.firewall import Action, merge_policies
from ironcage.firewall.inheritance import Layer, layer_of, merge
from support.policy_documents import (
    CLOSED,
    DOCUMENTS,
    MODERATING,
    ORIGINS,
    SCORES,
    TYPES,
    Document,
    action_of,
    policies_of,
)

EXAMPLES = settings(max_examples=60)


@EXAMPLES
@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_merging_is_associative(one: Document, two: Document, three: Document) -> None:
    first, second, third = layer_of(one), layer_of(two), layer_of(three)

    assert merge(merge(first, second), third) == merge(first, merge(second, third))


@EXAMPLES
@given(DOCUMENTS)
def test_empty_document_changes_nothing_above_or_below(document: Document) -> None:
    alone = merge_policies([document])

    assert merge_policies([document, {}]) == alone
    assert merge_policies([{}, document, {}]) == alone
    assert merge(Layer(), layer_of(document)) == layer_of(document)


@EXAMPLES
@given(st.lists(DOCUMENTS, max_size=3))
def test_merged_document_reads_as_itself(documents: list[Document]) -> None:
    merged = merge_policies(documents)

    assert merge_policies([merged]) == merged


@EXAMPLES
@given(DOCUMENTS, CLOSED, st.tuples(*map(st.sampled_from, (TYPES, ORIGINS, SCORES))))
def test_no_child_makes_a_block_milder(
    child: Document, parent: Document, found: tuple[str, str, float]
) -> None:
    parent = {"preset": "moderate", **parent}
    alone, below = policies_of(parent), policies_of(parent, child)
    kind, origin, score = found

    before = action_of(alone, kind, origin=origin, score=score)
    after = action_of(below, kind, origin=origin, score=score)

    assert before is not Action.BLOCK or after is Action.BLOCK


@settings(max_examples=300)
@given(MODERATING, MODERATING, st.sampled_from((0.6, 0.8, 0.95)))
def test_no_child_makes_a_moderated_block_milder(
    parent: Document, child: Document, score: float
) -> None:
    alone, below = policies_of(parent), policies_of(parent, child)

    before = action_of(alone, "MODERATION_HATE", origin="user", score=score)
    after = action_of(below, "MODERATION_HATE", origin="user", score=score)

    bands = parent["moderation"].get("categories", {}).get("HATE", {})
    said = [*bands.values(), *parent.get("input", {}).get("actions", {}).values()]
    assert before is not Action.BLOCK or "block" not in said or after is Action.BLOCK


@EXAMPLES
@given(CLOSED, DOCUMENTS, st.sampled_from(["input", "output"]))
def test_no_child_drops_what_a_document_demands(
    parent: Document, child: Document, direction: str
) -> None:
    alone, below = policies_of(parent), policies_of(parent, child)
    before, after = getattr(alone, direction), getattr(below, direction)
    listed = parent.get(direction, {})

    assert set(listed.get("detectors", ())) <= set(after.detectors)
    if listed.get("on_failure") == "block":
        assert after.on_failure is Action.BLOCK
    if parent:
        assert after.allow == before.allow
    assert all(pattern in after.patterns for pattern in before.patterns)
    for key, score in listed.get("thresholds", {}).items():
        assert after.thresholds[key] <= score
