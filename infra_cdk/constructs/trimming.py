"""What a layer leaves out of the packages it installs: tests, sources, symbols, unread data."""

import shutil
import struct
from pathlib import Path

_ELF64_LITTLE = b"\x7fELF\x02\x01"
# Where the ELF header says where the tables of segments and of sections stand, and how long.
_SEGMENTS_AT, _SECTIONS_AT, _SEGMENT_SIZE, _SECTION_COUNT = 32, 40, 54, 60
_FILE_RANGE = 8, 32  # where a row of the table of segments says what part of the file it is


class UselessTrim(ValueError):
    """A pattern of a `trim.txt` fits nothing: the package has changed, or it never did."""


def trim(target: Path, listing: str) -> None:
    """Remove what a list of glob patterns names, one a line; `#` begins a comment.

    A package that moved its waste would let a layer grow unseen, so each pattern must fit.

    Raises:
        UselessTrim: a pattern fits nothing.
    """
    lines = (line.partition("#")[0].strip() for line in listing.splitlines())
    for pattern in filter(None, lines):
        found = list(target.glob(pattern))
        if not found:
            raise UselessTrim(f"{pattern!r} fits nothing that was installed.")
        for path in found:
            _remove(path)


def strip_libraries(target: Path) -> None:
    """Cut symbols and debugging data off every shared library of a folder."""
    for path in target.rglob("*.so*"):
        library = path.read_bytes()
        if library.startswith(_ELF64_LITTLE):
            path.write_bytes(stripped(library))


def stripped(library: bytes) -> bytes:
    """Keep of a shared library what is loaded when it is used: its segments.

    Sections are for linkers and debuggers; those that no segment covers stand at the end. Nothing
    moves, so there is nothing to relocate, and no tool of the machine takes part: same in, same
    out, for any architecture.
    """
    (table,) = struct.unpack_from("<Q", library, _SEGMENTS_AT)
    size, count = struct.unpack_from("<HH", library, _SEGMENT_SIZE)
    ends = [table + size * count]
    for row in range(table, table + size * count, size):
        offset, length = (struct.unpack_from("<Q", library, row + at)[0] for at in _FILE_RANGE)
        ends.append(offset + length)
    if max(ends) > len(library):
        return library  # whatever this is, it is not ours to cut
    kept = bytearray(library[: max(ends)])
    struct.pack_into("<Q", kept, _SECTIONS_AT, 0)
    struct.pack_into("<HH", kept, _SECTION_COUNT, 0, 0)
    return bytes(kept)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
        return
    path.unlink(missing_ok=True)  # it may have gone with its folder
