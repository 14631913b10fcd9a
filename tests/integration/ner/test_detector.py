"""The detector `ner` with its model: what it finds, where, and what it does with hostile texts."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket

from ironcage.firewall import (
    Action,
    Finding,
    Firewall,
    NormalisedText,
    Origin,
    Policy,
    RedactionMode,
    redact,
)
from ironcage.ner import NerDetector
from ironcage.ner.engine import model_folder
from support.named_texts import DEVELOPMENT, HELD_OUT, TYPES
from support.named_texts_measure import measured

DETECTOR = NerDetector()
# Letters, marks, wide and invisible characters, half a pair, and what the rules look for.
PARTS = (
    *("Maria ", "Lopez", " GmbH", "12 Oak Lane", ", ", ". ", "\n", '"', "{", "\0", "\ud800"),
    *("\u200b", "\U0001f600", "\ufdfa", "e\u0301", "Dr. ", "Name: ", "Paris", "中文", "x" * 99),
)


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """Shut even the loopback: nothing here may open a socket of any kind."""
    disable_socket()
    yield
    enable_socket()


def _found(text: str) -> list[Finding]:
    return list(DETECTOR.detect(NormalisedText(text), Origin.MODEL))


def _named(text: str) -> dict[str, str]:
    return {text[f.start : f.end]: f.type for f in _found(text)}


def test_names_of_every_type_are_found() -> None:
    text = "Maria Lopez of Quux Tools GmbH lives at 12 Oak Lane, Austin, TX 78701, not in Lisbon."

    assert _named(text) == {
        "Maria Lopez": "PERSON",
        "Quux Tools GmbH": "ORGANIZATION",
        "12 Oak Lane, Austin, TX 78701": "ADDRESS",
        "Lisbon": "LOCATION",
    }


def test_findings_say_who_saw_them_and_how_sure_that_is() -> None:
    (finding,) = _found("I wrote to Maria Lopez yesterday.")

    assert finding.detector == "ner/given_name"
    assert finding.score == 0.95
    assert finding.action is Action.ALLOW


@pytest.mark.parametrize(
    ("kind", "recall", "precision"),
    [
        ("PERSON", 0.95, 0.95),
        ("LOCATION", 0.95, 0.95),
        ("ORGANIZATION", 0.9, 0.85),
        ("ADDRESS", 0.9, 0.95),
    ],
)
def test_sentences_written_before_the_rules_are_read_well(
    kind: str, recall: float, precision: float
) -> None:
    row = measured(HELD_OUT, _found)[kind]

    assert row.recall >= recall
    assert row.precision >= precision


def test_labels_of_our_sentences_are_sound() -> None:
    for text in (*DEVELOPMENT, *HELD_OUT):
        assert "<" not in text.text
        assert all(0 <= start < end <= len(text.text) for _, start, end in text.spans)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("Ask \uff2d\uff41\uff52\uff49\uff41 \uff2c\uff4f\uff50\uff45\uff5a now.",
                     "\uff2d\uff41\uff52\uff49\uff41 \uff2c\uff4f\uff50\uff45\uff5a", id="wide"),
        pytest.param("Ask Ma\u200bria Lo\u00adpez now.", "Ma\u200bria Lo\u00adpez", id="invisible"),
        pytest.param("\U0001f600\ufb01 Ask Maria Lopez now.", "Maria Lopez", id="after wide"),
        pytest.param("\ud800\0 Ask Maria Lopez now.", "Maria Lopez", id="after a lone surrogate"),
        pytest.param(f"{'Nothing is here. ' * 400}Ask Maria Lopez now.", "Maria Lopez", id="late"),
        pytest.param(f"{'nothing here and ' * 400}Maria Lopez too", "Maria Lopez",
                     id="in an endless sentence"),
    ],
)  # fmt: skip
def test_offsets_are_those_of_the_original(text: str, name: str) -> None:
    assert [text[f.start : f.end] for f in _found(text)] == [name]


def test_redacted_text_holds_no_name_and_stays_as_it_is() -> None:
    policy = Policy("v1", ("ner",), otherwise=Action.REDACT)
    firewall = Firewall({"ner": DETECTOR})
    text = "Dear Maria Lopez, Mr. Tanaka waits in Osaka."

    once = redact(text, firewall.inspect(text, Origin.MODEL, policy), policy)
    twice = redact(once, firewall.inspect(once, Origin.MODEL, policy), policy)

    assert once == "Dear [REDACTED:PERSON], Mr. [REDACTED:PERSON] waits in [REDACTED:LOCATION]."
    assert twice == once


@pytest.mark.parametrize("mode", RedactionMode)
def test_sentences_redacted_twice_are_as_they_were_after_once(mode: RedactionMode) -> None:
    policy = Policy(
        "v1", ("ner",), otherwise=Action.REDACT, modes=dict.fromkeys(TYPES.values(), mode)
    )
    firewall = Firewall({"ner": DETECTOR})

    def redacted(text: str) -> str:
        return redact(
            text, firewall.inspect(text, Origin.MODEL, policy), policy, hash_key=b"k" * 32
        )

    for text in (*DEVELOPMENT, *HELD_OUT):
        once = redacted(text.text)
        assert redacted(once) == once


@pytest.mark.parametrize("seed", range(8))
def test_any_text_is_read_and_offsets_point_into_it(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    text = "".join(draw.choices(PARTS, k=600))

    for finding in _found(text):
        assert 0 <= finding.start < finding.end <= len(text)


@pytest.mark.parametrize(
    "unit",
    ["(", "'", "a", "A-", "1,", "Ann & ", "Maria. ", "12 Main ", "name: A", "http://"],
)
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    def spent(size: int) -> float:
        text = (unit * size)[:size]
        begun = time.process_time()
        _found(text)
        return time.process_time() - begun

    spent(2_500)
    assert spent(12_500) < 18 * max(spent(2_500), 0.005)  # quadratic would be 25 times


def test_importing_it_and_asking_its_version_imports_no_model() -> None:
    code = (
        "import sys; from ironcage.ner import NerDetector; v = NerDetector().version;"
        "assert len(v) == 16; print(*{'spacy', 'presidio_analyzer', 'numpy'} & {*sys.modules})"
    )

    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": "layers/domain/python:layers/ner/python"},
    )

    assert done.stdout == "\n"


def test_version_is_the_same_every_time() -> None:
    assert NerDetector().version == DETECTOR.version


def test_model_that_is_not_installed_is_not_looked_for_elsewhere() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_model"):
        model_folder("no_such_model")


def test_words_of_a_text_are_forgotten_after_it() -> None:
    DETECTOR.warm()
    strings = DETECTOR._engine._nlp.get_nlp("en").vocab.strings
    before = len(strings)

    _found(" ".join(f"Quux{n}ley" for n in range(500)))

    assert len(strings) == before
