"""Trace ids are read strictly and written in both spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironcage.core import (
    TraceContext,
    from_xray,
    make_traceparent,
    parse_traceparent,
    to_xray,
    trace_id_of,
)

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
XRAY = "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1"


@pytest.mark.parametrize(
    ("flags", "is_sampled"),
    [("00", False), ("01", True), ("02", False), ("03", True), ("ff", True)],
)
def test_sampling_is_bit_zero_of_the_flags_alone(flags: str, *, is_sampled: bool) -> None:
    found = parse_traceparent(f"00-{TRACE}-{PARENT}-{flags}")

    assert found == TraceContext(TRACE, PARENT, is_sampled)


def test_later_version_may_say_more() -> None:
    assert parse_traceparent(f"cc-{TRACE}-{PARENT}-01-what-the-future-holds")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "x",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{PARENT}-01-more",
        f"cc-{TRACE}-{PARENT}-01.more",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE[:-1]}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-1",
        f"0-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE}-{PARENT}-0\uff11",
    ],
)
def test_traceparent_is_absent_when_it_is_malformed(header: str | None) -> None:
    assert parse_traceparent(header) is None


def test_xray_header_is_the_same_identity() -> None:
    found = from_xray(XRAY)

    assert found is not None
    assert found == parse_traceparent(make_traceparent(found))
    assert to_xray(found) == XRAY


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Root=1-0af76519-16cd43dd8448eb211c80319c",
        "Parent=b7ad6b7169203331",
        "Root=2-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331",
        "Root=1-00000000-000000000000000000000000;Parent=b7ad6b7169203331",
        "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=0000000000000000",
        "Root;Parent;;=",
    ],
)
def test_xray_header_is_absent_when_it_is_not_whole(header: str | None) -> None:
    assert from_xray(header) is None


def test_trace_of_the_caller_is_named_before_our_own() -> None:
    assert trace_id_of(f"00-{'1' * 32}-{PARENT}-00", XRAY) == "1" * 32
    assert trace_id_of(None, XRAY) == TRACE
    assert trace_id_of("junk", "junk") == ""


@given(st.text())
def test_any_header_is_read_or_absent(header: str) -> None:
    assert parse_traceparent(header) is None
    assert from_xray(header) is None


@given(st.integers(min_value=1, max_value=2**128 - 1), st.integers(0, 1))
def test_traceparent_survives_a_round_trip(number: int, flag: int) -> None:
    context = TraceContext(f"{number:032x}", PARENT, is_sampled=bool(flag))

    assert parse_traceparent(make_traceparent(context)) == context
    assert from_xray(to_xray(context)) == context
