"""A stream comes out as redacting the whole would, as early as it safely can."""

from collections.abc import Sequence

import pytest

from ironcage.core.errors import FirewallUnavailable, OutputBlocked
from ironcage.firewall import (
    Action,
    Firewall,
    Policy,
    StreamDetector,
    StreamScanner,
    secrets_detector,
    standard_firewall,
)
from ironcage.firewall.detectors.rules import MAX_VALUE
from support.builders_firewall import (
    ALNUM,
    ASSIGNED,
    BASE64,
    PII,
    PII_IN_CONTEXT,
    SECRETS,
    URL_SAFE,
    a_policy,
    drawn,
    found,
    redacted,
)
from support.fakes_firewall import BrokenDetector, CountingDetector, WholeTextDetector

FIREWALL = standard_firewall()
POLICY = a_policy()
PROSE = "The quick brown fox jumps over the lazy dog. "
PLANTED = {
    **{f"secret-{name}": value for name, value in SECRETS.items()},
    **{f"assigned-{name}": text for name, (text, _) in ASSIGNED.items()},
    **{f"pii-{name}": value for name, (_, value) in PII.items()},
    **{f"context-{name}": before + value for name, (_, before, value) in PII_IN_CONTEXT.items()},
    "aws_pair": f"{SECRETS['aws_access_key_id']}, {drawn(BASE64, 39, 'c')}7",
    "invisible": "é " + "\u200b".join(SECRETS["github_token"]),
    "ligature": "ﬁ bob@ofﬁce.com ﬁ",
    "touching": "bob@mail.com,4111111111111111;+44 20 7946 0958",
    "overlapping": "postgres://app:sk-" + drawn(ALNUM, 48) + "@mail.com",
    "open_ends": "-----BEGIN, sk-, token: , +4, 4111 1111 1111, DE89 3704",
    "cjk": "漢字漢字 bob@mail.com 漢字",
    "cjk_glued": "発給bob@例子.公司吧漢字,bob@mail.com漢字",
    "cyrillic": "привет, пример@почта.рф;имя@почта.рфы имя@mail.ru.Привет",
    "accents": "naïve@mail.com ou né le 1er août 1985, née",
    "half_a_fraction": SECRETS["stripe_key"] + "½X1234567L",
}


def streamed(pieces: Sequence[str], policy: Policy = POLICY, firewall: Firewall = FIREWALL) -> str:
    scanner = StreamScanner(firewall, policy)
    return "".join(map(scanner.feed, pieces)) + scanner.finish()


@pytest.mark.parametrize("value", PLANTED.values(), ids=PLANTED.keys())
def test_stream_equals_the_whole_at_every_split_point(value: str) -> None:
    text = f"Here: {value}. Done"
    whole = redacted(FIREWALL, text, POLICY)
    cuts = range(1, len(text)) if len(text) < 200 else range(1, len(text), 37)

    assert all(streamed([text[:cut], text[cut:]]) == whole for cut in cuts)


@pytest.mark.parametrize("value", PLANTED.values(), ids=PLANTED.keys())
def test_stream_equals_the_whole_character_by_character(value: str) -> None:
    for text in (value, f"x {value} y"):
        assert streamed(text) == redacted(FIREWALL, text, POLICY)


def test_prose_is_released_word_by_word() -> None:
    scanner = StreamScanner(FIREWALL, POLICY)

    released = [scanner.feed(piece) for piece in ["The qu", "ick brown", " fox", "."]]

    assert released == ["The ", "quick ", "brown ", ""]
    assert scanner.finish() == "fox."


def test_text_without_spaces_is_held_no_longer_than_a_trigger() -> None:
    scanner = StreamScanner(FIREWALL, POLICY)

    released = scanner.feed("a." * 500)

    assert len(released) == 1000 - 127


def test_word_that_could_be_encoded_is_held_until_it_ends() -> None:
    scanner = StreamScanner(FIREWALL, POLICY)

    assert scanner.feed("so " + "a" * 1000) == "so "
    assert scanner.feed("a ") == "a" * 1001 + " "


def test_russian_prose_is_released_word_by_word() -> None:
    scanner = StreamScanner(FIREWALL, POLICY)

    assert [scanner.feed(piece) for piece in ["при", "вет мир", "."]] == ["", "привет ", ""]
    assert scanner.finish() == "мир."


def test_asian_text_is_released_at_once() -> None:
    assert StreamScanner(FIREWALL, POLICY).feed("漢字漢字") == "漢字漢字"


def test_nothing_is_withheld_without_detectors() -> None:
    scanner = StreamScanner(FIREWALL, Policy(version="v", detectors=()))

    assert scanner.feed("ghp_") == "ghp_"
    assert scanner.feed("") == ""
    assert scanner.finish() == ""


def test_secret_is_withheld_from_its_trigger_on() -> None:
    scanner = StreamScanner(FIREWALL, POLICY)
    value = SECRETS["private_key"]

    released = "".join(scanner.feed(piece) for piece in ["key ", *value[:-1]])

    assert released == "key "
    assert scanner.feed(value[-1] + "\nend ") == "[REDACTED:SECRET]\nend "


