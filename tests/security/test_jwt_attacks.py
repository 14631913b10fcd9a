"""The attacks on JWTs that we know of; each is refused with the one error and the one text.

Every forged token is signed with our own key where that is possible, and its hash is on record,
so that only the rule under test can refuse it.
"""

import hmac
import json
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.core import TenantId
from ironcage.core.errors import TokenInvalid
from ironcage.tokens import SigningKeys
from support.builders_identity import (
    AGENT,
    KEYS,
    NOW_S,
    TENANT,
    a_grant,
    a_header,
    a_token_world,
    encoded,
    forged,
    some_claims,
)

ONE_TEXT = "The token is not valid."
SIGNATURE = encoded(hmac.digest(b"1" * 32, b"x", sha256))
PEM = b"-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEF\n-----END PUBLIC KEY-----"


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in some_claims().items() if key != name}


def refused(token: str) -> bool:
    world = a_token_world()
    world.trust(token)
    try:
        world.verify(token)
    except TokenInvalid as error:
        return error.text == ONE_TEXT and not error.details
    return False


def test_forgery_kit_makes_a_token_that_is_accepted_when_nothing_is_wrong() -> None:
    world = a_token_world()

    assert world.verify(world.trust(forged())).agent_id == AGENT


HEADERS: dict[str, dict[str, object] | bytes] = {
    "alg none": a_header(alg="none"),
    "alg None": a_header(alg="None"),
    "alg empty": a_header(alg=""),
    "alg null": a_header(alg=None),
    "alg lower case": a_header(alg="hs256"),
    "alg HS384": a_header(alg="HS384"),
    "alg HS512": a_header(alg="HS512"),
    "alg RS256": a_header(alg="RS256"),
    "alg ES256": a_header(alg="ES256"),
    "alg list": a_header(alg=["HS256"]),
    "alg twice": b'{"alg":"none","alg":"HS256","kid":"k1","typ":"ic+jwt"}',
    "kid unknown": a_header(kid="k9"),
    "kid missing": {"alg": "HS256", "typ": "ic+jwt"},
    "kid null": a_header(kid=None),
    "kid number": a_header(kid=1),
    "kid list": a_header(kid=["k1"]),
    "kid path": a_header(kid="../../../../dev/null"),
    "kid sql": a_header(kid="k1' UNION SELECT 'key"),
    "kid command": a_header(kid="k1|whoami"),
    "kid url": a_header(kid="https://evil.example/key"),
    "kid nul": a_header(kid="k1\x00"),
    "kid long": a_header(kid="k" * 65),
    "kid unicode": a_header(kid="k\uff11"),
    "jku": a_header(jku="https://evil.example/jwks.json"),
    "jwk": a_header(jwk={"kty": "oct", "k": "MTEx"}),
    "x5u": a_header(x5u="https://evil.example/cert.pem"),
    "x5c": a_header(x5c=["MIIB"]),
    "crit": a_header(crit=["exp"]),
    "crit b64": a_header(b64=False, crit=["b64"]),
    "b64 false": a_header(b64=False),
    "b64 true": a_header(b64=True),
    "zip": a_header(zip="DEF"),
    "cty nested": a_header(cty="JWT"),
    "typ of a session": a_header(typ="JWT"),
    "typ of an access token": a_header(typ="at+jwt"),
    "typ missing": {"alg": "HS256", "kid": "k1"},
    "no object": b'["HS256"]',
    "empty": b"",
    "no json": b"{alg:HS256}",
    "not utf-8": b'{"alg":"HS256","kid":"k1","typ":"\xff"}',
    "nested deeply": b"[" * 300,
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_token_is_refused_when_its_header_is_not_ours(header: dict[str, object] | bytes) -> None:
    assert refused(forged(header=header))


CLAIMS: dict[str, dict[str, object] | bytes] = {
    "no issuer": without("iss"),
    "other issuer": some_claims(iss="https://evil.example"),
    "issuer list": some_claims(iss=["iron-control-panel"]),
    "issuer with a slash": some_claims(iss="iron-control-panel/"),
    "no tenant": without("tenant_id"),
    "tenant null": some_claims(tenant_id=None),
    "tenant of another shape": some_claims(tenant_id="acme"),
    "tenant list": some_claims(tenant_id=["tenant_acme"]),
    "tenant with a hash": some_claims(tenant_id="tenant_acme#x"),
    "tenant in capitals": some_claims(tenant_id="tenant_ACME"),
    "tenant in full width": some_claims(tenant_id="tenant_\uff41cme"),
    "tenant in Cyrillic": some_claims(tenant_id="tenant_\u0430cme"),
    "tenant with zero width": some_claims(tenant_id="tenant_ac\u200bme"),
    "tenant with a line end": some_claims(tenant_id="tenant_acme\n"),
    "no agent": without("agent_id"),
    "agent number": some_claims(agent_id=7),
    "agent is a user": some_claims(agent_id="user_writer"),
    "no budget": without("budget_id"),
    "budget of another shape": some_claims(budget_id="agent_writer"),
    "no jti": without("jti"),
    "jti of another shape": some_claims(jti="1"),
    "no permissions": without("permissions"),
    "permissions text": some_claims(permissions="llm:call"),
    "permissions numbers": some_claims(permissions=[1]),
    "permissions wild": some_claims(permissions=["*"]),
    "permissions many": some_claims(permissions=["a:b"] * 33),
    "no iat": without("iat"),
    "iat text": some_claims(iat=str(NOW_S)),
    "iat float": some_claims(iat=NOW_S + 0.5),
    "iat true": some_claims(iat=True),
    "iat zero": some_claims(iat=0),
    "iat in the future": some_claims(iat=NOW_S + 61),
    "nbf in the future": some_claims(nbf=NOW_S + 61),
    "nbf text": some_claims(nbf="0"),
    "exp now": some_claims(exp=NOW_S),
    "exp in the past": some_claims(exp=NOW_S - 1),
    "exp text": some_claims(exp="9999999999"),
    "exp float": some_claims(exp=9_999_999_999.0),
    "exp true": some_claims(exp=True),
    "exp negative": some_claims(exp=-1),
    "exp infinite": json.dumps(some_claims(exp=float("inf"))).encode(),
    "a session": {"sub": "user_writer", "email": "a@b.example", "role": "admin", "iat": NOW_S},
    "tenant twice": b'{"tenant_id":"tenant_evil",' + json.dumps(some_claims()).encode()[1:],
    "claim of an inner object twice": json.dumps(some_claims()).encode()[:-1]
    + b',"x":{"a":1,"a":2}}',
    "no object": b"[]",
    "no json": b"tenant_id=tenant_acme",
    "empty": b"",
    "two documents": json.dumps(some_claims()).encode() * 2,
    "byte order mark": b"\xef\xbb\xbf" + json.dumps(some_claims()).encode(),
    "utf-16": json.dumps(some_claims()).encode("utf-16"),
    "nested deeply": b"[" * 2_500,
    "nested deeply inside": json.dumps(some_claims()).encode()[:-1] + b',"x":' + b"[" * 2_000,
}


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS.keys())
def test_token_is_refused_when_its_claims_are_not_ours(claims: dict[str, object] | bytes) -> None:
    assert refused(forged(claims=claims))


