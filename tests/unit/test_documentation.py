"""What users can meet is described where they look: codes, settings and routes in the README."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from ironcage.core import Settings, errors
from ironcage.core.settings import variable_of
from ironcage.gateway.endpoints import ENDPOINTS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
# The abstract branches of the tree are never raised themselves.
BRANCHES = {"REJECTED", "RATE_LIMIT_EXCEEDED", "SERVICE_UNAVAILABLE"}


def every_error(root: type[errors.IronCageError] = errors.IronCageError) -> Iterator[str]:
    yield root.code
    for kind in root.__subclasses__():
        yield from every_error(kind)


def front_door_codes() -> set[str]:
    source = (ROOT / "infra_cdk/constructs/error_responses.py").read_text()
    return set(re.findall(r'"([A-Z]{2,}(?:_[A-Z]+)+|FORBIDDEN)"', source))


@pytest.mark.parametrize("code", sorted(set(every_error()) - BRANCHES | front_door_codes()))
def test_error_code_is_described(code: str) -> None:
    assert f"`{code}`" in README


@pytest.mark.parametrize("name", [variable_of(field.name) for field in fields(Settings)])
def test_setting_is_described(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("route", sorted(ENDPOINTS))
def test_route_is_described(route: str) -> None:
    assert f"`{ENDPOINTS[route].method} {route}`" in README


@pytest.mark.parametrize("path", sorted((ROOT / "functions").glob("*/openapi.json")), ids=str)
def test_route_of_a_document_is_described(path: Path) -> None:
    for route, operations in json.loads(path.read_text())["paths"].items():
        for method in operations:
            assert f"`{method.upper()} {route}`" in README


def test_every_command_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", README, re.MULTILINE))

    assert named
    assert {name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)} == set()


def test_tree_of_errors_in_the_docstring_names_each_error_with_its_status() -> None:
    tree = errors.__doc__ or ""
    described = set(re.findall(r"── (\w+)\s+(\d{3})\s+([A-Z_]+)", tree))
    raised = {
        (kind.__name__, str(kind.status), kind.code)
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.IronCageError)
    }

    leaves = {r for r in raised if r[2] not in {*BRANCHES, "INTERNAL_ERROR", "CONFLICT"}}
    assert described == leaves