def test_value_inside_an_unfinished_one_waits_for_it() -> None:
    scanner = StreamScanner(FIREWALL, POLICY)
    block = SECRETS["private_key"].replace("\n", "\nbob@mail.com \n", 1)

    released = scanner.feed("key " + block[:200])

    assert released == "key "
    assert scanner.findings == []
    assert scanner.feed(block[200:] + "\n.") + scanner.finish() == "[REDACTED:SECRET]\n."


def test_findings_have_the_offsets_of_the_whole_text() -> None:
    text = f"{PROSE}{SECRETS['npm_token']} é\u200b bob@mail.com {PROSE}"
    scanner = StreamScanner(FIREWALL, POLICY)

    for at in range(0, len(text), 5):
        scanner.feed(text[at : at + 5])
    scanner.finish()

    assert scanner.verdict == found(FIREWALL, text, POLICY)


def test_allowed_finding_is_recorded_once_and_released() -> None:
    policy = a_policy("pii", otherwise=Action.ALLOW)
    scanner = StreamScanner(FIREWALL, policy)

    out = (
        "".join(map(scanner.feed, "to bob@mail.com, or call +44 20 7946 0958 ")) + scanner.finish()
    )

    assert out == "to bob@mail.com, or call +44 20 7946 0958 "
    assert [f.type for f in scanner.findings] == ["EMAIL_ADDRESS", "PHONE_NUMBER"]
    assert scanner.verdict.action is Action.ALLOW


@pytest.mark.parametrize("action", [Action.BLOCK, Action.ESCALATE])
def test_stream_stops_before_what_the_policy_blocks(action: Action) -> None:
    scanner = StreamScanner(FIREWALL, a_policy(actions={"SECRET": action}))
    value = SECRETS["github_token"]

    released = "".join(map(scanner.feed, "so " + value))

    assert released == "so "
    with pytest.raises(OutputBlocked):
        scanner.feed(" end")


@pytest.mark.parametrize("step", [1, 16, 50_000])
def test_value_beyond_the_bound_is_removed_up_to_the_next_space(step: int) -> None:
    text = "key " + "eyJ" + drawn(URL_SAFE, 30) + "." + drawn(URL_SAFE, 3 * MAX_VALUE) + " end"
    jwt = text[:60] + "." + text[61:] if step == 1 else text[:50] + "." + text[51:]

    out = streamed([jwt[at : at + step] for at in range(0, len(jwt), step)])

    assert out == redacted(FIREWALL, jwt, POLICY) == "key [REDACTED:SECRET] end"


@pytest.mark.parametrize("step", [7, 4_096])
def test_key_block_beyond_the_bound_is_removed_up_to_the_next_space(step: int) -> None:
    lines = "\n".join(drawn(BASE64, 64, str(n)) for n in range(700))
    text = f"key -----BEGIN PRIVATE KEY-----\n{lines}\n and so on"

    out = streamed([text[at : at + step] for at in range(0, len(text), step)])

    assert out == redacted(FIREWALL, text, POLICY) == "key [REDACTED:SECRET] and so on"


def test_stream_withholds_a_bounded_part_of_digits_that_never_end() -> None:
    scanner = StreamScanner(FIREWALL, a_policy("pii"))
    given = "4111" * (MAX_VALUE // 8)

    released = "".join(scanner.feed(given) for _ in range(5))

    assert len(given) * 5 - len(released) <= 2 * MAX_VALUE
    assert released + scanner.finish() == given * 5


def test_long_value_is_not_looked_at_again_with_every_piece() -> None:
    counted = CountingDetector()
    text = "-----BEGIN PRIVATE KEY-----\n" + drawn(BASE64, 16_000)

    streamed(text, a_policy("secrets"), Firewall({"secrets": counted}))

    assert counted.characters < 20 * len(text) + 1_200 * 1_200


def test_detector_that_needs_whole_texts_withholds_them() -> None:
    firewall = Firewall({"whole": WholeTextDetector(), "secrets": secrets_detector()})
    policy = a_policy("whole", "secrets")
    scanner = StreamScanner(firewall, policy)

    assert scanner.feed("this is b") == ""
    assert scanner.feed("ad") == ""
    assert scanner.finish() == "this is [REDACTED:BAD]"
    assert scanner.verdict.findings[0].start == 8


def test_whole_text_that_the_policy_blocks_is_never_released() -> None:
    policy = a_policy("whole", actions={"BAD": Action.BLOCK})
    scanner = StreamScanner(Firewall({"whole": WholeTextDetector()}), policy)

    scanner.feed("bad")

    with pytest.raises(OutputBlocked):
        scanner.finish()


def test_detector_that_breaks_stops_the_stream() -> None:
    scanner = StreamScanner(Firewall({"broken": BrokenDetector()}), a_policy("broken"))

    with pytest.raises(FirewallUnavailable):
        scanner.feed("text")


def test_detector_that_is_not_there_stops_the_stream_before_it_starts() -> None:
    with pytest.raises(FirewallUnavailable):
        StreamScanner(FIREWALL, a_policy("moderation"))


def test_detectors_that_read_pieces_are_told_from_those_that_do_not() -> None:
    assert isinstance(secrets_detector(), StreamDetector)
    assert not isinstance(WholeTextDetector(), StreamDetector)
