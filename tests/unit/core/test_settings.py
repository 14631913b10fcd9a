"""Settings are read from the environment once, by name."""

from ironcage.core import Settings, iso_utc, variable_of


def test_settings_take_what_is_set_and_default_the_rest() -> None:
    settings = Settings.from_environment({"IRONCAGE_STAGE": "prod", "OTHER": "x"})

    assert settings.stage == "prod"
    assert settings.home_region == "us-east-1"


def test_variable_is_the_field_in_capitals_behind_our_prefix() -> None:
    assert variable_of("tables_ledger") == "IRONCAGE_TABLES_LEDGER"


def test_moment_is_written_in_utc_with_milliseconds() -> None:
    assert iso_utc(1_700_000_000_123) == "2023-11-14T22:13:20.123Z"
