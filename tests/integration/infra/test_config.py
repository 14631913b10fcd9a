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
    assert stage.primary == "eu-west-1"
    assert stage.others_than("eu-west-1") == ("us-east-1",)


@pytest.mark.parametrize("regions", [(), ("us-east-1", "us-east-1")], ids=["none", "twice"])
def test_stage_names_each_of_its_regions_once(regions: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="each once"):
        replace(PROD, regions=regions)


def test_production_refuses_a_key_per_region() -> None:
    with pytest.raises(ValueError, match="share one key"):
        replace(PROD, has_multi_region_key=False)


def test_local_stage_has_the_regions_of_production_and_a_key_in_each() -> None:
    assert LOCAL.regions == PROD.regions == ("us-east-1", "eu-west-1")
    assert PROD.has_multi_region_key
    assert not LOCAL.has_multi_region_key


def test_local_stage_caps_the_gateway() -> None:
    assert LOCAL.functions["gateway"].reserved_concurrency == 16
    assert LOCAL.allow_loopback
