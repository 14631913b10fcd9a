"""How large a function may be once it is unpacked: its own code and all its layers together."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

MOST_BYTES = 262_144_000  # AWS Lambda's limit of 250 MB


class AssetsTooLarge(ValueError):
    """AWS would refuse this function: unpacked, it and its layers go beyond the limit."""


def check_size(name: str, folders: Iterable[Path], *, most: int = MOST_BYTES) -> None:
    """Let a function pass whose folders fit the limit together.

    Raises:
        AssetsTooLarge: they do not; the message says how large each is.
    """
    sizes = {folder.name: bytes_of(folder) for folder in folders}
    total = sum(sizes.values())
    if total > most:
        each = ", ".join(f"{part} {size:,}" for part, size in sizes.items())
        raise AssetsTooLarge(f"{name} has {total:,} of {most:,} bytes, unpacked: {each}.")


@cache
def bytes_of(folder: Path) -> int:
    """Add up the files of a folder that never changes, because its name tells its content."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
