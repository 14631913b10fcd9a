"""Policies, and planted values that are drawn, never real: no scanner should stop a push on us."""

import base64
import hashlib
from collections.abc import Mapping
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

from ironcage.firewall import Action, Firewall, Origin, Policy, RedactionMode, Verdict, redact
from ironcage.firewall.detectors.tokens import bech32_digits, crc_bytes, crc_digits

ALNUM = ascii_letters + digits
UPPER = ascii_uppercase + digits
LOWER = ascii_lowercase + digits
HEX = "0123456789abcdef"
BASE64 = ALNUM + "+/"
URL_SAFE = ALNUM + "_-"


def drawn(alphabet: str, size: int, seed: str = "a") -> str:
    """Draw a value that looks random and is the same every time."""
    out: list[str] = []
    while len(out) < size:
        block = hashlib.sha256(f"{seed}{len(out)}{alphabet}".encode()).digest()
        out += [alphabet[byte % len(alphabet)] for byte in block]
    return "".join(out[:size])


def with_crc(prefix: str, seed: str = "a") -> str:
    """Build a token that ends in the checksum of its body, as GitHub and npm issue them."""
    body = drawn(ALNUM, 30, seed)
    return prefix + body + crc_digits(body)


def an_age_key() -> str:
    data = drawn("qpzry9x8gf2tvdw0s3jn54khce6mua7l", 52)
    return f"age-secret-key-1{data}{bech32_digits('age-secret-key-', data)}".upper()


def a_jwt() -> str:
    header = (
        base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT","kid":"k1"}').decode().rstrip("=")
    )
    claims = base64.urlsafe_b64encode(b'{"iss":"iron-control-panel","sub":"agent_0a1b"}').decode()
    return f"{header}.{claims.rstrip('=')}.{drawn(URL_SAFE, 43)}"


def a_key_block(label: str = "RSA PRIVATE KEY") -> str:
    lines = [drawn(BASE64, 64, f"line{n}") for n in range(12)]
    dashes = "-" * 5
    return "\n".join([f"{dashes}BEGIN {label}{dashes}", *lines, f"{dashes}END {label}{dashes}"])


