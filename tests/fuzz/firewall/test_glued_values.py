"""Values that are glued to each other, to anything else or to markers never survive."""

import base64
import json
from dataclasses import replace
from urllib.parse import unquote

from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.firewall import (
    ArgumentRedactor,
    ArgumentScanner,
    Errand,
    Firewall,
    ModerationDetector,
    Policy,
    StreamScanner,
    secrets_detector,
    standard_firewall,
)
from support.builders_firewall import ASSIGNED, PII, PII_IN_CONTEXT, SECRETS, a_policy, redacted
from support.builders_secrets import examples, filled
from support.fakes_firewall import SameModerator
from support.fakes_scanner import NAME, LocalScanner, NameDetector, a_firewall
from support.personal_data import PERSONAL, PERSONAL_IN_CONTEXT

FIREWALL = standard_firewall()
FULL = a_policy()
ALONE = [
    *(value for _, value in {**PII, **PERSONAL}.values()),
    *(value for _, _, value in {**PII_IN_CONTEXT, **PERSONAL_IN_CONTEXT}.values()),
]
IN_CONTEXT = [
    *(text for text, _ in ASSIGNED.values()),
    *(before + value for _, before, value in PII_IN_CONTEXT.values()),
    *(before + value for _, before, value in PERSONAL_IN_CONTEXT.values()),
]
MARKERS = [
    *["[REDACTED:SECRET]", "[REDACTED:EMAIL_ADDRESS]", "[REDACTED:PHONE_NUMBER:0958]"],
    *["[REDACTED:IBAN_CODE:abcdefghijklmnopabcdefgh]", "[REDACTED:", "[REDACTED:SECRET", "]", "["],
]
NEIGHBOURS = st.text(
    alphabet="abzAZ019_-.:/+=@%&#~ ,;\"'()[]{}<>\\|\n\t\u200b\u00adé漢ﬁ", max_size=6
)
WORDS = [
    "password=",
    "token: ",
    "://",
    "sk-",
    "eyJ",
    "ssn ",
    "call ",
    "version ",
    "xxxxxxxx",
    "%41",
]
SHORTEST_LEAK = 16
PERCENT = 2
LONG = 400
VALUES = list(SECRETS.values())
FORMATS = [
    text
    for example in examples().values()
    for template in example.seen
    if len(text := filled(template, example.rule)) < LONG
]
NAMES = [rule.keywords[0] for rule in secrets_detector().rules]
READ_WHOLE = ("secrets", "pii", "ner", "moderation")
ALONGSIDE = st.sampled_from([NAME, "bad ", ". ", "! So ", ".\n"])
secrets = st.sampled_from(VALUES)
others = st.one_of(
    st.sampled_from(ALONE),
    st.sampled_from(IN_CONTEXT),
    st.sampled_from(MARKERS),
    st.sampled_from(WORDS),
    st.sampled_from(FORMATS),
    st.sampled_from(FORMATS),
    st.sampled_from(NAMES),
    NEIGHBOURS,
)


@st.composite
def glued(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Draw a text of values without gaps, and the secrets in it."""
    pieces = draw(st.lists(st.one_of(secrets, others, others), min_size=1, max_size=7))
    return "".join(pieces), [piece for piece in pieces if piece in VALUES]


texts = glued()


def leaks(out: str, planted: list[str]) -> list[str]:
    """List the parts of planted secrets that can still be read."""
    return [
        part
        for secret in planted
        for at in range(len(secret) - SHORTEST_LEAK + 1)
        if (part := secret[at : at + SHORTEST_LEAK]) in out
    ]


def read_whole() -> Firewall:
    """Open a firewall that has names looked for, and every sentence judged."""
    moderation = ModerationDetector(SameModerator({"hate": 0.6}))
    ner = LocalScanner((NameDetector(),))
    return a_firewall(ner=ner).open(Errand(), [moderation])


def streamed(
    text: str, cuts: list[int], *, firewall: Firewall = FIREWALL, policy: Policy = FULL
) -> str:
    scanner = StreamScanner(firewall, policy)
    at, out = 0, ""
    for cut in [*sorted(cuts), len(text)]:
        out += scanner.feed(text[at : max(at, cut)])
        at = max(at, cut)
    return out + scanner.finish()


@settings(max_examples=300)
@given(texts)
def test_glued_secret_never_survives_and_twice_is_once(case: tuple[str, list[str]]) -> None:
    text, planted = case

    once = redacted(FIREWALL, text, FULL)

    assert not leaks(once, planted)
    assert redacted(FIREWALL, once, FULL) == once


@settings(max_examples=300)
@given(texts, st.lists(st.integers(0, 600), max_size=12))
def test_stream_of_glued_values_equals_the_whole_however_it_is_cut(
    case: tuple[str, list[str]], cuts: list[int]
) -> None:
    text, _ = case

    assert streamed(text, cuts) == redacted(FIREWALL, text, FULL)


@settings(max_examples=150)
@given(
    st.lists(st.one_of(texts.map(lambda case: case[0]), ALONGSIDE), min_size=1, max_size=5),
    st.lists(st.integers(0, 900), max_size=8),
    st.sampled_from([0.0, 0.95]),
)
def test_stream_whose_sentences_are_read_equals_the_whole_however_it_is_cut(
    pieces: list[str], cuts: list[int], threshold: float
) -> None:
    text = "".join(pieces)
    policy = replace(FULL, detectors=READ_WHOLE, thresholds={"PERSON": threshold})

    whole = redacted(read_whole(), text, policy)

    assert streamed(text, cuts, firewall=read_whole(), policy=policy) == whole


@settings(max_examples=60)
@given(texts)
def test_stream_of_glued_values_equals_the_whole_character_by_character(
    case: tuple[str, list[str]],
) -> None:
    text, _ = case

    assert streamed(text, list(range(len(text)))) == redacted(FIREWALL, text, FULL)


@settings(max_examples=150)
@given(st.lists(texts, min_size=1, max_size=3), st.booleans(), st.integers(1, 40))
def test_glued_secret_never_survives_in_arguments(
    cases: list[tuple[str, list[str]]],
    ascii_only: bool,  # noqa: FBT001
    width: int,
) -> None:
    planted = [secret for _, secrets_of in cases for secret in secrets_of]
    raw = json.dumps({"a": [text for text, _ in cases], cases[0][0]: 1}, ensure_ascii=ascii_only)
    scanner = ArgumentScanner(FIREWALL, FULL)

    whole, _ = ArgumentRedactor(FIREWALL, FULL).clean(raw)
    pieces = "".join(scanner.feed(raw[at : at + width]) for at in range(0, len(raw), width))

    assert pieces + scanner.finish() == whole
    assert not leaks(str(json.loads(whole)), planted)
    assert not leaks(whole, planted)


@settings(max_examples=150)
@given(texts, st.text(alphabet="abZ09 ./", max_size=5), st.integers(0, 2))
def test_encoded_secret_never_survives_and_a_stream_sees_it_too(
    case: tuple[str, list[str]], before: str, encoding: int
) -> None:
    data = case[0].encode()
    encoded = [
        base64.b64encode(data).decode(),
        data.hex(),
        "".join(f"%{byte:02X}" for byte in data),
    ][encoding]
    text = f"so {before}{encoded} it is"

    once = redacted(FIREWALL, text, FULL)

    assert not (case[1] and encoding < PERCENT and encoded in once)
    assert not leaks(unquote(once), case[1])
    assert redacted(FIREWALL, once, FULL) == once
    assert streamed(text, [len(text) // 3, len(text) // 2]) == once
