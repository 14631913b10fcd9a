"""Whatever the text: scores are scores, findings point into it, and nobody else's values hide."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ironcage.firewall import (
    LocalModerator,
    ModerationCategory,
    ModerationDetector,
    NormalisedText,
    Origin,
    Scores,
    moderation_problems,
    read_moderation,
)
from ironcage.firewall.detectors.moderation import pieces

LOCAL, ANOTHER = LocalModerator(), LocalModerator()
THREAT = "I will find you and kill you, you pathetic loser."
SPECIAL = "aeK1ﬁİ\ud800\U000e0041\u200b.!?。\n\t '\u2019@$"
ODD = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(SPECIAL)))
WORDS = st.sampled_from(
    ["kill", "you", "process", "Immigrants", "bomb", "sex", "my", "13", "blood", "how", ". ", "\n"]
)
TEXTS = st.lists(st.one_of(ODD, WORDS, st.just(THREAT)), max_size=30).map(" ".join)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["provider", "categories", "HATE", "low", "high", "x"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)


class Everything:
    """A moderator that sees everything in every piece."""

    version = "1"
    reach = 7

    def score(self, pieces: Sequence[str]) -> Sequence[Scores]:
        """Score all the same."""
        return [dict.fromkeys(ModerationCategory, 1.0) for _ in pieces]


@given(TEXTS)
def test_scores_are_from_0_to_1_and_the_same_each_time(text: str) -> None:
    (scores,) = LOCAL.score([text])

    assert set(scores) <= set(ModerationCategory)
    assert all(0 <= score <= 1 for score in scores.values())
    assert ANOTHER.score([text]) == [scores]


@given(TEXTS)
def test_findings_point_into_the_text(text: str) -> None:
    for moderator in (LOCAL, Everything()):
        for finding in ModerationDetector(moderator).detect(NormalisedText(text), Origin.USER):
            assert 0 <= finding.start < finding.end <= len(text)


@given(TEXTS, st.integers(1, 40))
def test_pieces_are_the_whole_text_and_none_is_too_long(text: str, reach: int) -> None:
    cut = [text[start:end] for start, end in pieces(text, reach)]

    assert "".join(cut) == text
    assert all(0 < len(piece) <= reach for piece in cut)


@given(JSON)
def test_document_is_refused_or_read(document: object) -> None:
    if not moderation_problems(document):
        assert isinstance(document, dict)
        read_moderation(document).action_for("MODERATION_HATE", 0.95)
