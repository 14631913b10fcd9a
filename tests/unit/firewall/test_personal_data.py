"""Numbers of many countries are seen by form and checksum, short ones by the word before them."""

import pytest

from ironcage.firewall import StreamScanner, pii_detector, standard_firewall
from ironcage.firewall.detectors.rules import Rule
from support.builders_firewall import PII, PII_IN_CONTEXT, a_policy, found, redacted
from support.personal_data import PERSONAL, PERSONAL_IN_CONTEXT

FIREWALL = standard_firewall()
POLICY = a_policy("pii")
ALL = {
    **{name: (kind, "", value) for name, (kind, value) in {**PII, **PERSONAL}.items()},
    **PII_IN_CONTEXT,
    **PERSONAL_IN_CONTEXT,
}
# No check digit, so that a wrong last one cannot be told.
UNCHECKED = (
    "DATE_OF_BIRTH DK_CPR_NUMBER DRIVER_LICENSE EMAIL_ADDRESS IN_PAN IN_VOTER IP_ADDRESS"
    " MAC_ADDRESS MX_RFC PASSPORT PHONE_NUMBER STREET_ADDRESS SWIFT_CODE UK_DRIVING_LICENCE UK_NINO"
    " UK_PASSPORT UK_POSTCODE CA_POSTAL_CODE US_BANK_NUMBER US_ITIN US_MBI US_PASSPORT US_SSN"
    " US_DRIVER_LICENSE DE_ID_CARD IT_IDENTITY_CARD AU_MEDICARE"
)
# A shorter value of these types is one too.
ELASTIC = (
    "CRYPTO DATE_OF_BIRTH DRIVER_LICENSE EMAIL_ADDRESS IP_ADDRESS PASSPORT PHONE_NUMBER"
    " STREET_ADDRESS SWIFT_CODE US_BANK_NUMBER US_DRIVER_LICENSE DE_ID_CARD AU_MEDICARE"
)
CHECKED = {
    name: row
    for name, row in ALL.items()
    if row[0] not in UNCHECKED.split()
    and name not in {"ethereum_lower", "vin_european", "vin_lower", "kr_rrn_since_2020"}
}
RIGID = {name: row for name, row in ALL.items() if row[0] not in ELASTIC.split()}
HARMLESS = {
    "email_no_domain": "почта@локально, имя@сайт and @имя.рф",
    "email_no_top_level": "пример@почта.рфы",
    "email_placeholder": "jörg@example.com, example@müller.de",
    "email_dots": "jö..rg@müller.de",
    "email_of_an_icon": "logo@2x.png, icons/app@3x.jpeg",
    "email_of_a_matrix": "y = x@self.weights + x@w.shape",
    "card_barcode": "EAN 4311501678251, 5018374083747",
    "phone_counting": "01 02 03 04 05, 02-04-06-08-10, 07 14 21 28 35",
    "hotel": "The hotel 912 345 678 is full.",
    "business": "Our business 123-456-782 grew.",
    "company": "company 2341 2341 2346",
    "cabin": "cabin WVWZZZ1JZ3W386752",
    "traceback": "(most recent call last): expected 50331648",
    "recall": "I recall 20 30 40 50 60 70 times.",
    "date_after_call": "call 2024-01-15 10:30 or later",
    "date_of_call": "phone 15.01.2024 12 pm",
    "calling_code": "+999 20 7946 0958",
    "country_length": "+47 1234 56",
    "abroad_trunk": "0044 0532 0130 00",
    "abroad_glued": "004 321 19",
    "abroad_code": "00999 1234 56789",
    "abroad_short": "0044 1234",
    "salaries": "between 75000-85000 and 600 000 000",
    "trunk_fraction": "0.12 34 56 78 90",
    "mac_of_nobody": "00:00:00:00:00:00 and ff:ff:ff:ff:ff:ff",
    "mac_short": "00:1a:2b:3c:4d",
    "mac_long": "00:1a:2b:3c:4d:5e:6f",
    "bitcoin_checksum": "1BoatSLRHtKNngkdXEeobR76b53LETtpyU",
    "bitcoin_too_large": "1" + "z" * 33,
    "bech32_mixed_case": "bc1qAr0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "bech32_checksum": "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp",
    "ethereum_case": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeaeD",
    "ethereum_burned": "0x000000000000000000000000000000000000dEaD",
    "vin_digits": "12345678901234567",
    "vin_word_only": "VIN ABCDEFGHJKLMNPRST",
    "mac_of_words": "dead.beef.cafe and feed.face.abba",
    "mac_of_digits": "at 12:34:56:78:90:12 and 10:20:30:40:50:60",
    "mac_in_a_fingerprint": "MD5 Fingerprint=5E:FF:56:A2:AF:15",
    "mac_in_a_file": "static/1a2b.3c4d.5e6f.js",
    "mac_in_a_version": "version 2024.1105.a1b2",
    "mac_in_a_hash": "9fceb02d.0ae5.98e9.5dc9 9fceb02d0ae598e9",
    "mac_named_hash": "hmac: 5f4dcc3b5aa7",
    "eight_bytes": "SHA1: 5E:FF:56:A2:AF:15:88:25",
    "iban_lower_checksum": "de88 3704 0044 0532 0130 00",
    "iban_lower_country": "zz89 3704 0044 0532 0130 00",
    "iban_lower_short": "de89 3704 0044 0532",
    "iban_lower_long": "be685390075470341 be68 5390 0754 7034x",
    "iban_lower_hexadecimal": "trace be99a1b2c3d4e566 be68539007547034f",
    "iban_lower_prose": "it was at12 that they said they knew what that very door had been",
    "iban_hyphens_uneven": "DE8-937-0400-4405-3201-3000",
    "nif_stock": "SKU 12345678Z in stock, part 87654321X, article 11111111H.",
    "nif_letter": "DNI 12345678A",
    "swift_country": "SWIFT DEUTXXFF",
    "swift_word": "swift RESPONSE",
    "birthday_month": "date of birth 24/13/1985",
    "birthday_year": "date of birth 24/12/1885",
    "birthday_of_the_famous": "She was born on 1 November 1986 in Rome.",
    "birthday_of_the_famous_digits_in_words": "Tom Smith (born 3 March 1985) acts.",
    "birthday_of_a_nation": "The company was born on 4 July 1976, as it was born on 4 July 1976.",
    "birthday_of_the_dead": "Napoleon was born on 15 August 1769.",
    "birthday_on_a_farm": "Born on a farm, it moved on 3 March 1985 to Rome.",
    "birthday_no_day": "born on 31 February 1985, born on 40 March 1985",
    "birthday_no_month": "geboren am 3. Stock 1985",
    "birthday_nato": "NATO allies met on 24/02/2022, NATO illegal acts of 24 febbraio 2022.",
    "birthday_party": "The meeting on 3 March 2025, la réunion le 3 mars 2025.",
    "meeting": "The meeting is on 24/12/2025.",
    "passport_words": "passport ABCDEFG",
    "software_license": "license 1234567",
    "address_without_word": "I like 42 Great Things Road",
    "nino_prefix": "GB123456C",
    "cpf_repeated": "111.111.111-11",
    "fr_nir_month": "2 95 19 99 126 111 93",
    "fr_nir_letters": "2 95 10 9B 126 111 93",
    "no_month": "159986 95088",
    "dk_month": "CPR 211362-5629",
    "cn_century": "110105184912310022",
    "aadhaar_palindrome": "aadhaar 234567765432",
    "version": "version 10.2.3.4",
    "version_quoted": """ "version": "1.2.3.4", version = '4.2.1.3'""",
    "version_tag": "<version>1.2.3.4</version>",
    "version_of_an_assembly": '[assembly: AssemblyVersion("1.2.3.4")]',
    "version_plural": "versions 1.2.3.4",
    "version_letter": "v1.2.3.4, v 1.2.3.4, ver. 1.2.3.4, Rev 1.2.3.4",
    "version_of_a_product": "Server: nginx/1.25.3.0 (Ubuntu) OpenSSL/3.0.2.1",
    "version_of_an_app": "User-Agent: WhatsApp/2.23.24.76 A",
    "version_of_a_package": "wget foo-1.2.3.4.tar.gz foo 1.2.3.4.zip",
    "version_required": "foo==1.2.3.4 foo >= 1.2.3.4,<2 bar~=1.2.3.4",
    "version_required_caret": '"foo": "^1.2.3.4"',
    "version_to_come": "foo 1.2.3.4-SNAPSHOT, foo 1.2.3.4-rc1",
    "version_of_a_database": "Oracle Database 12.1.0.2 and WebLogic 12.2.1.4",
    "section_head": "3.2.1.4 Scope of delivery",
    "section_head_in_markdown": "above\n## 4.2.1.3 Backups",
    "section_in_german": "Kapitel 3.1.2.4, Abschnitt 4.2.1.3",
    "section_in_french": "chapitre 3.1.2.4",
    "version_in_spanish": "Versión: 2.3.4.5",
    "version_of_a_language": "Python 3.12.1.1 and Java 1.8.0.2",
    "version_of_debian": "libfoo 1.2.3.4-1ubuntu1",
    "version_in_a_changelog": "# Changes\n\n## [1.2.3.4] - 2024-01-02\n* 2.0.1.3 (beta)",
    "enzyme": "EC 3.4.21.44, enzyme 1.14.13.39",
    "section_named": "see 4.2.1.3, table 3.1.2.4, Requirement 8.2.3.1",
    "oid": "OID 1.3.6.1",
}


