"""Where a detector wants whole sentences, a stream is held to their ends and no longer."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.core.errors import FirewallUnavailable, OutputBlocked
from ironcage.firewall import (
    Action,
    ArgumentScanner,
    Errand,
    Firewall,
    ModerationDetector,
    Policy,
    StreamScanner,
    standard_firewall,
)
from ironcage.firewall.detectors.rules import MAX_VALUE
from support.builders_firewall import BASE64, SECRETS, drawn, redacted
from support.fakes_firewall import BrokenDetector, FixedModerator
from support.fakes_scanner import NAME, LocalScanner, NameDetector, a_firewall

SECRET = SECRETS["github_token"]
POLICY = Policy("v1", ("secrets", "pii", "ner"), otherwise=Action.REDACT)
LENIENT = Policy("v1", ("secrets", "ner"), otherwise=Action.REDACT, on_failure=Action.ALLOW)
BLOCKING = Policy("v1", ("ner",), otherwise=Action.BLOCK)
TEXT = f"This is {NAME}. Her key is {SECRET}. Call {NAME} or bob@mail.com! Bye"


def a_scanner(policy: Policy = POLICY, source: LocalScanner | None = None) -> StreamScanner:
    firewall = a_firewall(ner=source or LocalScanner((NameDetector(),))).open(Errand())
    return StreamScanner(firewall, policy)


def streamed(*pieces: str, policy: Policy = POLICY) -> str:
    scanner = a_scanner(policy)
    return "".join(map(scanner.feed, pieces)) + scanner.finish()


def whole(text: str, policy: Policy = POLICY) -> str:
    firewall = a_firewall(ner=LocalScanner((NameDetector(),))).open(Errand())
    return redacted(firewall, text, policy)


def test_sentence_is_released_when_it_ends() -> None:
    scanner = a_scanner()

    released = [scanner.feed(piece) for piece in (f"I am {NAME}", ". ", "And", " you? Bye")]

    assert released == ["", "I am [REDACTED:PERSON].", "", " And you?"]
    assert scanner.finish() == " Bye"


def test_sentences_are_asked_about_in_groups_and_once_each() -> None:
    source = LocalScanner((NameDetector(),))
    scanner = a_scanner(source=source)

    for piece in ("One. Two. Th", "ree", ". Four. Five"):
        scanner.feed(piece)
    scanner.finish()

    assert source.texts == ["One. Two.", " Three. Four.", " Five"]


@pytest.mark.parametrize("at", range(1, len(TEXT)))
def test_stream_equals_the_whole_at_every_split_point(at: int) -> None:
    assert streamed(TEXT[:at], TEXT[at:]) == whole(TEXT)


def test_stream_equals_the_whole_character_by_character() -> None:
    out = streamed(*TEXT)

    assert out == whole(TEXT)
    assert NAME not in out
    assert SECRET not in out


@settings(max_examples=60)
@given(
    words=st.lists(
        st.sampled_from(
            [NAME, SECRET, "bob@mail.com", ". ", "! ", "\n", " and ", ",", "é", "漢。"]
        ),
        max_size=12,
    ),
    cuts=st.lists(st.integers(0, 200), max_size=5),
)
def test_stream_equals_the_whole_however_it_is_cut(words: list[str], cuts: list[int]) -> None:
    text = "".join(words)
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]

    assert streamed(*(text[a:b] for a, b in itertools.pairwise(places))) == whole(text)


@pytest.mark.parametrize("order", list(itertools.permutations(POLICY.detectors)), ids="-".join)
def test_name_glued_to_an_address_is_read_alike_in_a_stream(order: tuple[str, ...]) -> None:
    text, policy = (
        f"{NAME}jo@muller.example{SECRETS['openai_key']}",
        replace(POLICY, detectors=order),
    )

    expected = "[REDACTED:PERSON][REDACTED:EMAIL_ADDRESS][REDACTED:SECRET]"
    assert whole(text, policy) == streamed(text, policy=policy) == expected


def test_findings_have_the_offsets_of_the_whole_text() -> None:
    scanner = a_scanner()

    "".join(map(scanner.feed, [TEXT[at : at + 9] for at in range(0, len(TEXT), 9)]))
    scanner.finish()

    people = [f for f in scanner.findings if f.type == "PERSON"]
    assert [TEXT[f.start : f.end] for f in people] == [NAME, NAME]


def test_text_without_sentences_is_not_held_for_ever() -> None:
    scanner = a_scanner()

    released = "".join(scanner.feed("word " * 50) for _ in range(20))

    assert len(released) > 2_000


@pytest.mark.parametrize("step", [1_000, 40_000])
def test_secret_beyond_the_bound_is_removed_though_no_sentence_ends(step: int) -> None:
    block = "-----BEGIN PRIVATE KEY-----\n" + drawn(BASE64, 2 * MAX_VALUE) + " end. Bye"

    out = streamed(*(block[at : at + step] for at in range(0, len(block), step)))

    assert out == "[REDACTED:SECRET] end. Bye"


def test_name_that_the_policy_blocks_is_never_released() -> None:
    scanner = a_scanner(BLOCKING)

    assert scanner.feed("Fine. So ") == "Fine."
    with pytest.raises(OutputBlocked):
        scanner.feed(f"says {NAME}. ")


def test_silence_on_the_way_stops_the_stream() -> None:
    source = LocalScanner((NameDetector(),))
    scanner = a_scanner(source=source)

    assert scanner.feed("One. ") == "One."
    with source.down(), pytest.raises(FirewallUnavailable):
        scanner.feed(f"Two by {NAME}. ")


def test_silence_on_the_way_leaves_the_patterns_where_the_policy_says_so() -> None:
    source = LocalScanner((NameDetector(),))
    scanner = a_scanner(LENIENT, source)

    out = scanner.feed(f"By {NAME}. ")
    with source.down():
        out += scanner.feed(f"By {NAME}, key {SECRET}. ") + scanner.finish()

    assert out == f"By [REDACTED:PERSON]. By {NAME}, key [REDACTED:SECRET]. "


def test_detector_that_reads_pieces_and_breaks_is_left_out_where_the_policy_says_so() -> None:
    policy = Policy("v1", ("broken",), on_failure=Action.ALLOW)
    firewall = Firewall({"broken": BrokenDetector()})
    scanner = StreamScanner(firewall, policy)

    assert scanner.feed("text ") + scanner.finish() == "text "
    assert firewall.skipped == {"broken": "failed"}
    assert firewall.versions(policy) == {}


def test_arguments_of_a_call_are_asked_about_at_once() -> None:
    source = LocalScanner((NameDetector(),))
    firewall = a_firewall(ner=source).open(Errand())
    scanner = ArgumentScanner(firewall, POLICY)

    for piece in ('{"a": "Marie', f' Curie", "b": "{SECRET}", ', '"c": 1}'):
        assert scanner.feed(piece) == ""

    assert scanner.finish() == '{"a": "[REDACTED:PERSON]", "b": "[REDACTED:SECRET]", "c": 1}'
    assert len(source.asked) == 1


@pytest.mark.parametrize("value", ["4111111111111111", "192.168.17.23", "+1 415 555 2671"])
def test_value_beside_a_secret_is_removed_from_a_moderated_sentence(value: str) -> None:
    text = f"bad {value}{SECRETS['stripe_key']} end"
    policy = replace(POLICY, detectors=("secrets", "pii", "moderation"))

    def opened() -> Firewall:
        moderation = ModerationDetector(FixedModerator(200, {"hate": 0.6}))
        return standard_firewall().open(Errand(), [moderation])

    scanner = StreamScanner(opened(), policy)
    out = scanner.feed(text) + scanner.finish()

    assert value not in out
    assert out == redacted(opened(), text, policy)


@pytest.mark.parametrize("value", ["DE89370400440532013000", "192.168.17.23", "+1 415 555 2671"])
@pytest.mark.parametrize("at", [3, 15, 30])
def test_name_that_does_not_count_hides_no_value_beside_it(value: str, at: int) -> None:
    text = f"So {value}{NAME}{SECRET} end"
    policy = replace(POLICY, thresholds={"PERSON": 0.95})
    firewall = a_firewall(ner=LocalScanner((NameDetector(),))).open(Errand())

    out = streamed(text[:at], text[at:], policy=policy)

    assert value not in out
    assert out == redacted(firewall, text, policy)
