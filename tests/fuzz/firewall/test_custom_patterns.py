"""A tenant's patterns: a stream equals the whole, twice is once, and no match leaves in parts."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.firewall import (
    CustomDetector,
    Firewall,
    Policy,
    RedactionMode,
    StreamScanner,
    compile_custom,
    pii_detector,
    secrets_detector,
    validate_patterns,
)
from support.builders_firewall import PII, PII_IN_CONTEXT, SECRETS, a_policy, found, redacted

World = tuple[Firewall, Policy]
KEY = b"k" * 32
SOURCES = [
    r"\bEMP-[0-9]{4,6}\b",
    "(?i)project (?:atlas|orion)",
    "[0-9]{6}",
    "[A-Z]{2,4}[0-9]{2}x",
    r"ab{1,3}\B|c\b",
    "[^a-z]{3,5}",
    "é[a-zé]{0,9}!",
]
ROWS = [
    {"id": f"p{at}", "type": f"CUSTOM_{at}", "pattern": source} for at, source in enumerate(SOURCES)
]
rows = st.lists(st.sampled_from(ROWS), unique_by=lambda row: row["id"], max_size=4)
MODES: list[Mapping[str, RedactionMode]] = [
    {},
    {f"CUSTOM_{at}": RedactionMode.HASH for at in range(len(ROWS))},
    {f"CUSTOM_{at}": RedactionMode.PARTIAL for at in range(len(ROWS))},
]
PIECES = [
    *["EMP-1234", "EMP-123456", "Project Atlas", "123456", "ABC12x", "abb", "c", "étéé!", "-", " "],
    *["[REDACTED:SECRET]", "[REDACTED:CUSTOM_2:1234]", "[REDACTED:", "[REMOVED:PROMPT_INJECTION]"],
    *["\u200b", "\ud800", "漢", "ﬁ", "\0", "[", "]", "=", "@"],
    *[value for _, value in PII.values()],
    *[before + value for _, before, value in PII_IN_CONTEXT.values()],
    SECRETS["github_token"],
    SECRETS["npm_token"],
]
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=9).map("".join)


def a_world(custom: list[dict[str, str]], modes: Mapping[str, RedactionMode]) -> World:
    detectors = (secrets_detector(), pii_detector(), compile_custom(custom))
    firewall = Firewall({detector.name: detector for detector in detectors})
    return firewall, a_policy("secrets", "pii", "custom", modes=modes)


worlds = st.builds(a_world, rows, st.sampled_from(MODES))


def streamed(firewall: Firewall, policy: Policy, pieces: Iterable[str]) -> str:
    scanner = StreamScanner(firewall, policy, hash_key=KEY)
    return "".join(map(scanner.feed, pieces)) + scanner.finish()


@settings(max_examples=250)
@given(worlds, texts, st.lists(st.integers(0, 200), max_size=12))
def test_stream_equals_redacting_the_whole_however_it_is_cut(
    world: World, text: str, cuts: list[int]
) -> None:
    whole = redacted(world[0], text, world[1], hash_key=KEY)
    places = [0, *(min(cut, len(text)) for cut in sorted(cuts)), len(text)]

    assert streamed(*world, [text[a:b] for a, b in pairwise(places)]) == whole
    assert streamed(*world, text) == whole


@settings(max_examples=250)
@given(worlds, texts)
def test_redacting_twice_equals_redacting_once(world: World, text: str) -> None:
    firewall, policy = world

    once = redacted(firewall, text, policy, hash_key=KEY)

    assert redacted(firewall, once, policy, hash_key=KEY) == once


@settings(max_examples=200)
@given(worlds, texts)
def test_findings_are_spans_of_the_text(world: World, text: str) -> None:
    for finding in found(world[0], text, a_policy("custom")).findings:
        assert 0 <= finding.start < finding.end <= len(text)


@settings(max_examples=400)
@given(st.text(alphabet="ab01(){}[]|?*+^$\\.,-:<>=!PiswdbBAz&~ \n", max_size=24))
def test_pattern_is_refused_or_never_wider_than_measured(source: str) -> None:
    row = {"id": "a", "type": "ANY", "pattern": source}

    problems = validate_patterns([row])

    if not problems:
        detector = CustomDetector([row])
        (pattern,) = detector.patterns.values()
        text = b"ab01 ab01,aaaa bbbb-:1" * 8 + re.sub(r"\W", "", source).encode()
        hit = pattern.compiled.search(text, 0, len(text))
        assert hit is None or 1 <= hit.span()[1] - hit.span()[0] <= detector.width
