"""Claims that overlap are settled in favour of the surer, or become one."""

import pytest

from ironcage.ner.hits import Hit, joined, settled
from ironcage.ner.plausible import corrected


def _hit(kind: str, start: int, end: int, *, score: float = 0.8) -> Hit:
    return Hit(kind, start, end, score, "model")


ANN_LEE = _hit("PERSON", 0, 7)


@pytest.mark.parametrize(
    ("claims", "kept"),
    [
        pytest.param([], [], id="none"),
        pytest.param(
            [ANN_LEE, _hit("LOCATION", 9, 15)], [ANN_LEE, _hit("LOCATION", 9, 15)], id="apart"
        ),
        pytest.param(
            [ANN_LEE, _hit("PERSON", 4, 9, score=0.9)],
            [_hit("PERSON", 0, 9, score=0.9)],
            id="one type becomes one",
        ),
        pytest.param(
            [ANN_LEE, _hit("ORGANIZATION", 4, 9, score=0.9)],
            [_hit("ORGANIZATION", 4, 9, score=0.9)],
            id="the surer of two types",
        ),
        pytest.param(
            [ANN_LEE, _hit("LOCATION", 0, 3, score=0.9)], [ANN_LEE], id="place inside a name"
        ),
        pytest.param(
            [_hit("PERSON", 0, 3, score=0.9), _hit("PERSON", 4, 7, score=0.9), ANN_LEE],
            [_hit("PERSON", 0, 3, score=0.9), _hit("PERSON", 4, 7, score=0.9)],
            id="between two",
        ),
    ],
)
def test_settled(claims: list[Hit], kept: list[Hit]) -> None:
    assert settled(claims) == kept


@pytest.mark.parametrize(
    ("claims", "kept"),
    [
        pytest.param([ANN_LEE, ANN_LEE], [ANN_LEE], id="seen twice"),
        pytest.param([ANN_LEE, _hit("PERSON", 4, 9)], [_hit("PERSON", 0, 9)], id="cut in two"),
        pytest.param(
            [ANN_LEE, _hit("LOCATION", 4, 9, score=0.9)],
            [_hit("LOCATION", 4, 9, score=0.9)],
            id="surer later",
        ),
        pytest.param([ANN_LEE, _hit("LOCATION", 4, 9, score=0.5)], [ANN_LEE], id="surer first"),
    ],
)
def test_joined(claims: list[Hit], kept: list[Hit]) -> None:
    assert joined(claims) == kept


def test_moved_claim_stands_later() -> None:
    assert ANN_LEE.moved(10) == _hit("PERSON", 10, 17)


@pytest.mark.parametrize(
    ("kind", "text", "credible"),
    [
        pytest.param("PERSON", "Quux Quuxley", ("PERSON", "Quux Quuxley", 0.8), id="two words"),
        pytest.param("PERSON", "Quuxley", ("PERSON", "Quuxley", 0.55), id="one word"),
        pytest.param("PERSON", "Maria", ("PERSON", "Maria", 0.8), id="known given name"),
        pytest.param("PERSON", "Grace", ("PERSON", "Grace", 0.8), id="name that is a word"),
        pytest.param("PERSON", "Quux McQuux", ("PERSON", "Quux McQuux", 0.8), id="inner capital"),
        pytest.param("PERSON", "maria lopez", ("PERSON", "maria lopez", 0.8), id="lower case"),
        pytest.param("PERSON", "Laura White", ("PERSON", "Laura White", 0.8), id="colour"),
        pytest.param("PERSON", "Dear Quux", ("PERSON", "Quux", 0.55), id="greeting"),
        pytest.param("PERSON", "Quux Lee\nCity", ("PERSON", "Quux Lee", 0.8), id="first line"),
        pytest.param("PERSON", "Rotterdam", ("LOCATION", "Rotterdam", 0.8), id="misnamed"),
        pytest.param("LOCATION", "Quuxville", ("LOCATION", "Quuxville", 0.65), id="place"),
        pytest.param("ORGANIZATION", "Quux Tools", ("ORGANIZATION", "Quux Tools", 0.5), id="firm"),
        pytest.param("ORGANIZATION", "QXX", ("ORGANIZATION", "QXX", 0.5), id="acronym"),
        pytest.param("ORGANIZATION", "7Quux", ("ORGANIZATION", "7Quux", 0.5), id="digit"),
        pytest.param("PERSON", "quux quuxley", None, id="lower case, unknown"),
        pytest.param("PERSON", "QUUX", None, id="shouted"),
        pytest.param("PERSON", "Quux 5", ("PERSON", "Quux", 0.55), id="number cut off"),
        pytest.param("PERSON", "Click Save", None, id="interface"),
        pytest.param("PERSON", "Monday", None, id="weekday"),
        pytest.param("PERSON", "He", None, id="pronoun"),
        pytest.param("PERSON", "quuxName", None, id="identifier"),
        pytest.param("PERSON", "Quux_Lee", None, id="snake case"),
        pytest.param("PERSON", "Quux5 Lee", None, id="digit inside"),
        pytest.param("PERSON", "12", None, id="number"),
        pytest.param("LOCATION", "Quux/src", None, id="path"),
        pytest.param("ORGANIZATION", "API", None, id="technical acronym"),
        pytest.param("ORGANIZATION", "QUUXQUUX", None, id="long shout"),
        pytest.param("ORGANIZATION", "London NW1 6XE Quux", None, id="postcode"),
        pytest.param("ORGANIZATION", "quux tools", None, id="firm in lower case"),
    ],
)
def test_claim_of_the_model_is_corrected(
    kind: str, text: str, credible: tuple[str, str, float] | None
) -> None:
    fit = corrected(_hit(kind, 0, len(text)), text)

    assert (fit and (fit.type, text[fit.start : fit.end], fit.score)) == credible


@pytest.mark.parametrize(
    ("text", "is_credible"),
    [
        pytest.param("Quux Started", True, id="prose"),
        pytest.param("## Quux Started", False, id="heading"),
        pytest.param("## Maria Quux", True, id="given name in a heading"),
    ],
)
def test_title_case_of_a_heading_is_no_name(text: str, *, is_credible: bool) -> None:
    start = text.rindex(" ", 0, text.rindex(" ")) + 1 if "#" in text else 0

    assert bool(corrected(_hit("PERSON", start, len(text)), text)) == is_credible


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("seen near Quuxley", "LOCATION", id="one word"),
        pytest.param("seen near Quuxley Lee", "PERSON", id="two words"),
        pytest.param("within Quuxley", "PERSON", id="end of another word"),
    ],
)
def test_single_name_behind_in_or_near_is_a_place(text: str, kind: str) -> None:
    fit = corrected(_hit("PERSON", text.index("Quux"), len(text)), text)

    assert fit
    assert fit.type == kind
