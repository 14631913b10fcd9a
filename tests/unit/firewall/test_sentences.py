"""A text is cut after a sentence, never inside a name."""

import pytest

from ironcage.firewall import last_sentence_end

LONG = "Word " * 500


@pytest.mark.parametrize(
    ("text", "finished"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("Ann Lee called", "", id="no end"),
        pytest.param("Ann Lee called.", "", id="end not sure yet"),
        pytest.param("Ann Lee called. ", "Ann Lee called.", id="end with a space"),
        pytest.param("One. Two! Three", "One. Two!", id="the last of several"),
        pytest.param("Really? Yes", "Really?", id="question"),
        pytest.param("Well... Then", "Well...", id="three dots"),
        pytest.param("Well\u2026 Then", "Well\u2026", id="ellipsis"),
        pytest.param('He said "go." Then', 'He said "go."', id="closing quote"),
        pytest.param("(All of it.) **Bold.** Next", "(All of it.) **Bold.**", id="markdown"),
        pytest.param("It costs 3.14 now", "", id="decimal"),
        pytest.param("It costs 3. ", "It costs 3.", id="number at the end of a sentence"),
        pytest.param("Ask Dr. Lee", "", id="title"),
        pytest.param("Ask Dr. ", "", id="title whose name is still to come"),
        pytest.param("Ask (Mrs. Lee", "", id="title after a bracket"),
        pytest.param("J. Smith", "", id="initial"),
        pytest.param("So did I. Then", "So did I.", id="a word of one letter"),
        pytest.param("the U.S. Senate", "", id="dotted abbreviation"),
        pytest.param("fruit, e.g. Apples", "", id="Latin abbreviation"),
        pytest.param("in approx. ten", "", id="lower case follows"),
        pytest.param("unheardof. then", "", id="unknown abbreviation, lower case follows"),
        pytest.param("Acme Inc. Berlin", "", id="company"),
        pytest.param("averyveryverylongword. Next", "averyveryverylongword.", id="long word"),
        pytest.param("Room 12. Next", "Room 12.", id="number that is no item"),
        pytest.param("1. Ann Lee", "", id="item of a list"),
        pytest.param("Seen 1234567890123. Next", "Seen 1234567890123.", id="long number"),
        pytest.param("Names:\n 12. Ann", "Names:\n", id="item of a list on a later line"),
        pytest.param("Ann Lee\nBob", "Ann Lee\n", id="line"),
        pytest.param("Ann Lee\r\n\r\nBob", "Ann Lee\r\n\r\n", id="paragraph"),
        pytest.param("田中さんです。次", "田中さんです。", id="Japanese"),
        pytest.param("「行く。」次", "「行く。」", id="Japanese quote"),
        pytest.param("真的？是", "真的？", id="Chinese question"),  # noqa: RUF001
        pytest.param("वह गया। फिर", "वह गया।", id="Hindi"),
        pytest.param("متى؟ غدا", "متى؟", id="Arabic"),
        pytest.param("ironcage.example and a.b", "", id="dots inside words"),
    ],
)
def test_text_is_finished_up_to_its_last_whole_sentence(text: str, finished: str) -> None:
    assert text[: last_sentence_end(text)] == finished


def test_endless_sentence_is_cut_after_its_last_space() -> None:
    assert last_sentence_end(f"{LONG}unfinish") == len(LONG)


def test_sentence_is_held_until_it_is_too_long() -> None:
    assert last_sentence_end("Word " * 399) == 0


def test_endless_word_is_cut_at_its_end() -> None:
    assert last_sentence_end("x" * 2_000) == 2_000


def test_end_of_a_sentence_wins_over_the_last_space() -> None:
    assert last_sentence_end(f"Done. {LONG}") == len("Done.")


@pytest.mark.parametrize("unit", [".", ". ", "a.", "Dr. ", "!)", "\n", "。", ".'\"", "1. "])
def test_hostile_text_takes_linear_time(unit: str) -> None:
    text = unit * 3_000

    assert 0 <= last_sentence_end(text) <= len(text)
