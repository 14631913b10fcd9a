"""Turn source folders into Lambda assets: no Docker, same input same bytes, cached by content.

A finished folder is named after the hash of everything that went into it, so an unchanged layer
is never built, nor uploaded, twice. Byte code is compiled here (unchecked-hash, so that it does
not depend on file times) because a Lambda environment cannot write it and would compile again at
every cold start.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from infra_cdk.config import Architecture

PYTHON_VERSION = "3.13"
_RECIPE = "3"
_PLATFORMS: dict[Architecture, str] = {
    "x86_64": "x86_64-manylinux_2_28",
    "arm64": "aarch64-manylinux_2_28",
}
_IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "test_*.py")


LAYER_NAMES = ("domain", "adapters")
LAYERS = Path("layers")
FUNCTIONS = Path("functions")


class Assets(Protocol):
    """Where the stacks get the folders that become layers and functions."""

    def layer(self, name: str, architecture: Architecture) -> Path:
        """Make the folder of one layer."""
        ...

    def function(self, name: str) -> Path:
        """Make the folder of one function."""
        ...


@dataclass(frozen=True, slots=True)
class BuiltAssets:
    """Assets built from the sources into one folder, each only once."""

    build: Path

    def layer(self, name: str, architecture: Architecture) -> Path:
        """Build one folder of `layers/`, or find it built."""
        return build_layer(LAYERS / name, self.build / "layers", architecture)

    def function(self, name: str) -> Path:
        """Copy one folder of `functions/`, or find it copied."""
        return build_function(FUNCTIONS / name, self.build / "functions")


def build_layer(source: Path, into: Path, architecture: Architecture) -> Path:
    """Build `python/` from a layer's locked requirements and its own code; return its parent."""
    locked = source / "requirements.txt"
    own = source / "python"

    def fill(folder: Path) -> None:
        target = folder / "python"
        target.mkdir()
        _install(locked, target, architecture)
        if own.is_dir():
            shutil.copytree(own, target, ignore=_IGNORED, dirs_exist_ok=True)
        _compile(target, seen_as="/opt/python")

    inputs = [locked, *_files(own)]
    name = f"{source.name}-{architecture}-{_digest(source, inputs, architecture)}"
    return _build_once(into / name, fill)


def build_function(source: Path, into: Path) -> Path:
    """Copy one function's folder, keeping its name, into a folder of its own; return that."""

    def fill(folder: Path) -> None:
        target = folder / source.name
        shutil.copytree(source, target, ignore=_IGNORED)
        _compile(target, seen_as=f"/var/task/{source.name}")

    return _build_once(into / f"{source.name}-{_digest(source, _files(source), '')}", fill)


def _install(locked: Path, target: Path, architecture: Architecture) -> None:
    """Install exactly what the lock names, hashes checked, wheels for the Lambda platform only."""
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    where = ["--target", str(target), "--python-platform", _PLATFORMS[architecture]]
    which = ["--python-version", PYTHON_VERSION, "--only-binary", ":all:"]
    # The output of the app is read by the CDK command line: only stderr is free to use.
    subprocess.run(
        [*uv, *where, *which, "--requirements", str(locked)], check=True, stdout=sys.stderr
    )
    for waste in [target / "bin", target / ".lock", *target.glob("*.dist-info/RECORD")]:
        shutil.rmtree(waste) if waste.is_dir() else waste.unlink(missing_ok=True)


def _compile(target: Path, seen_as: str) -> None:
    """Compile every module as if it lay where Lambda will put it."""
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    subprocess.run(
        [*command, "-s", str(target), "-p", seen_as, str(target)], check=True, stdout=sys.stderr
    )


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if "__pycache__" not in path.parts)


def _digest(root: Path, paths: Iterable[Path], architecture: str) -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    digest = hashlib.sha256(f"{_RECIPE} {version} {architecture}".encode())
    for path in paths:
        digest.update(f"\0{path.relative_to(root)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _build_once(folder: Path, fill: Callable[[Path], None]) -> Path:
    """Fill a folder unless it is there; it appears whole or not at all."""
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
    try:
        fill(draft)
        draft.chmod(0o755)
        _publish(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _publish(draft: Path, folder: Path) -> None:
    try:
        os.replace(draft, folder)  # noqa: PTH105 - Path.replace would hide that this is atomic
    except OSError:
        if not folder.is_dir():  # somebody else finished first, which is as good
            raise
