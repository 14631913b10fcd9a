"""Assets: same input, same bytes; whole or not there; no Docker."""

from pathlib import Path

import pytest

from infra_cdk.constructs.packaging import BuiltAssets, build_function, build_layer


def _bytes_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def _a_function(folder: Path, code: str = "def handler():\n    return 1\n") -> Path:
    source = folder / "greeter"
    source.mkdir(parents=True)
    (source / "__init__.py").write_text('"""Greets."""\n')
    (source / "handler.py").write_text(code)
    return source


def _a_layer(folder: Path) -> Path:
    source = folder / "tiny"
    (source / "python" / "ironcage" / "tiny").mkdir(parents=True)
    (source / "python" / "ironcage" / "tiny" / "__init__.py").write_text('"""Tiny."""\n')
    (source / "requirements.txt").write_text("")
    return source


def test_function_keeps_its_folder_and_brings_byte_code(tmp_path: Path) -> None:
    built = build_function(_a_function(tmp_path / "src"), tmp_path / "out")

    assert (built / "greeter" / "handler.py").exists()
    assert (built / "greeter" / "__pycache__" / "handler.cpython-313.pyc").exists()


def test_function_is_the_same_bytes_wherever_it_is_built(tmp_path: Path) -> None:
    source = _a_function(tmp_path / "src")

    one = build_function(source, tmp_path / "one")
    two = build_function(source, tmp_path / "elsewhere" / "two")

    assert one.name == two.name
    assert _bytes_of(one) == _bytes_of(two)


def test_changed_code_gets_another_folder(tmp_path: Path) -> None:
    before = build_function(_a_function(tmp_path / "a"), tmp_path / "out")

    after = build_function(_a_function(tmp_path / "b", "handler = None\n"), tmp_path / "out")

    assert before != after


def test_unchanged_code_is_not_built_again(tmp_path: Path) -> None:
    source = _a_function(tmp_path / "src")
    first = build_function(source, tmp_path / "out")
    (first / "mark").touch()

    second = build_function(source, tmp_path / "out")

    assert (second / "mark").exists()


def test_broken_code_leaves_nothing_behind(tmp_path: Path) -> None:
    source = _a_function(tmp_path / "src", "def broken(:\n")

    with pytest.raises(Exception, match="compileall"):
        build_function(source, tmp_path / "out")

    assert not list((tmp_path / "out").iterdir())


def test_layer_stays_a_namespace_package(tmp_path: Path) -> None:
    built = build_layer(_a_layer(tmp_path / "src"), tmp_path / "out", "x86_64")

    assert (built / "python" / "ironcage" / "tiny" / "__init__.py").exists()
    assert not (built / "python" / "ironcage" / "__init__.py").exists()


def test_layer_name_tells_the_architecture(tmp_path: Path) -> None:
    source = _a_layer(tmp_path / "src")

    built = [build_layer(source, tmp_path / "out", arch) for arch in ("x86_64", "arm64")]

    assert [path.name.split("-")[1] for path in built] == ["x86_64", "arm64"]


def test_functions_of_the_project_are_found_by_name(tmp_path: Path) -> None:
    built = BuiltAssets(tmp_path).function("gateway")

    assert (built / "gateway" / "handler.py").exists()
