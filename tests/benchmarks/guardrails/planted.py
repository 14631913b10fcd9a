"""Personal data to plant: drawn with a seed, in sentences, each beside a near-miss.

In a form `#` is a digit, `^` a letter and `*` either. A value is drawn until its check digits hold,
a near-miss until they fail. The checks are our own, whose tests use published samples; Presidio
knows most of them too, so a wrong one would show as a recall of nothing on its side.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from string import ascii_uppercase, digits

from ironcage.firewall.detectors.checks import CHECKS

SEED = 20_261_128


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of personal data: how people write it, and what they write before it."""

    type: str
    before: str
    forms: tuple[str, ...]
    check: str = ""


@dataclass(frozen=True, slots=True)
class Planted:
    """A text with one value at [start, end), or with a near-miss there."""

    type: str
    text: str
    start: int
    end: int
    is_real: bool


_PHONES = (
    *(
        "+44 20 7### ####",
        "+49 30 9######",
        "+33 6 ## ## ## ##",
        "+1 212-55#-####",
        "+61 4## ### ###",
    ),
    *(
        "+39 06 6### ####",
        "+34 6## ### ###",
        "+81 3-####-####",
        "+55 11 9####-####",
        "+91 98### #####",
    ),
    *("(212) 555-####", "415-555-####", "020 7946 ####", "06 12 ## ## ##", "0171 ########"),
)
KINDS: tuple[Kind, ...] = (
    Kind("EMAIL_ADDRESS", "My e-mail is", ("anna.###@mail.acme.org", "j^^^^@corp^^.org")),
    Kind("EMAIL_ADDRESS", "Schreib an", ("jörg.###@müller-bau.de", "имя###@почта.рф")),
    Kind("PHONE_NUMBER", "Call me at", _PHONES),
    Kind("PHONE_NUMBER", "Write to me, or use", _PHONES),
    Kind("CREDIT_CARD", "The card is", ("4### #### #### ####", "5412############"), "luhn"),
    Kind("IBAN_CODE", "Send it to", ("DE## #### #### #### #### ##", "BE## #### #### ####"), "iban"),
    Kind("IBAN_CODE", "iban:", ("de## #### #### #### #### ##", "be##############"), "iban_lower"),
    Kind("US_SSN", "My SSN is", ("5##-4#-1###",)),
    Kind("US_ITIN", "My ITIN is", ("9##-7#-####",)),
    Kind("US_PASSPORT", "My US passport is", ("5########", "A########")),
    Kind("US_DRIVER_LICENSE", "My driver's license is", ("D#######", "^###-####-####")),
    Kind("US_BANK_NUMBER", "My bank account number is", ("##########", "############")),
    Kind("ABA_ROUTING_NUMBER", "The bank routing number is", ("02#######", "11#######"), "aba"),
    Kind("MEDICAL_LICENSE", "The DEA medical license is", ("B^#######",), "dea"),
    Kind("US_NPI", "The provider's NPI is", ("1#########",), "npi"),
    Kind("US_MBI", "The Medicare MBI is", ("1EG#-TE#-MK##", "2AC#TE#MK##")),
    Kind("IP_ADDRESS", "It came from", ("203.0.113.1##", "2001:db8::ff00:4#:8#29")),
    Kind("MAC_ADDRESS", "The device is", ("00:1A:2#:3C:4#:5E", "00-1a-2#-3c-4#-5e")),
    Kind("MAC_ADDRESS", "The switch shows", ("00#a.2b#c.4d#e",)),
    Kind("UK_NHS", "My NHS number is", ("### ### ####", "9#########"), "nhs"),
    Kind("UK_NINO", "My national insurance number is", ("AB######C", "JG ## ## ## A")),
    Kind("ES_NIF", "Mi DNI es", ("########^",), "nif"),
    Kind("ES_NIE", "Mi NIE es", ("X#######^",), "nif"),
    Kind("IT_FISCAL_CODE", "Il codice fiscale è", ("RSSMRA8#T1#A56#^",), "fiscal_code"),
    Kind("IT_VAT_CODE", "La partita IVA è", ("0##########",), "luhn"),
    Kind("PL_PESEL", "Mój PESEL to", ("8#010######", "9#121######"), "pesel"),
    Kind("FI_PERSONAL_IDENTITY_CODE", "Henkilötunnus on", ("1#05##-###*",), "hetu"),
    Kind("SE_PERSONNUMMER", "Mitt personnummer är", ("8#051#-####",), "se"),
    Kind("DE_TAX_ID", "Meine Steuer-ID ist", ("8##########",), "de_tax"),
    Kind("FR_NIR", "Mon numéro est", ("1 8# 05 75 ### ### ##", "28#0975########"), "nir"),
    Kind("NL_BSN", "Mijn BSN is", ("1########",), "bsn"),
    Kind("BE_NATIONAL_NUMBER", "Mijn nummer is", ("8#.05.1#-###.##",), "be"),
    Kind("NO_FODSELSNUMMER", "Fødselsnummer er", ("1#058######",), "no"),
    Kind("CH_AHV", "Meine AHV-Nummer ist", ("756.####.####.##",), "ahv"),
    Kind("PT_NIF", "O meu NIF é", ("2########",), "pt_nif"),
    Kind("BR_CPF", "Meu CPF é", ("###.###.###-##",), "cpf"),
    Kind("MX_CURP", "Mi CURP es", ("BOXW8#05##HNERXN##",), "curp"),
    Kind("CA_SIN", "My social insurance number is", ("1## ### ###", "4##-###-###"), "luhn"),
    Kind("IN_AADHAAR", "My Aadhaar is", ("3### #### ####", "5###########"), "aadhaar"),
    Kind("IN_PAN", "My PAN is", ("ABCP^####^",)),
    Kind("AU_TFN", "My TFN is", ("8## ### ###", "1########"), "tfn"),
    Kind("AU_ABN", "Our ABN is", ("8# ### ### ###",), "abn"),
    Kind("AU_MEDICARE", "My Medicare card is", ("2#########",), "medicare"),
    Kind("SG_NRIC_FIN", "My NRIC is", ("S#######^", "G#######^"), "nric"),
    Kind("KR_RRN", "My RRN is", ("8#051#-1######",), "kr"),
    Kind("CN_RESIDENT_ID", "My ID is", ("1101051980051####*",), "cn"),
    Kind("TH_TNIN", "My Thai national ID is", ("3-####-#####-##-#",), "th"),
    Kind("TR_NATIONAL_ID", "TC kimlik numaram", ("1##########",), "tckn"),
    Kind("ZA_ID_NUMBER", "My South African ID number is", ("8#051#50##08#",), "za"),
    Kind("VIN", "The car is", ("1HGCM8#6#3A######",), "vin"),
    Kind("DATE_OF_BIRTH", "Date of birth:", ("1#/05/198#", "198#-05-1#", "1# May 198#")),
    Kind("DATE_OF_BIRTH", "My son was born on", ("1# March 201#", "March 1#th, 201#")),
    Kind("DATE_OF_BIRTH", "Geboren am", ("1#. März 198#", "1#. Dezember 198#")),
    Kind("DATE_OF_BIRTH", "Née le", ("1# août 198#", "1# février 198#")),
    Kind("DATE_OF_BIRTH", "Nacida el", ("1# de enero de 198#", "1# de marzo de 198#")),
    Kind("DATE_OF_BIRTH", "Nata a Roma il", ("1# maggio 198#", "1#/05/198#")),
    Kind("DATE_OF_BIRTH", "Nascido em", ("1# de março de 198#", "1# de outubro de 198#")),
    Kind("DATE_OF_BIRTH", "Geboren op", ("1# maart 198#", "1# mei 198#")),
)  # fmt: skip
_AFTER = (
    ", as I told your colleague on 12 March 2024 when order 20240101-0042 was late.",
    "; please confirm within 3 business days, thank you.",
    ". The invoice of $1,204.50 has 14 items and 2 discounts.",
)
ORDINARY: tuple[str, ...] = (
    "Version 10.2.3 was released on 2024-05-06 at 12:30:45 with 1,204 fixes and 37 features.",
    "The order 20240101-0042 of 1732781234567 has SKU AB-1234-XY and tracking 1Z999AA10123456784.",
    "Revenue rose from 75000-85000 to 1,234,567.89, that is 12.5% of 600 000 000 in 24 months.",
    "Commit 9fceb02d0ae598e95dc970b74767f19372d61af8, UUID 123e4567-e89b-12d3-a456-426614174000.",
    "In 1969 Apollo 11 flew 384400 km; the timestamps were 1700000000, 1700003600 and 1700007200.",
    "ISBN 978-3-16-148410-0, DOI 10.1000/182, section 4.2.1.3, pages 1024-2048, figure 3.14159265.",
    "Take 12345678901 items from shelf 123456789 and 9876543210 more from bay 4 of hall 17B.",
    "Server nginx/1.25.3.0 runs foo==1.2.3.4 and libbar-4.5.6.7.tar.gz, agent App/2.23.24.76.",
    "Part 12345678Z (EAN 4311501678251) costs 12.50; see section 3.2.1.4 and table 4.2.1.3.",
    "The icon logo@2x.png and y = x@self.weights are of version 4.0.1.2, at 10:20:30:40:50:60.",
    "GPS 48.858370, 2.294481; box 12 x 34 x 56 cm; batch 2024-123-4567; part 555-0199-22.",
)
PROSE = "The committee met again in the old town hall to talk about the new bridge over the river. "


