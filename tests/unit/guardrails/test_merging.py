"""Windows with a score become findings."""

import pytest

from ironcage.firewall import Finding
from ironcage.guardrails.classifier import INJECTION, merged
from ironcage.guardrails.settings import ClassifierSettings, Operating

POINT = Operating(clear=-2.0, mix=0.5, threshold=1.0, slope=2.0, alone=6.0)


def seen(start: int, end: int, score: float) -> Finding:
    """Make a finding of the models."""
    return Finding(INJECTION, "injection/model", start, end, score=score)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(
            [seen(0, 9, 0.7), seen(5, 14, 0.9)], [seen(0, 14, 0.9)], id="overlapping windows join"
        ),
        pytest.param([seen(5, 14, 0.9), seen(0, 5, 0.6)], [seen(0, 14, 0.9)], id="in any order"),
        pytest.param(
            [seen(0, 5, 0.9), seen(6, 9, 0.9)],
            [seen(0, 5, 0.9), seen(6, 9, 0.9)],
            id="apart they stay two",
        ),
        pytest.param(
            [seen(0, 9, 0.9), seen(5, 14, 0.3)],
            [seen(0, 9, 0.9), seen(5, 14, 0.3)],
            id="a doubt does not stretch what is flagged",
        ),
        pytest.param(
            [seen(0, 20, 0.9), seen(3, 8, 0.8)], [seen(0, 20, 0.9)], id="one inside another"
        ),
    ],
)
def test_touching_windows_are_one_finding(given: list[Finding], expected: list[Finding]) -> None:
    assert list(merged(given)) == expected


@pytest.mark.parametrize(
    ("encoded", "linear", "margin"),
    [
        pytest.param(1.0, 0.0, 0.0, id="at the threshold"),
        pytest.param(2.0, 0.0, 2.0, id="above it"),
        pytest.param(1.0, 4.0, 4.0, id="the linear model adds its share"),
        pytest.param(None, 6.0, 0.0, id="linear alone, at its own threshold"),
        pytest.param(None, 0.0, -6.0, id="linear alone, below it"),
    ],
)
def test_margin_is_measured_from_the_threshold_of_whoever_looked(
    encoded: float | None, linear: float, margin: float
) -> None:
    assert POINT.margin(encoded=encoded, linear=linear) == margin


def test_settings_beside_the_models_give_both_origins_an_operating_point() -> None:
    settings = ClassifierSettings.read()

    assert set(settings.operating) == {"user", "document"}
    assert all(point.clear < point.alone for point in settings.operating.values())
