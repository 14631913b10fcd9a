"""Folding shows what is there, and every offset leads back to the original."""

import pytest

from ironcage.firewall import NormalisedText


@pytest.mark.parametrize(
    ("original", "folded"),
    [
        ("plain", "plain"),
        ("ＡＢＣ１", "ABC1"),  # noqa: RUF001
        ("ﬁne", "fine"),
        ("a\u200bb\u2060c", "abc"),
        ("a\u00a0b", "a b"),
        ("5\u20116", "5-6"),
        ("".join(chr(0xE0000 + ord(c)) for c in "hi") + "é", "hié"),
        ("漢字", "漢字"),
    ],
    ids=["ascii", "wide", "ligature", "invisible", "no_break_space", "dash", "tags", "cjk"],
)
def test_text_is_folded(original: str, folded: str) -> None:
    assert NormalisedText(original).text == folded


@pytest.mark.parametrize(
    ("original", "word", "expected"),
    [
        ("say hello", "hello", "hello"),
        ("é hel\u200blo!", "hello", "hel\u200blo"),
        ("ﬁﬁ fine", "fine", "fine"),
        ("x ﬁ y", "i", "ﬁ"),
        ("\u200b\u200bab\u200b", "ab", "ab"),
    ],
    ids=["ascii", "invisible", "ligatures", "half_a_ligature", "edges"],
)
def test_span_leads_back_to_the_original(original: str, word: str, expected: str) -> None:
    text = NormalisedText(original)
    at = text.text.rindex(word)

    start, end = text.span(at, at + len(word))

    assert original[start:end] == expected


def test_original_offset_leads_to_the_folded_text() -> None:
    text = NormalisedText("ﬁx\u200by")

    assert [text.folded_index(at) for at in range(5)] == [0, 2, 3, 3, 4]
    assert NormalisedText("ab").folded_index(1) == 1


@pytest.mark.parametrize("cut", range(9))
def test_folded_pieces_are_the_pieces_of_the_folded_text(cut: int) -> None:
    original = "ａ\u200bﬁ é\u00adｚ漢!"  # noqa: RUF001

    pieces = NormalisedText(original[:cut]).text + NormalisedText(original[cut:]).text

    assert pieces == NormalisedText(original).text
