"""Stages are data, and unsafe data is refused."""

from dataclasses import replace

import pytest

from infra_cdk.config import LOCAL, PROD, FunctionSize, stage_named


def test_production_refuses_loopback_providers() -> None:
    with pytest.raises(ValueError, match="loopback"):
        replace(PROD, allow_loopback=True)


def test_production_refuses_a_gateway_that_outlives_the_buffered_answer() -> None:
    sizes = PROD.functions | {"gateway": FunctionSize(memory_mb=512, timeout_seconds=60)}

    with pytest.raises(ValueError, match="29 s"):
        replace(PROD, functions=sizes)


def test_unknown_stage_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="local, prod"):
        stage_named("staging")


def test_streaming_gives_the_gateway_fifteen_minutes() -> None:
    stage = stage_named("prod", is_streaming=True)

    assert stage.functions["gateway"].timeout_seconds == 900
    assert PROD.functions["gateway"].timeout_seconds == 29


def test_regions_can_be_chosen() -> None:
    stage = stage_named("prod", regions="eu-west-1,us-east-1")

    assert stage.regions == ("eu-west-1", "us-east-1")


def test_local_stage_caps_the_gateway() -> None:
    assert LOCAL.functions["gateway"].reserved_concurrency == 16
    assert LOCAL.allow_loopback