ADDRESSES = {
    "url": "http://203.0.113.7/x",
    "user": "ssh root@203.0.113.7",
    "port": "203.0.113.7:8080",
    "network": "203.0.113.0/24",
    "range": "10.0.0.1-10.0.0.9",
    "assigned": "ip=203.0.113.7",
    "host_slash": "refused: host/203.0.113.7:5432",
    "private_slash": "refused: db-1/10.2.3.4:5432",
    "multiaddress": "/ip4/203.0.113.7/tcp/4001",
    "compared": "ip.addr == 203.0.113.7",
    "path": "https://example.com/203.0.113.7",
    "line": "first\n10.0.0.5 Db",
    "line_of_a_log": "203.0.113.7 - - GET",
    "resolver": "see 8.8.8.8x 8.8.4.4 for names",
    "list": "Our resolvers:\n* 8.8.8.8\n* 203.0.113.9 (spare)",
    "engine": "Redis at nginx 203.0.113.7, kernel 10.0.0.5",
    "seen": "see 203.0.113.7",
}


def types_of(text: str) -> set[str]:
    return {finding.type for finding in found(FIREWALL, text, POLICY).findings}


@pytest.mark.parametrize(("kind", "value"), PERSONAL.values(), ids=PERSONAL.keys())
def test_value_is_removed_whole_from_prose(kind: str, value: str) -> None:
    text = f"It is {value}, he said."

    assert redacted(FIREWALL, text, POLICY) == f"It is [REDACTED:{kind}], he said."