GOOD = forged()
HEAD, BODY, SIGN = GOOD.split(".")
FORMS = {
    "empty": "",
    "one part": HEAD,
    "two parts": f"{HEAD}.{BODY}",
    "four parts": f"{GOOD}.{SIGN}",
    "five parts, as encrypted": f"{GOOD}.x.y",
    "no signature": f"{HEAD}.{BODY}.",
    "signature of something else": f"{HEAD}.{BODY}.{SIGNATURE}",
    "signature cut": f"{HEAD}.{BODY}.{SIGN[:-2]}",
    "signature with a wrong last bit": f"{HEAD}.{BODY}.{SIGN[:-1]}{chr(ord(SIGN[-1]) ^ 1)}",
    "signature in hex": f"{HEAD}.{BODY}.{'ab' * 32}",
    "no claims": f"{HEAD}..{SIGN}",
    "no header": f".{BODY}.{SIGN}",
    "header of one letter": f"e.{BODY}.{SIGN}",
    "header of five letters": f"eyJhb.{BODY}.{SIGN}",
    "leading space": f" {GOOD}",
    "trailing line end": f"{GOOD}\n",
    "letters beyond ASCII": f"{HEAD}.{BODY}é.{SIGN}",
    "a lone surrogate": f"{HEAD}.{BODY}\ud800.{SIGN}",
    "standard base64": f"{HEAD}.{BODY}.{SIGN}".replace("-", "+").replace("_", "/") + "=",
    "alg none without a signature": f"{encoded(b'{"alg":"none","typ":"JWT"}')}.{BODY}.",
    "huge": f"{HEAD}.{'a' * 5_000}.{SIGN}",
    "huge header": forged(header=a_header(kid="k" * 600)),
}