# Rule id → one value in the vendor's format.
SECRETS: Mapping[str, str] = {
    "openai_key": "sk-" + drawn(ALNUM, 48),
    "openai_project_key": "sk-proj-" + drawn(URL_SAFE, 74) + "x9",
    "anthropic_key": "sk-ant-" + "api03-" + drawn(URL_SAFE, 93) + "AA",
    "openrouter_key": "sk-or-" + "v1-" + drawn(HEX, 64),
    "aws_access_key_id": "AKIA" + drawn(UPPER, 16),
    "github_token": with_crc("ghp_"),
    "github_server_token": with_crc("ghs_"),
    "github_fine_grained_token": "github_pat_" + drawn(ALNUM, 22) + "_" + drawn(ALNUM, 59, "b"),
    "gitlab_token": "glpat-" + drawn(ALNUM, 20),
    "slack_token": "xoxb-"
    + drawn(digits, 12)
    + "-"
    + drawn(digits, 13, "b")
    + "-"
    + drawn(ALNUM, 24),
    "slack_webhook": "hooks.slack"
    + ".com/services/T"
    + drawn(UPPER, 10)
    + "/B"
    + drawn(UPPER, 10, "b")
    + "/"
    + drawn(ALNUM, 24),
    "stripe_key": "sk_live_" + drawn(ALNUM, 24),
    "stripe_webhook": "whsec_" + drawn(ALNUM, 32),
    "google_api_key": "AIza" + drawn(URL_SAFE, 34) + "Q",
    "google_oauth": "GOCSPX-" + drawn(ALNUM, 28),
    "twilio_key": "SK" + drawn(HEX, 32),
    "sendgrid_key": "SG." + drawn(ALNUM, 22) + "." + drawn(ALNUM, 43, "b"),
    "mailgun_key": "key-" + drawn(HEX, 32),
    "npm_token": with_crc("npm_"),
    "pypi_token": "pypi-AgEIcHlwaS5vcmc" + drawn(URL_SAFE, 80),
    "digitalocean_token": "dop_v1_" + drawn(HEX, 64),
    "huggingface_token": "hf_" + drawn(ALNUM, 34),
    "groq_key": "gsk_" + drawn(ALNUM, 52),
    "replicate_key": "r8_" + drawn(ALNUM, 37),
    "perplexity_key": "pplx-" + drawn(ALNUM, 48),
    "telegram_token": drawn("123456789", 10) + ":AA" + drawn(ALNUM, 33),
    "shopify_token": "shpat_" + drawn(HEX, 32),
    "databricks_token": "dapi" + drawn(HEX, 32),
    "vault_token": "hvs." + drawn(ALNUM, 90),
    "grafana_token": "glsa_" + drawn(ALNUM, 32) + "_" + crc_bytes("glsa_" + drawn(ALNUM, 32)),
    "linear_token": "lin_api_" + drawn(ALNUM, 40),
    "notion_token": "ntn_" + drawn(ALNUM, 46),
    "age_key": an_age_key(),
    "jwt": a_jwt(),
    "private_key": a_key_block(),
    "private_key_pgp": a_key_block("PGP PRIVATE KEY BLOCK"),
}
# What gives it away → (text with the value, the value).
ASSIGNED: Mapping[str, tuple[str, str]] = {
    name: (before + value + after, value)
    for name, (before, value, after) in {
        "aws_secret": ('aws_secret_access_key = "', drawn(BASE64, 39) + "7", '"'),
        "aws_json": ('{"SecretAccessKey": "', drawn(BASE64, 39, "c") + "7", '"}'),
        "azure": ("AccountName=x;AccountKey=", drawn(BASE64, 86) + "==", ";EndpointSuffix=y"),
        "postgres_url": ("postgres://app:", "hunter2hunter", "@db.internal:5432/app"),
        "basic_auth_url": ("https://bob:", "Tr0ub4dor&3", "@intranet.corp/wiki"),
        "redis_url": ("redis://:", drawn(ALNUM, 20, "f"), "@cache:6379/0"),
        "connection_string": ("Server=db;Uid=sa;Pwd=", "s3cr3t!!x", ";Database=app"),
        "api_key": ("api_key: ", drawn(ALNUM, 32, "e"), ""),
        "token": ("export TOKEN='", drawn(ALNUM, 40, "d"), "'"),
        "mysql": ("mysql -h db -u root -p'", "hunter2!Ab", "' shop"),
        "url_user": ("git clone https://", drawn(ALNUM, 20, "g"), "@git.acme.org/app.git"),
        "oracle": ("jdbc:oracle:thin:scott/", "T1ger#99", "@db:1521:orcl"),
        "oracle_address": ("scott/", "T1ger#99", "@//db.internal:1521/orcl"),
        "go_mysql": ("app:", "hunter2/Ab", "@tcp(db.internal:3306)/shop"),
        "pgpass": ("db.internal:5432:shop:app:", "hunter2!Ab", ""),
        "libpq": ("host=db user=app password=", "hunter2x", " dbname=shop"),
        "password_field": ('<input type="password" value="', "hunter2!Ab", '">'),
        "stated": ("Your new password is: ", "Xy7!kd92Lm", "."),
    }.items()
}
PII: Mapping[str, tuple[str, str]] = {
    "email": ("EMAIL_ADDRESS", "bob.smith+x@mail.acme.co.uk"),
    "phone_uk": ("PHONE_NUMBER", "+44 20 7946 0958"),
    "phone_de": ("PHONE_NUMBER", "+49-30-901820"),
    "phone_us": ("PHONE_NUMBER", "(555) 234-5678"),
    "phone_us_dashes": ("PHONE_NUMBER", "555-234-5678"),
    "visa": ("CREDIT_CARD", "4111 1111 1111 1111"),
    "visa_solid": ("CREDIT_CARD", "4012888888881881"),
    "mastercard": ("CREDIT_CARD", "5555-5555-5555-4444"),
    "amex": ("CREDIT_CARD", "3782 822463 10005"),
    "iban_de": ("IBAN_CODE", "DE89 3704 0044 0532 0130 00"),
    "iban_be": ("IBAN_CODE", "BE68539007547034"),
    "ssn": ("US_SSN", "536-90-4399"),
    "ipv4": ("IP_ADDRESS", "203.0.113.77"),
    "ipv6": ("IP_ADDRESS", "2001:db8::ff00:42:8329"),
    "nie": ("ES_NIE", "X1234567L"),
    "nric": ("SG_NRIC_FIN", "S1234567D"),
    "hetu": ("FI_PERSONAL_IDENTITY_CODE", "131052-308T"),
    "fiscal_code": ("IT_FISCAL_CODE", "RSSMRA85T10A562S"),
}
PII_IN_CONTEXT: Mapping[str, tuple[str, str, str]] = {
    "phone": ("PHONE_NUMBER", "call me at ", "020 7946 0958"),
    "ssn": ("US_SSN", "SSN ", "536 90 4399"),
    "nhs": ("UK_NHS", "NHS number ", "943 476 5919"),
    "pesel": ("PL_PESEL", "PESEL ", "44051401359"),
    "nif": ("ES_NIF", "Mi DNI es ", "12345678Z"),
}


def a_policy(
    *detectors: str,
    otherwise: Action = Action.REDACT,
    actions: Mapping[str, Action] | None = None,
    modes: Mapping[str, RedactionMode] | None = None,
) -> Policy:
    return Policy(
        version="v1",
        detectors=detectors or ("secrets", "pii"),
        actions=actions or {},
        otherwise=otherwise,
        modes=modes or {},
        thresholds={"PROMPT_INJECTION": 0.5},
    )


def redacted(firewall: Firewall, text: str, policy: Policy, *, hash_key: bytes = b"") -> str:
    return redact(text, found(firewall, text, policy), policy, hash_key=hash_key)


def found(
    firewall: Firewall, text: str, policy: Policy, *, origin: Origin = Origin.MODEL
) -> Verdict:
    return firewall.inspect(text, origin, policy)
