"""Checksums that issuers put into their tokens; a token with a wrong one was never issued."""

import zlib
from collections.abc import Callable, Mapping
from hashlib import sha256

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BECH32_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_DIGITS = 6
_CHECKSUM_BYTES = 4


def crc_digits(payload: str) -> str:
    """Write the CRC-32 of a payload as GitHub and npm do: six digits of base 62."""
    rest, digits = zlib.crc32(payload.encode()), ""
    for _ in range(_CHECKSUM_DIGITS):
        rest, digit = divmod(rest, len(_BASE62))
        digits = _BASE62[digit] + digits
    return digits


def crc_bytes(payload: str) -> str:
    """Write the CRC-32 of a payload as Grafana does: hexadecimal, lowest byte first."""
    return zlib.crc32(payload.encode()).to_bytes(_CHECKSUM_BYTES, "little").hex()


def bech32_digits(human: str, data: str) -> str:
    """Write the checksum of a bech32 string (BIP 173), as `age` uses it."""
    spread = [*(ord(c) >> 5 for c in human), 0, *(ord(c) & 31 for c in human)]
    rest = _polymod([*spread, *map(_BECH32.index, data), *[0] * _CHECKSUM_DIGITS]) ^ 1
    return "".join(_BECH32[rest >> 5 * (5 - at) & 31] for at in range(_CHECKSUM_DIGITS))


def base58_with_check(payload: bytes) -> str:
    """Write bytes in Base58Check, as Bitcoin writes keys."""
    number = int.from_bytes(payload + _double_hash(payload))
    digits = ""
    while number:
        number, digit = divmod(number, len(_BASE58))
        digits = _BASE58[digit] + digits
    return digits


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, step in enumerate(_BECH32_STEPS):
            check ^= step if top >> bit & 1 else 0
    return check


def _double_hash(payload: bytes) -> bytes:
    return sha256(sha256(payload).digest()).digest()[:_CHECKSUM_BYTES]


def _crc_digits(value: str) -> int:
    payload = value.partition("_")[2]
    body, digits = payload[:-_CHECKSUM_DIGITS], payload[-_CHECKSUM_DIGITS:]
    return len(value) if crc_digits(body) == digits else 0


def _crc_bytes(value: str) -> int:
    body, _, digits = value.rpartition("_")
    return len(value) if crc_bytes(body) == digits.lower() else 0


def _bech32(value: str) -> int:
    human, _, data = value.lower().rpartition("1")
    held = bech32_digits(human, data[:-_CHECKSUM_DIGITS]) == data[-_CHECKSUM_DIGITS:]
    return len(value) if held else 0


def _base58(value: str) -> int:
    number = 0
    for char in value:
        number = number * len(_BASE58) + _BASE58.index(char)
    data = number.to_bytes((number.bit_length() + 7) // 8)
    held = _double_hash(data[:-_CHECKSUM_BYTES]) == data[-_CHECKSUM_BYTES:]
    return len(value) if held else 0


def crc16(data: bytes) -> int:
    """Work out the CRC-16 of XMODEM, which Stellar's keys end in."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return crc


def _stellar(value: str) -> int:
    """Check a seed: base 32 of a version, 32 bytes, and their CRC-16, lowest byte first."""
    number = 0
    for char in value:
        number = number << 5 | _BASE32.index(char)
    data = number.to_bytes(35)
    return len(value) if crc16(data[:-2]).to_bytes(2, "little") == data[-2:] else 0


TOKEN_CHECKS: Mapping[str, Callable[[str], int]] = {
    "base58": _base58,
    "bech32": _bech32,
    "crc_bytes": _crc_bytes,
    "crc_digits": _crc_digits,
    "stellar": _stellar,
}
