"""Settings are read from the environment once, by name."""

from ironcage.core import Settings, iso_utc, variable_of


def test_settings_take_what_is_set_and_default_the_rest() -> None:
    settings = Settings.from_environment({"IRONCAGE_STAGE": "prod", "OTHER": "x"})

    assert settings.stage == "prod"
    assert settings.region == "us-east-1"


def test_settings_tell_the_regions_of_the_stage_and_which_is_ours() -> None:
    settings = Settings(region="eu-west-1", regions="us-east-1,eu-west-1,ap-southeast-1")

    assert settings.all_regions() == ("us-east-1", "eu-west-1", "ap-southeast-1")
    assert settings.other_regions() == ("us-east-1", "ap-southeast-1")
    assert Settings().other_regions() == ()


def test_ledger_of_a_region_may_have_an_address_of_its_own() -> None:
    settings = Settings(ledger_endpoints="us-east-1=http://127.0.0.1:9,eu-west-1=")

    assert settings.ledger_endpoint("us-east-1") == "http://127.0.0.1:9"
    assert settings.ledger_endpoint("eu-west-1") is None
    assert Settings().ledger_endpoint("us-east-1") is None


def test_variable_is_the_field_in_capitals_behind_our_prefix() -> None:
    assert variable_of("tables_ledger") == "IRONCAGE_TABLES_LEDGER"


def test_moment_is_written_in_utc_with_milliseconds() -> None:
    assert iso_utc(1_700_000_000_123) == "2023-11-14T22:13:20.123Z"
