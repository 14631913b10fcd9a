"""Audit entries are grouped by tenant and hour, once, whatever the queue does."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironcage.audit import AuditArchiver, AuditEntry, batches_of, read_entry
from ironcage.core import TenantId
from ironcage.core.errors import MalformedBody
from support.fakes_identity import MemoryArchive

NOON_MS = 1_790_164_800_000  # 2026-09-23T12:00Z
HOUR_MS = 3_600_000


def an_entry(
    entry_id: str = "m-1", *, tenant: str = "tenant_acme", at_ms: int = NOON_MS, **facts: object
) -> AuditEntry:
    return AuditEntry(entry_id, TenantId(tenant), at_ms, {"tenant_id": tenant, **facts})


def test_batch_is_named_by_tenant_hour_and_content() -> None:
    [batch] = batches_of([an_entry()])

    folder, name = batch.key.rsplit("/", 1)
    assert folder == "audit/tenant_acme/2026/09/23/12"
    assert name.endswith(".jsonl")
    assert len(name) == 32 + len(".jsonl")


def test_each_tenant_and_each_hour_has_an_object_of_its_own() -> None:
    entries = [
        an_entry("m-1"),
        an_entry("m-2", tenant="tenant_other"),
        an_entry("m-3", at_ms=NOON_MS + HOUR_MS),
        an_entry("m-4"),
    ]

    batches = batches_of(entries)

    assert [batch.entry_ids for batch in batches] == [("m-1", "m-4"), ("m-3",), ("m-2",)]


def test_line_keeps_the_facts_and_reserves_the_seal() -> None:
    [batch] = batches_of([an_entry("m-1", cost_micros=7, seal_signature="forged")])

    assert json.loads(batch.body) == {
        "tenant_id": "tenant_acme",
        "cost_micros": 7,
        "entry_id": "m-1",
        "received_at": "2026-09-23T12:00:00.000Z",
        "seal_previous": None,
        "seal_signature": None,
    }


def test_message_that_came_twice_is_one_line() -> None:
    [batch] = batches_of([an_entry("m-1"), an_entry("m-1")])

    assert batch.body.count(b"\n") == 1


@given(st.permutations([an_entry(f"m-{number}", n=number) for number in range(6)]))
def test_order_of_delivery_changes_nothing(entries: list[AuditEntry]) -> None:
    [batch] = batches_of(entries)

    assert batch == batches_of(sorted(entries, key=lambda e: e.entry_id))[0]


def test_refused_batch_is_named_and_the_others_are_kept() -> None:
    archive = MemoryArchive(refuses=frozenset({"tenant_other"}))

    refused = AuditArchiver(archive).archive(
        [an_entry("m-1"), an_entry("m-2", tenant="tenant_other")]
    )

    assert refused == ["m-2"]
    assert [batch.tenant_id for batch in archive.batches.values()] == ["tenant_acme"]


def test_message_is_read_as_it_came() -> None:
    entry = read_entry("m-1", '{"tenant_id": "tenant_acme", "a": [1]}', received_at_ms=NOON_MS)

    assert entry == an_entry(a=[1])


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"tenant_id": 1}',
        '{"tenant_id": "acme"}',
        '{"tenant_id": "tenant_../../x"}',
        "[" * 100_000,
    ],
)
def test_message_is_refused_when_it_is_no_record_of_a_tenant(body: str) -> None:
    with pytest.raises(MalformedBody):
        read_entry("m-1", body, received_at_ms=NOON_MS)


def test_facts_stay_out_of_what_is_printed() -> None:
    assert "hush" not in repr(an_entry(secret="hush"))
