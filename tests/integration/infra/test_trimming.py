"""Layers leave out what nothing reads, and a list of waste cannot go stale."""

import struct
from pathlib import Path

import pytest

from infra_cdk.constructs.packaging import build_layer
from infra_cdk.constructs.trimming import UselessTrim, strip_libraries, stripped, trim


def _a_package(folder: Path) -> Path:
    for name in ("kept/code.py", "kept/tests/test_code.py", "kept/deep/source.pyx", "data/big.bin"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def _files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def _a_library(*, loaded: int, symbols: int) -> bytes:
    """Build a library of one segment, with sections after it that nothing loads."""
    header = struct.pack("<6s26xQQ4xHHHHHH", b"\x7fELF\x02\x01", 64, loaded, 64, 56, 1, 64, 3, 2)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, loaded, loaded, 4096)
    return (header + segment).ljust(loaded, b"\x90") + b"s" * symbols


def test_named_files_and_folders_are_left_out(tmp_path: Path) -> None:
    package = _a_package(tmp_path)

    trim(package, "# waste\n\n**/tests  # folders\n**/*.pyx\ndata\n")

    assert _files_of(package) == {"kept/code.py"}


def test_pattern_that_fits_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UselessTrim, match=r"geodata/\*"):
        trim(_a_package(tmp_path), "data\ngeodata/*\n")


def test_file_goes_once_when_its_folder_has_gone(tmp_path: Path) -> None:
    package = _a_package(tmp_path)

    trim(package, "kept*/**")

    assert _files_of(package) == {"data/big.bin"}


def test_library_loses_what_no_segment_covers() -> None:
    library = _a_library(loaded=4096, symbols=9000)

    cut = stripped(library)

    assert len(cut) == 4096
    assert cut[64:] == library[64:4096]
    assert struct.unpack_from("<Q", cut, 40) == (0,)
    assert struct.unpack_from("<HH", cut, 60) == (0, 0)


def test_library_without_sections_stays_as_long_as_it_is() -> None:
    assert len(stripped(_a_library(loaded=512, symbols=0))) == 512


def test_damaged_library_is_left_alone() -> None:
    library = _a_library(loaded=4096, symbols=0)[:1000]

    assert stripped(library) == library


def test_only_shared_libraries_are_cut(tmp_path: Path) -> None:
    (tmp_path / "one.so.1").write_bytes(_a_library(loaded=300, symbols=50))
    (tmp_path / "script.so").write_bytes(b"INPUT(one.so.1)")
    (tmp_path / "data.bin").write_bytes(_a_library(loaded=300, symbols=50))

    strip_libraries(tmp_path)

    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert sizes == {"one.so.1": 300, "script.so": 15, "data.bin": 350}


def test_layer_is_built_without_its_waste(tmp_path: Path) -> None:
    source = tmp_path / "tiny"
    (source / "python" / "ironcage" / "tiny").mkdir(parents=True)
    (source / "requirements.txt").write_text(_locked("markupsafe"))
    plain = build_layer(source, tmp_path / "out", "x86_64")
    (source / "trim.txt").write_text("**/*.c\n**/*.pyi\n")

    trimmed = build_layer(source, tmp_path / "out", "x86_64")

    assert plain != trimmed
    assert {Path(name).suffix for name in _files_of(plain) - _files_of(trimmed)} == {".c", ".pyi"}


def _locked(package: str) -> str:
    """Cut one package's lines out of the lock of a layer."""
    lines = Path("layers/ner/requirements.txt").read_text().splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith(f"{package}=="))
    last = next(i for i in range(first, len(lines)) if not lines[i].endswith("\\\n"))
    return "".join(lines[first : last + 1])
