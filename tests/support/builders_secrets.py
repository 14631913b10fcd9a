"""Examples of every rule for secrets, drawn from templates: none of them was ever issued.

A template is text with placeholders: `{AN:36}` is 36 letters and digits, `{H:32}` 32 hexadecimal
ones, `{AGE}` a whole key. What is made of it is the same every time. The first example of a rule
is the shortest that it sees.
"""

import base64
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

from ironcage.firewall.detectors.tokens import (
    base58_with_check,
    bech32_digits,
    crc16,
    crc_bytes,
    crc_digits,
)
from support.builders_firewall import (
    ALNUM,
    BASE64,
    HEX,
    LOWER,
    UPPER,
    URL_SAFE,
    a_jwt,
    a_key_block,
    drawn,
)

FOLDER = Path(__file__).parents[1] / "unit" / "firewall" / "secret_examples"
_PLACEHOLDER = r"\{([A-Z0-9]+):(\d+)\}"
_UUID = "{H:8}-{H:4}-{H:4}-{H:4}-{H:12}"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BASE32 = ascii_uppercase + "234567"
ALPHABETS = {
    "AD": ALNUM + "-",
    "AL": ascii_letters,
    "AN": ALNUM,
    "AU": ALNUM + "_",
    "B": BASE64,
    "BE": BASE64,
    "B32": _BASE32,
    "B32L": _BASE32.lower(),
    "D": digits,
    "D19": "123456789",
    "H": HEX,
    "HU": HEX.upper(),
    "HX": HEX,
    "L": LOWER,
    "LA": ascii_lowercase,
    "U": UPPER,
    "UA": ascii_uppercase,
    "W": URL_SAFE,
    "WD": URL_SAFE + ".",
    "WE": URL_SAFE,
}


@dataclass(frozen=True)
class Example:
    """What one rule sees, and what it must not."""

    rule: str
    seen: tuple[str, ...]
    unseen: tuple[str, ...] = ()

    def near_misses(self) -> Iterator[str]:
        """Give a value that lacks one character, and those that were written down by hand."""
        if shorter := _shorter(self.seen[0].replace("{UUID}", _UUID)):
            yield filled(shorter, self.rule)
        yield from (filled(template, self.rule) for template in self.unseen)

    def stand_ins(self) -> Iterator[str]:
        """Give what documentation writes in the place of a value."""
        for template in (seen.replace("{UUID}", _UUID) for seen in self.seen):
            yield re.sub(_PLACEHOLDER, _repeated, _WHOLE.sub("x" * 50, template))
            yield re.sub(_PLACEHOLDER, "<your-key>", _WHOLE.sub("<your-key>", template))


def filled(template: str, seed: str) -> str:
    """Fill a template's placeholders with what is drawn from their alphabets."""
    template = template.replace("{UUID}", _UUID)
    text = _WHOLE.sub(
        lambda hit: WHOLE[hit[1]](drawn(ALNUM, int(hit[2] or 0), seed), seed), template
    )
    count = iter(range(len(text)))
    return re.sub(
        _PLACEHOLDER,
        lambda hit: drawn(ALPHABETS[hit[1]], int(hit[2]), f"{seed}{next(count)}"),
        text,
    )


def examples() -> dict[str, Example]:
    """Read every example, by the rule that it is for."""
    found: dict[str, Example] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        rows: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(path.read_text())
        for rule, row in rows.items():
            found[rule] = Example(rule, tuple(row["seen"]), tuple(row.get("unseen", ())))
    return found


def _shorter(template: str) -> str:
    """Take one character from the last placeholder that has some to spare."""
    hits = [hit for hit in re.finditer(_PLACEHOLDER, template) if int(hit[2]) > 1]
    if not hits:
        return ""
    last = hits[-1]
    placeholder = f"{{{last[1]}:{int(last[2]) - 1}}}"
    return template[: last.start()] + placeholder + template[last.end() :]


def _repeated(hit: re.Match[str]) -> str:
    alphabet = ALPHABETS[hit[1]]
    return ("x" if "x" in alphabet else alphabet[-1]) * int(hit[2])


def _stellar(data: bytes) -> str:
    number = int.from_bytes(data + crc16(data).to_bytes(2, "little"))
    return "".join(_BASE32[number >> 5 * at & 31] for at in reversed(range(56)))


def _bech32(human: str, seed: str) -> str:
    data = drawn(_BECH32, 52, seed)
    return f"{human}1{data}{bech32_digits(human, data)}"


# Values that are more than drawn characters, given such characters and a seed.
WHOLE: Mapping[str, Callable[[str, str], str]] = {
    "AGE": lambda _, seed: _bech32("age-secret-key-", seed).upper(),
    "BASIC": lambda _, seed: base64.b64encode(f"bob:{drawn(ALNUM, 15, seed)}".encode()).decode(),
    "CRC": lambda body, _: body + crc_digits(body),
    "GRAFANA": lambda body, _: f"{body}_{crc_bytes('glsa_' + body)}",
    "JWT": lambda *_: a_jwt(),
    "KEYBLOCK": lambda *_: a_key_block(),
    "LONGJWT": lambda _, seed: f"eyJ{drawn(URL_SAFE, 2_000, seed)}.{a_jwt().partition('.')[2]}",
    "NSEC": lambda _, seed: _bech32("nsec", seed),
    "STELLAR": lambda _, seed: _stellar(bytes.fromhex("90" + drawn(HEX, 64, seed))),
    "XPRV": lambda _, s: base58_with_check(bytes.fromhex("0488ade4" + drawn(HEX, 148, s))),
}
_WHOLE = re.compile(rf"\{{({'|'.join(WHOLE)})(?::(\d+))?\}}")