@pytest.mark.parametrize(
    ("kind", "before", "value"), PERSONAL_IN_CONTEXT.values(), ids=PERSONAL_IN_CONTEXT.keys()
)
def test_value_is_removed_where_a_word_announces_it(kind: str, before: str, value: str) -> None:
    assert redacted(FIREWALL, f"{before}{value}.", POLICY) == f"{before}[REDACTED:{kind}]."
    assert kind not in types_of(f"lot {value}.")


@pytest.mark.parametrize(("kind", "before", "value"), CHECKED.values(), ids=CHECKED.keys())
def test_wrong_check_digit_is_refused(kind: str, before: str, value: str) -> None:
    last = max(at for at, char in enumerate(value) if char.isalnum())
    wrong = {"9": "0", "Z": "Y", "z": "y"}.get(value[last], chr(ord(value[last]) + 1))

    assert kind not in types_of(f"{before}{value[:last]}{wrong}{value[last + 1 :]}.")


@pytest.mark.parametrize(("kind", "before", "value"), RIGID.values(), ids=RIGID.keys())
def test_value_that_is_one_character_short_is_refused(kind: str, before: str, value: str) -> None:
    last = max(at for at, char in enumerate(value) if char.isalnum())

    assert kind not in types_of(f"{before}{value[:last]}{value[last + 1 :]}.")


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS.keys())
def test_near_miss_is_left_alone(text: str) -> None:
    assert types_of(text) == set()


