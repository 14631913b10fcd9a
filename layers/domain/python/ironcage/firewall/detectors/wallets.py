"""Checksums of crypto wallets: base58check, bech32 and the mixed case of Ethereum (EIP-55)."""

import hashlib
import re
from itertools import accumulate

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_SEALS = {1, 0x2BC830A3}  # bech32, and bech32m of taproot
_PAYLOAD = 21  # a version and a hash of 20 bytes
_SEAL = 4
_LANE = (1 << 64) - 1
_RATE = 136
_RATE_LANES = _RATE // 8
_TURNS = tuple(accumulate(range(1, 25)))  # Keccak's rotations are the triangular numbers


def wallet(value: str) -> int:
    """Accept the address of a wallet whose checksum holds; give its length."""
    holds = _ethereum if value.startswith("0x") else _base58
    if value[:3].lower() in {"bc1", "ltc"}:
        holds = _bech32
    return len(value) if holds(value) else 0


def _base58(value: str) -> bool:
    number = 0
    for char in value:
        number = number * 58 + _BASE58.index(char)
    data = number.to_bytes(_PAYLOAD + _SEAL)
    seal = hashlib.sha256(hashlib.sha256(data[:_PAYLOAD]).digest()).digest()[:_SEAL]
    return seal == data[_PAYLOAD:]


def _bech32(value: str) -> bool:
    prefix, _, data = value.lower().rpartition("1")
    spread = [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)]
    seal = 1
    for part in [*spread, *map(_BECH32.index, data)]:
        top, seal = seal >> 25, (seal & 0x1FFFFFF) << 5 ^ part
        for at, step in enumerate(_BECH32_STEPS):
            seal ^= step if top >> at & 1 else 0
    return seal in _BECH32_SEALS


def _ethereum(value: str) -> bool:
    """Accept one case, or the mixed case whose capitals are a hash of the address."""
    address = value[2:]
    if len(set(address.lower())) < 8:  # noqa: PLR2004  # 0x000…dead belongs to nobody
        return False
    if not (re.search("[a-f]", address) and re.search("[A-F]", address)):
        return True
    digest = keccak256(address.lower().encode()).hex()
    return all(c.isupper() == (int(d, 16) >= 8) for c, d in zip(address, digest, strict=False)  # noqa: PLR2004
               if c.isalpha())  # fmt: skip


def keccak256(data: bytes) -> bytes:
    """Hash less than a block as Ethereum does: SHA-3 as it was before its padding changed."""
    block = data + b"\x01" + bytes(_RATE - len(data) - 1)
    block = block[:-1] + bytes([block[-1] | 0x80])
    state = [int.from_bytes(block[at * 8 : at * 8 + 8], "little") for at in range(_RATE_LANES)]
    state = _permuted(state + [0] * (25 - _RATE_LANES))
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _permuted(state: list[int]) -> list[int]:
    """Apply the 24 rounds of Keccak-f[1600]; a lane (x, y) stands at x + 5 y."""
    register = 1
    for _ in range(24):
        columns = [state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20]
                   for x in range(5)]  # fmt: skip
        mixed = [columns[(x - 1) % 5] ^ _turned(columns[(x + 1) % 5], 1) for x in range(5)]
        state = [lane ^ mixed[at % 5] for at, lane in enumerate(state)]
        state = _moved(state)
        state = [
            lane ^ (~state[at - at % 5 + (at + 1) % 5] & state[at - at % 5 + (at + 2) % 5])
            for at, lane in enumerate(state)
        ]
        constant, register = _constant(register)
        state[0] ^= constant
    return state


def _moved(state: list[int]) -> list[int]:
    """Turn each lane and carry it to its next place."""
    moved, x, y = state.copy(), 1, 0
    for turn in _TURNS:
        x, y, lane = y, (2 * x + 3 * y) % 5, state[x + 5 * y]
        moved[x + 5 * y] = _turned(lane, turn)
    return moved


def _constant(register: int) -> tuple[int, int]:
    """Draw the next round's constant from a shift register of eight bits."""
    constant = 0
    for power in range(7):
        constant ^= (register & 1) << (1 << power) - 1
        register = register << 1 ^ (0x171 if register & 0x80 else 0)
    return constant, register


def _turned(lane: int, by: int) -> int:
    by %= 64
    return (lane << by | lane >> (64 - by)) & _LANE
