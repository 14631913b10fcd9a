"""Texts are read in bounded pieces whose offsets are those of the whole."""

from itertools import pairwise

import pytest

from ironcage.ner.pieces import LONGEST_PIECE, pieces, readable


@pytest.mark.parametrize(
    ("text", "view"),
    [
        pytest.param('{"a":"Ann"}', "  a : Ann  ", id="JSON"),
        pytest.param("**Ann** | <b>", "  Ann      b ", id="marks"),
        pytest.param("x \ud800 y\0", "x \ufffd y ", id="lone surrogate and zero"),
        pytest.param("((((a", "((  a", id="run of signs"),
        pytest.param("a.b-" * 20, "a b " * 15 + "a.b-" * 5, id="run of signs and letters"),
        pytest.param("a" * 70, "a" * 59 + " " + "a" * 10, id="run of letters"),
        pytest.param(
            "Dr. [REDACTED:PERSON] [REDACTED:PERSON:*Lee]", "Dr. " + " " * 40, id="redacted"
        ),
        pytest.param("[REDACTED:PERSON:Ann Lee]", " REDACTED:PERSON:Ann Lee ", id="no redaction"),
        pytest.param("Ann Lee's, 5 p.m.", "Ann Lee's, 5 p.m.", id="prose stays"),
    ],
)
def test_view_is_readable_and_as_long_as_the_text(text: str, view: str) -> None:
    assert readable(text) == view
    assert len(view) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("One. Two.", id="short"),
        pytest.param("Ann went home. " * 600, id="sentences"),
        pytest.param("word " * 2_000, id="endless sentence"),
        pytest.param("x" * 9_000, id="endless word"),
        pytest.param("line\n" * 2_000, id="lines"),
        pytest.param("。" * 9_000, id="wide full stops"),
    ],
)
def test_pieces_cover_the_text_and_are_bounded(text: str) -> None:
    covered = 0
    for at, piece in pieces(text):
        assert at <= covered
        assert text[at : at + len(piece)] == piece
        assert len(piece) <= LONGEST_PIECE
        covered = at + len(piece)

    assert covered == len(text)


def test_pieces_of_sentences_share_nothing() -> None:
    cut = list(pieces("Ann went home. " * 600))

    assert len(cut) > 1
    assert all(one + len(piece) == two for (one, piece), (two, _) in pairwise(cut))


def test_name_at_the_cut_of_an_endless_sentence_stays_whole() -> None:
    text = f"{'word ' * 499}Ann Lee {'word ' * 400}"

    assert any("Ann Lee" in piece for _, piece in pieces(text))
