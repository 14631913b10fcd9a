"""Compliance presets, as data: floors that no document goes below.

Whatever else is written, the types that one names are treated at least so, and the detectors that
see them run.
"""

from collections.abc import Mapping

from ironcage.firewall.presets import Sections

_CONTACTS = ("EMAIL_ADDRESS", "PHONE_NUMBER")
_NAMED = ("PERSON", "LOCATION", "ADDRESS", "STREET_ADDRESS", "CA_POSTAL_CODE", "UK_POSTCODE")
_BORN = ("DATE_OF_BIRTH",)
_DEVICES = ("IP_ADDRESS", "MAC_ADDRESS", "IMEI", "VIN")
_ACCOUNTS = (
    "ABA_ROUTING_NUMBER",
    "CREDIT_CARD",
    "CRYPTO",
    "IBAN_CODE",
    "SWIFT_CODE",
    "US_BANK_NUMBER",
)
_AMERICAN = (
    "MEDICAL_LICENSE",
    "US_DRIVER_LICENSE",
    "US_ITIN",
    "US_MBI",
    "US_NPI",
    "US_PASSPORT",
    "US_SSN",
)
_PAPERS = ("DRIVER_LICENSE", "PASSPORT")
# The groups of people that somebody belongs to: nationality, religion, politics.
_GROUPS = ("NRP",)
# Numbers of sole traders are personal data too, so those of businesses stand here as well.
_NATIONAL = (
    "AR_CUIT",
    "AT_SVNR",
    "AU_ABN",
    "AU_ACN",
    "AU_MEDICARE",
    "AU_TFN",
    "BE_NATIONAL_NUMBER",
    "BG_EGN",
    "BR_CNPJ",
    "BR_CPF",
    "CA_SIN",
    "CH_AHV",
    "CL_RUT",
    "CN_RESIDENT_ID",
    "CZ_BIRTH_NUMBER",
    "DE_ID_CARD",
    "DE_SOCIAL_SECURITY",
    "DE_TAX_ID",
    "DK_CPR_NUMBER",
    "EE_PERSONAL_CODE",
    "ES_NIE",
    "ES_NIF",
    "FI_PERSONAL_IDENTITY_CODE",
    "FR_NIR",
    "GR_AMKA",
    "HK_ID",
    "HR_OIB",
    "IE_PPSN",
    "IL_ID",
    "IN_AADHAAR",
    "IN_GSTIN",
    "IN_PAN",
    "IN_VOTER",
    "IT_FISCAL_CODE",
    "IT_IDENTITY_CARD",
    "IT_VAT_CODE",
    "JP_MY_NUMBER",
    "KR_RRN",
    "LT_PERSONAL_CODE",
    "MX_CURP",
    "MX_RFC",
    "NL_BSN",
    "NO_FODSELSNUMMER",
    "PL_PESEL",
    "PT_NIF",
    "RO_CNP",
    "SE_PERSONNUMMER",
    "SG_NRIC_FIN",
    "TH_TNIN",
    "TR_NATIONAL_ID",
    "TW_ID",
    "UK_DRIVING_LICENCE",
    "UK_NHS",
    "UK_NINO",
    "UK_PASSPORT",
    "ZA_ID_NUMBER",
)
_OF_EVERYBODY = (*_CONTACTS, *_NAMED, *_BORN, *_DEVICES, *_ACCOUNTS, *_PAPERS)
_PERSONAL = (*_OF_EVERYBODY, *_AMERICAN, *_NATIONAL, *_GROUPS)
# Of the eighteen identifiers of the Safe Harbor method, those that a text can show.
_HEALTH = (*_OF_EVERYBODY, *_AMERICAN, "DATE_TIME", "URL")


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
