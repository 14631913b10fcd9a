"""No secret survives redaction, twice is once, and a stream cut anywhere comes out the same."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.firewall import ArgumentRedactor, RedactionMode, StreamScanner, standard_firewall
from support.builders_firewall import (
    ASSIGNED,
    PII,
    PII_IN_CONTEXT,
    SECRETS,
    a_policy,
    found,
    redacted,
)
from support.personal_data import PERSONAL, PERSONAL_IN_CONTEXT

FIREWALL = standard_firewall()
FULL = a_policy()
MODES = [
    FULL,
    a_policy(
        modes=dict.fromkeys(["EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE"], RedactionMode.HASH)
    ),
    a_policy(modes=dict.fromkeys([kind for kind, _ in PII.values()], RedactionMode.PARTIAL)),
]
KEY = b"k" * 32
PLANTED = [
    *SECRETS.values(),
    *(text for text, _ in ASSIGNED.values()),
    *(value for _, value in {**PII, **PERSONAL}.values()),
    *(before + value for _, before, value in PII_IN_CONTEXT.values()),
    *(before + value for _, before, value in PERSONAL_IN_CONTEXT.values()),
]
NEARLY = [value[: len(value) * 2 // 3] for value in SECRETS.values()]
GAPS = [" ", "\n", ". ", ", ", "; ", '" ', " \u200b", " é ", "漢 ", "… "]
JOINTS = [*GAPS, *["", ",", "-", ":", "=", '"', "]", "[", "@", "+", "\u200b", "é", "ж", "漢", "…"]]
WORDS = [
    *[
        "password = ",
        "token: ",
        "my phone is ",
        "version ",
        "in 2024 ",
        "sk-",
        "-----BEGIN ",
        "ssn ",
    ],
    *[
        "[REDACTED:SECRET]",
        "[REDACTED:EMAIL_ADDRESS:*com]",
        "eyJ",
        "://",
        "12:30:45",
        "1.2.3",
        "ghp",
    ],
    *[
        "nginx/",
        "foo==",
        "\n# ",
        "Mr Smith was born on ",
        "née le ",
        "nato a Roma il ",
        "привет",
        "mac address ",
        "de89 3704 ",
    ],
]
pieces = st.one_of(
    st.sampled_from(PLANTED), st.sampled_from(NEARLY), st.sampled_from(WORDS), st.text(max_size=12)
)


def joined(joints: list[str]) -> st.SearchStrategy[str]:
    parts = st.lists(st.tuples(pieces, st.sampled_from(joints)), max_size=8)
    return parts.map(lambda pairs: "".join(piece + joint for piece, joint in pairs))


texts = joined(JOINTS)
planted = st.sampled_from(PLANTED).map(lambda value: f'"{value}"\\\n')


def streamed(text: str, cuts: list[int], policy_at: int) -> str:
    scanner = StreamScanner(FIREWALL, MODES[policy_at], hash_key=KEY)
    at, out = 0, ""
    for cut in [*sorted(cuts), len(text)]:
        out += scanner.feed(text[at : max(at, cut)])
        at = max(at, cut)
    return out + scanner.finish()


@settings(max_examples=300)
@given(texts, st.lists(st.integers(0, 900), max_size=12), st.integers(0, len(MODES) - 1))
def test_stream_equals_redacting_the_whole_however_it_is_cut(
    text: str, cuts: list[int], policy_at: int
) -> None:
    whole = redacted(FIREWALL, text, MODES[policy_at], hash_key=KEY)

    assert streamed(text, cuts, policy_at) == whole


@settings(max_examples=300)
@given(joined(GAPS), st.integers(0, len(MODES) - 1))
def test_redacting_twice_equals_redacting_once(text: str, policy_at: int) -> None:
    once = redacted(FIREWALL, text, MODES[policy_at], hash_key=KEY)

    assert redacted(FIREWALL, once, MODES[policy_at], hash_key=KEY) == once


@settings(max_examples=150)
@given(
    st.tuples(st.text(max_size=40), st.text(max_size=40)),
    st.sampled_from(list(SECRETS.values())),
    st.integers(1, 30),
)
def test_planted_secret_never_leaves_a_stream(
    around: tuple[str, str], secret: str, width: int
) -> None:
    text = f"{around[0]} {secret} {around[1]}"
    scanner = StreamScanner(FIREWALL, FULL)

    out = "".join(scanner.feed(text[i : i + width]) for i in range(0, len(text), width))
    out += scanner.finish()

    assert secret not in out


@settings(max_examples=150)
@given(texts)
def test_findings_are_spans_of_the_text_and_hold_none_of_it(text: str) -> None:
    for finding in found(FIREWALL, text, a_policy("injection", "secrets", "pii")).findings:
        assert 0 <= finding.start < finding.end <= len(text)


@settings(max_examples=150)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=12), planted),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
        ),
        max_leaves=8,
    ),
    st.booleans(),
)
def test_redacted_arguments_still_parse(value: object, ascii_only: bool) -> None:  # noqa: FBT001
    raw = json.dumps(value, ensure_ascii=ascii_only)

    cleaned, _ = ArgumentRedactor(FIREWALL, FULL).clean(raw)

    json.loads(cleaned)
    assert not any(secret in str(json.loads(cleaned)) for secret in SECRETS.values())


@settings(max_examples=150)
@given(st.text(alphabet='"\\{}[]:,u0041eE+-.9 a', max_size=60))
def test_arguments_that_are_no_json_are_still_cleaned(raw: str) -> None:
    cleaned, verdict = ArgumentRedactor(FIREWALL, FULL).clean(raw)

    assert isinstance(cleaned, str)
    assert all(0 <= f.start < f.end for f in verdict.findings)