def drawn(form: str, random: Random) -> str:
    """Fill a form in."""
    sets = {"#": digits, "^": ascii_uppercase, "*": digits + ascii_uppercase}
    return "".join(random.choice(sets[c]) if c in sets else c for c in form)


def values(kind: Kind, random: Random, *, wanted: bool) -> Iterator[str]:
    """Draw values of a kind without end: those whose check holds, or those whose check fails."""
    while True:
        for form in kind.forms:
            value = drawn(form, random)
            while kind.check and bool(CHECKS[kind.check](value)) != wanted:
                value = drawn(form, random)
            yield value


def plant(each: int) -> Iterator[Planted]:
    """Give texts with values, as many of each kind, and as many with near-misses."""
    random = Random(SEED)  # noqa: S311  # not for secrets
    for kind in KINDS:
        for wanted in (True, False) if kind.check else (True,):
            source = values(kind, random, wanted=wanted)
            for at in range(each):
                value, before = next(source), f"{PROSE}{kind.before} "
                text = f"{before}{value}{_AFTER[at % len(_AFTER)]}"
                start = len(before)
                yield Planted(kind.type, text, start, start + len(value), wanted)


def ordinary(count: int) -> Sequence[str]:
    """Give texts that hold nothing about anyone."""
    return [ORDINARY[at % len(ORDINARY)] + " " + PROSE for at in range(count)]
