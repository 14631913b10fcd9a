"""Values in base64, hexadecimal and percent-encoding are removed where their encoding stands."""

import base64
from urllib.parse import quote

import pytest

from ironcage.firewall import StreamScanner, standard_firewall
from ironcage.firewall.detectors.encoded import encoded_rules
from ironcage.firewall.detectors.rules import MAX_VALUE, Value
from support.builders_firewall import ALNUM, HEX, SECRETS, a_policy, drawn, found, redacted

FIREWALL = standard_firewall()
POLICY = a_policy()
TOKEN = SECRETS["github_token"]
MAIL = "bob.smith@mail.acme.com"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


ENCODED = {
    "base64": (b64(f"key {TOKEN}"), "SECRET"),
    "base64_padded": (b64(f"a {TOKEN}").rstrip("=") + "==", "SECRET"),
    "base64_url": (base64.urlsafe_b64encode(b"??>>" + TOKEN.encode()).decode(), "SECRET"),
    "base64_mail": (b64(MAIL), "EMAIL_ADDRESS"),
    "base64_short_mail": (b64("bob@mail.com"), "EMAIL_ADDRESS"),
    "base64_in_binary": (
        base64.b64encode(b"\x00\xff\xfe" + TOKEN.encode() + b"\x80\x81").decode(),
        "SECRET",
    ),
    "base64_twice": (b64(b64(TOKEN)), "SECRET"),
    "hex": (TOKEN.encode().hex(), "SECRET"),
    "hex_upper": (MAIL.encode().hex().upper(), "EMAIL_ADDRESS"),
    "hex_colons": (TOKEN.encode().hex(":"), "SECRET"),
    "hex_prefixed": ("0x" + TOKEN.encode().hex(), "SECRET"),
    "hex_escapes": ("".join(f"\\x{byte:02x}" for byte in TOKEN.encode()), "SECRET"),
    "hex_in_base64": (b64(TOKEN.encode().hex()), "SECRET"),
    "percent": (percent(TOKEN), "SECRET"),
    "percent_some": (TOKEN.replace("_", "%5F"), "SECRET"),
    "percent_mail": (MAIL.replace("@", "%40"), "EMAIL_ADDRESS"),
    "percent_phone": ("%2B442079460958", "PHONE_NUMBER"),
}
HARMLESS = {
    "digest": drawn(HEX, 64),
    "base64_words": b64("nothing to see here, please move on"),
    "long_word": "internationalizationofeverything",
    "path": "/usr/local/share/some/long/path/of/words",
    "rule": "=" * 80,
    "image": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
    "placeholder": b64("sk-" + "x" * 48),
    "query": "https://example.org/find?q=100%25%20of%20all&lang=en",
    "percent_sign": "100% sure, %zz and 5%",
}


@pytest.mark.parametrize(("encoded", "kind"), ENCODED.values(), ids=ENCODED.keys())
def test_encoded_value_is_found_where_its_encoding_stands(encoded: str, kind: str) -> None:
    text = f"é see {encoded} there"

    spans = [(f.type, text[f.start : f.end]) for f in found(FIREWALL, text, POLICY).findings]

    assert spans == [(kind, encoded)]


@pytest.mark.parametrize(("encoded", "kind"), ENCODED.values(), ids=ENCODED.keys())
@pytest.mark.parametrize("width", [1, 7, 40])
def test_stream_sees_an_encoded_value_too(encoded: str, kind: str, width: int) -> None:
    text = f"see {encoded} there"
    scanner = StreamScanner(FIREWALL, POLICY)

    out = "".join(scanner.feed(text[at : at + width]) for at in range(0, len(text), width))

    assert out + scanner.finish() == f"see [REDACTED:{kind}] there"


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS.keys())
def test_word_that_hides_nothing_is_left_alone(text: str) -> None:
    assert found(FIREWALL, f"so {text} it is", POLICY).findings == ()


def test_value_of_a_query_is_removed_alone() -> None:
    url = f"https://acme.com/s?mail={quote(MAIL, safe='')}&lang=en"

    assert redacted(FIREWALL, url, POLICY) == (
        "https://acme.com/s?mail=[REDACTED:EMAIL_ADDRESS]&lang=en"
    )


@pytest.mark.parametrize("before", ["a", "ab", "abc", "x=", "/"])
def test_encoded_value_that_is_glued_to_letters_is_removed(before: str) -> None:
    encoded = b64(TOKEN)

    assert encoded[8:] not in redacted(FIREWALL, f"so {before}{encoded}", POLICY)


def test_encoded_word_holds_every_type_that_is_in_it() -> None:
    findings = found(FIREWALL, b64(f"{MAIL} {TOKEN}"), POLICY).findings

    assert {f.type for f in findings} == {"EMAIL_ADDRESS", "SECRET"}


def test_encoded_word_tells_each_type_once_by_the_rule_that_came_first() -> None:
    word = b64("what two rules see")
    inside = [
        Value("SECRET", "one", 0, 4),
        Value("SECRET", "two", 5, 8),
        Value("DATE", "day", 0, 4),
    ]
    base64_words, *_ = encoded_rules(lambda text: inside if text == "what two rules see" else ())

    values = list(base64_words.values_at(word, 0, len(word)))

    assert [(v.type, v.rule) for v in values] == [("SECRET", "one/base64"), ("DATE", "day/base64")]


def test_three_layers_are_one_too_many() -> None:
    assert found(FIREWALL, b64(b64(b64(TOKEN))), POLICY).findings == ()


@pytest.mark.parametrize("at", [0, MAX_VALUE // 2])
def test_stream_sees_a_value_within_the_first_part_of_a_long_word(at: int) -> None:
    text = b64(drawn(ALNUM + " ", at) + f" {TOKEN} " + drawn(ALNUM + " ", 3 * MAX_VALUE))
    scanner = StreamScanner(FIREWALL, POLICY)

    out = "".join(scanner.feed(text[i : i + 997]) for i in range(0, len(text), 997))

    assert out + scanner.feed(" end") + scanner.finish() == "[REDACTED:SECRET] end"
