"""Policies that we ship, as data: how strict a tenant wants to be, and what a law asks for.

A preset is where a document begins. A compliance preset is a floor: whatever else is written, the
types that it names are treated at least so, and the detectors that see them run.
"""

from collections.abc import Mapping

from ironcage.firewall.redaction import INJECTION, SECRET

DETECTORS = ("injection", "secrets", "pii", "ner", "moderation", "custom")
DEFAULT_PRESET = "moderate"
Sections = Mapping[str, Mapping[str, object]]

_INPUT_DETECTORS = ("injection", "secrets", "pii")
_OUTPUT_DETECTORS = ("secrets", "pii")
_THRESHOLDS = {INJECTION: 0.5}
PRESETS: Mapping[str, Sections] = {
    "strict": {
        "input": {
            "detectors": _INPUT_DETECTORS,
            "actions": {INJECTION: "block", SECRET: "redact"},
            "otherwise": "redact",
            "thresholds": {INJECTION: 0.3},
            "images": "block",
            "on_failure": "block",
        },
        "output": {
            "detectors": _OUTPUT_DETECTORS,
            "actions": {SECRET: "block"},
            "otherwise": "redact",
            "on_failure": "block",
        },
    },
    "moderate": {
        "input": {
            "detectors": _INPUT_DETECTORS,
            "actions": {
                INJECTION: "block",
                f"{INJECTION}:document": "redact",
                f"{INJECTION}:system": "allow",
            },
            "otherwise": "allow",
            "thresholds": _THRESHOLDS,
            "on_failure": "block",
        },
        "output": {
            "detectors": _OUTPUT_DETECTORS,
            "actions": {SECRET: "redact"},
            "otherwise": "redact",
            "on_failure": "block",
        },
    },
    "permissive": {
        "input": {
            "detectors": _INPUT_DETECTORS,
            "otherwise": "allow",
            "thresholds": _THRESHOLDS,
        },
        "output": {
            "detectors": _OUTPUT_DETECTORS,
            "actions": {SECRET: "redact"},
            "otherwise": "allow",
        },
    },
}

_CONTACTS = ("EMAIL_ADDRESS", "PHONE_NUMBER")
_NAMED = ("PERSON", "LOCATION", "ADDRESS")
_BORN = ("DATE_OF_BIRTH",)
_DEVICES = ("IP_ADDRESS", "MAC_ADDRESS")
_ACCOUNTS = ("IBAN_CODE", "CREDIT_CARD", "US_BANK_NUMBER", "CRYPTO")
_AMERICAN = (
    "US_SSN",
    "US_ITIN",
    "US_PASSPORT",
    "US_DRIVER_LICENSE",
    "US_MBI",
    "US_NPI",
    "MEDICAL_LICENSE",
)
_NATIONAL = (
    "PASSPORT",
    "DRIVER_LICENSE",
    "AU_MEDICARE",
    "AU_TFN",
    "BE_NATIONAL_NUMBER",
    "BR_CPF",
    "CA_SIN",
    "CH_AHV",
    "DE_TAX_ID",
    "DK_CPR",
    "ES_NIE",
    "ES_NIF",
    "FI_PERSONAL_IDENTITY_CODE",
    "FR_NIR",
    "IN_AADHAAR",
    "IN_PAN",
    "IT_FISCAL_CODE",
    "KR_RRN",
    "NL_BSN",
    "NO_FODSELSNUMMER",
    "PL_PESEL",
    "PT_NIF",
    "SE_PERSONNUMMER",
    "SG_NRIC_FIN",
    "TR_NATIONAL_ID",
    "UK_NHS",
    "UK_NINO",
    "ZA_ID",
)
_PERSONAL = (*_CONTACTS, *_NAMED, *_BORN, *_DEVICES, *_ACCOUNTS, *_AMERICAN, *_NATIONAL)
# Of the eighteen identifiers of the Safe Harbor method, those that a text can show.
_HEALTH = (*_CONTACTS, *_NAMED, *_BORN, *_DEVICES, *_ACCOUNTS, *_AMERICAN, "DATE_TIME", "URL")


def _redacted(types: tuple[str, ...], *detectors: str) -> Mapping[str, object]:
    return {"detectors": detectors, "actions": dict.fromkeys(types, "redact")}


COMPLIANCE: Mapping[str, Sections] = {
    # Whoever runs a model is a processor: it gets no personal data that the task can do without.
    "gdpr": {
        "input": _redacted(_PERSONAL, "pii", "ner"),
        "output": _redacted(_PERSONAL, "pii", "ner"),
    },
    # Without its identifiers a record is no longer protected; a face in a picture is one of them.
    "hipaa": {
        "input": {**_redacted(_HEALTH, "pii", "ner"), "images": "block"},
        "output": _redacted(_HEALTH, "pii", "ner"),
    },
    # A card number leaves for no model; one in an answer was kept somewhere, so nothing passes.
    "pci": {
        "input": _redacted(("CREDIT_CARD",), "pii"),
        "output": {"detectors": ("pii",), "actions": {"CREDIT_CARD": "block"}},
    },
}