@pytest.mark.parametrize("text", ADDRESSES.values(), ids=ADDRESSES.keys())
def test_address_is_no_version(text: str) -> None:
    assert types_of(text) == {"IP_ADDRESS"}


@pytest.mark.parametrize(
    "before",
    ["ssn:", "SSN ", "customer_ssn = ", "userSSN: ", 'userSsn": "', "Social security number is "],
)
def test_context_is_a_word_of_its_own_or_of_a_name(before: str) -> None:
    assert types_of(f"{before}536904399") == {"US_SSN"}


@pytest.mark.parametrize("before", ["lessn ", "ssnx ", "", "asocial security "])
def test_part_of_another_word_is_no_context(before: str) -> None:
    assert types_of(f"{before}536904399") == set()


@pytest.mark.parametrize(("kind", "before", "value"), ALL.values(), ids=ALL.keys())
def test_stream_equals_the_whole_at_every_split_point(kind: str, before: str, value: str) -> None:
    text = f"{before}{value}, he"
    expected = f"{before}[REDACTED:{kind}], he"

    for cut in range(1, len(text)):
        scanner = StreamScanner(FIREWALL, POLICY)
        assert scanner.feed(text[:cut]) + scanner.feed(text[cut:]) + scanner.finish() == expected


@pytest.mark.parametrize(("kind", "before", "value"), ALL.values(), ids=ALL.keys())
def test_stream_equals_the_whole_character_by_character(kind: str, before: str, value: str) -> None:
    scanner = StreamScanner(FIREWALL, POLICY)

    out = "".join(map(scanner.feed, f"{before}{value}, he")) + scanner.finish()

    assert out == f"{before}[REDACTED:{kind}], he"


@pytest.mark.parametrize(("kind", "before", "value"), ALL.values(), ids=ALL.keys())
def test_piece_of_a_stream_with_a_value_holds_a_keyword_of_its_rule(
    kind: str, before: str, value: str
) -> None:
    rules = {rule.id: rule for rule in pii_detector().rules}
    seen = [f for f in found(FIREWALL, before + value, POLICY).findings if f.type == kind]

    for finding in seen:
        rule = rules[finding.detector.removeprefix("pii/")]
        piece = (before if "(?P<v>" in rule.patterns[0] else "") + value
        assert any(keyword in piece.lower() for keyword in rule.keywords)


def test_head_of_a_section_depends_on_what_is_taken_out_behind_it() -> None:
    text = "x\n1.2.3.4 (11) 98765-4321"

    for cut in range(len(text)):
        scanner = StreamScanner(FIREWALL, POLICY)
        out = scanner.feed(text[:cut]) + scanner.feed(text[cut:]) + scanner.finish()
        assert out == redacted(FIREWALL, text, POLICY)


def test_context_of_a_free_rule_may_be_glued_to_anything() -> None:
    rule = Rule("free", "FREE", ("k",), "k[0-9]{4}", ("k[0-9]{4}",), context=("bot",))

    assert [value.start for value in rule.values_at("abcbot k1234", 7, 12)] == [7]
    assert list(rule.values_at("abcbat k1234", 7, 12)) == []


def test_examples_cover_every_type_of_personal_data() -> None:
    covered = {kind for kind, _, _ in ALL.values()}

    assert covered == {rule.type for rule in pii_detector().rules}
    assert len(covered) >= 75