@pytest.mark.parametrize("token", FORMS.values(), ids=FORMS.keys())
def test_token_is_refused_when_its_form_is_broken(token: str) -> None:
    assert refused(token)


def test_token_is_refused_when_signed_with_another_key() -> None:
    assert refused(forged(key=b"2" * 32))


def test_token_is_refused_when_signed_with_the_id_of_the_key() -> None:
    assert refused(forged(key=b"k1"))


def test_public_key_is_no_secret_for_hmac() -> None:
    world = a_token_world()
    world.keyring.keys = SigningKeys("k1", {"k1": PEM})
    token = world.trust(forged(key=PEM))

    with pytest.raises(TokenInvalid):
        world.verify(token)


def test_stolen_signing_key_forges_nothing() -> None:
    world = a_token_world()
    world.issue()

    with pytest.raises(TokenInvalid):
        world.verify(forged())


def test_stolen_signing_key_forges_nothing_for_an_agent_without_a_token() -> None:
    world = a_token_world()

    with pytest.raises(TokenInvalid):
        world.verify(forged())


def test_rotated_token_is_refused_although_its_signature_is_good() -> None:
    world = a_token_world()
    older = world.issue()
    world.issue()

    with pytest.raises(TokenInvalid):
        world.verify(older)


def test_token_does_not_reach_across_tenants() -> None:
    world = a_token_world()
    world.issue()
    world.issue(a_grant(tenant_id=TenantId("tenant_other")))
    mixed = forged(claims=some_claims(tenant_id="tenant_other"))

    with pytest.raises(TokenInvalid):
        world.verify(mixed)


def test_agent_of_the_same_name_in_another_tenant_is_somebody_else() -> None:
    world = a_token_world()
    ours = world.issue()
    theirs = world.issue(a_grant(tenant_id=TenantId("tenant_other")))

    assert world.verify(ours).tenant_id == TENANT
    assert world.verify(theirs).tenant_id == "tenant_other"


@settings(max_examples=200)
@given(position=st.integers(0, len(GOOD) - 1), letter=st.characters(codec="ascii"))
def test_token_is_refused_when_any_letter_changes(position: int, letter: str) -> None:
    world = a_token_world()
    token = world.issue()
    place = position % len(token)
    changed = token[:place] + letter + token[place + 1 :]

    if changed != token:
        with pytest.raises(TokenInvalid):
            world.verify(changed)


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_any_text_is_refused_and_breaks_nothing(text: str) -> None:
    world = a_token_world()

    with pytest.raises(TokenInvalid):
        world.verify(text)


@settings(max_examples=100)
@given(st.binary(max_size=100), st.binary(max_size=200))
def test_any_signed_bytes_are_refused_and_break_nothing(header: bytes, claims: bytes) -> None:
    world = a_token_world()
    token = world.trust(forged(claims=claims))

    with pytest.raises(TokenInvalid):
        world.verify(token)
    with pytest.raises(TokenInvalid):
        world.verify(forged(header=header))


def test_key_ring_of_the_tests_is_long_enough() -> None:
    assert all(len(key) >= 32 for key in KEYS.keys.values())
