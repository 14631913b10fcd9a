"""What the rules see without a model, and what they leave alone."""

import pytest

from ironcage.ner.finding import find_by_rules
from ironcage.ner.pieces import readable


def _seen(text: str, kind: str) -> list[str]:
    return [text[h.start : h.end] for h in find_by_rules(readable(text)) if h.type == kind]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        pytest.param("at 12 Main Street now", ["12 Main Street"], id="street alone"),
        pytest.param("9 Elm St., Salem, OR 97301", ["9 Elm St., Salem, OR 97301"], id="American"),
        pytest.param(
            "Flat 2, 5 Park Road, Leeds LS6 1PF",
            ["Flat 2, 5 Park Road, Leeds LS6 1PF"],
            id="British",
        ),
        pytest.param(
            "1 Bay Street, Toronto M5J 2N8", ["1 Bay Street, Toronto M5J 2N8"], id="Canadian"
        ),
        pytest.param("Parkstr. 5a, 10115 Berlin!", ["Parkstr. 5a, 10115 Berlin"], id="German"),
        pytest.param("12 rue du Bac, 75007 Paris", ["12 rue du Bac, 75007 Paris"], id="French"),
        pytest.param("in Via Roma 7, 20121 Milano", ["Via Roma 7, 20121 Milano"], id="Italian"),
        pytest.param(
            "Calle Mayor, 18, 28013 Madrid", ["Calle Mayor, 18, 28013 Madrid"], id="Spanish"
        ),
        pytest.param(
            "Rua Augusta 22, 1100-053 Lisboa", ["Rua Augusta 22, 1100-053 Lisboa"], id="Portuguese"
        ),
        pytest.param("ul. Polna 11, 31-070 Kraków", ["ul. Polna 11, 31-070 Kraków"], id="Polish"),
        pytest.param(
            "Keizersgracht 10, 1015 CN Amsterdam",
            ["Keizersgracht 10, 1015 CN Amsterdam"],
            id="Dutch",
        ),
        pytest.param(
            "12 Oak Lane,\nAustin, TX 78701", ["12 Oak Lane,\nAustin, TX 78701"], id="on two lines"
        ),
        pytest.param("PO Box 77, Salem, OR 97301", ["PO Box 77, Salem, OR 97301"], id="post box"),
        pytest.param("12 people on Main Street", [], id="no number before the street"),
        pytest.param("In 2024 Main results were good", [], id="year"),
        pytest.param("3 ways to drive a road", [], id="lower case"),
        pytest.param("version 1.2 Park", [], id="version"),
        pytest.param("a/12 Main Street", [], id="inside a path"),
    ],
)
def test_addresses(text: str, addresses: list[str]) -> None:
    assert _seen(text, "ADDRESS") == addresses


@pytest.mark.parametrize(
    ("text", "people"),
    [
        pytest.param("Dear Mr. Tanaka, hello", ["Tanaka"], id="title"),
        pytest.param("Prof. van der Berg teaches", ["van der Berg"], id="title and particles"),
        pytest.param("Maria Lopez left", ["Maria Lopez"], id="given name and surname"),
        pytest.param("Anne-Marie Quux left", ["Anne-Marie Quux"], id="two given names in one"),
        pytest.param("Name: [REDACTED:PERSON]", [], id="redacted already"),
        pytest.param("Maria's phone", ["Maria"], id="given name alone, possessive"),
        pytest.param("James T. Anderson", ["James T. Anderson"], id="initial"),
        pytest.param("François Müller", ["François Müller"], id="accents"),
        pytest.param("my name is karen white and", ["karen white"], id="introduced in lower case"),
        pytest.param("ask peter about it", ["peter"], id="given name in lower case alone"),
        pytest.param('{"name":"Ottoline Quux","x":1}', ["Ottoline Quux"], id="field in JSON"),
        pytest.param("- **Patient:** Ottoline Quux\n", ["Ottoline Quux"], id="field in Markdown"),
        pytest.param("From: Julia Quux\nTo: Sales", ["Julia Quux"], id="header of a mail"),
        pytest.param("my aunt, Quuxa Lee, left", ["Quuxa Lee"], id="role and comma"),
        pytest.param("our nurse Quuxa left", ["Quuxa"], id="role"),
        pytest.param("the patient. Quux", [], id="role at the end of a sentence"),
        pytest.param("the patient went", [], id="role alone"),
        pytest.param("name: my-service", [], id="field in lower case"),
        pytest.param("from: Building Seven", [], id="weak key without a given name"),
        pytest.param("Name: Quux, the great", ["Quux"], id="field ends at a comma"),
        pytest.param("Name: Quux the great", ["Quux"], id="field ends in lower case"),
        pytest.param("Mark the box, Will you?", [], id="names that are words"),
        pytest.param("Dr. who knows", [], id="title before a word"),
        pytest.param("the anna programme", [], id="lower case, not introduced"),
        pytest.param("To: Maria Quux | Sales", ["Maria Quux"], id="weak key with a given name"),
        pytest.param("Maria, Omar", ["Maria", "Omar"], id="list of given names"),
        pytest.param("Mr.\n\nMonday", [], id="title at the end of a line"),
    ],
)
def test_people(text: str, people: list[str]) -> None:
    assert _seen(text, "PERSON") == people


@pytest.mark.parametrize(
    ("text", "places"),
    [
        pytest.param("We met in Lisbon.", ["Lisbon"], id="city"),
        pytest.param(
            "from New York City to Rio de Janeiro",
            ["New York City", "Rio de Janeiro"],
            id="several words, the longest name",
        ),
        pytest.param("São Paulo and Zürich", ["São Paulo", "Zürich"], id="accents"),
        pytest.param("i live in austin now", ["austin"], id="lower case after a preposition"),
        pytest.param("City: Quuxville", ["Quuxville"], id="field"),
        pytest.param("From: Paris", ["Paris"], id="place where a person was expected"),
        pytest.param("she was born in Quuxville", ["Quuxville"], id="where somebody was born"),
        pytest.param("written in Quux", [], id="what is no place to live in"),
        pytest.param("she lives in Harmony, in German", ["Harmony"], id="no language"),
        pytest.param("the austin office", [], id="lower case elsewhere"),
        pytest.param("made in china", [], id="ambiguous in lower case"),
        pytest.param("University of Oxford", [], id="inside the name of an organisation"),
        pytest.param("New ideas", [], id="only the beginning of a name"),
    ],
)
def test_places(text: str, places: list[str]) -> None:
    assert _seen(text, "LOCATION") == places


@pytest.mark.parametrize(
    ("text", "organisations"),
    [
        pytest.param("by Quux Tools GmbH in", ["Quux Tools GmbH"], id="legal form"),
        pytest.param("at Quux, Inc. today", ["Quux, Inc."], id="comma before the form"),
        pytest.param("for Quux & Sons", ["Quux & Sons"], id="and sons"),
        pytest.param("the University of Quux", ["University of Quux"], id="institution of"),
        pytest.param("near Quux General Hospital", ["Quux General Hospital"], id="institution"),
        pytest.param("Company: Quux", ["Quux"], id="field"),
        pytest.param("Dear Quux Ltd team", ["Quux Ltd"], id="greeting before it"),
        pytest.param("Maria Lopez of Quux Ltd", ["Quux Ltd"], id="person before it"),
        pytest.param("the company and the bank", [], id="lower case"),
        pytest.param("The Company", [], id="form without a name"),
        pytest.param("University life", [], id="institution without a name"),
    ],
)
def test_organisations(text: str, organisations: list[str]) -> None:
    assert _seen(text, "ORGANIZATION") == organisations
