"""The project's own rules, checked on its own code."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted(
    path
    for folder in ("functions", "layers", "infra_cdk")
    for path in (ROOT / folder).rglob("*.py")
    if "build" not in path.parts and "training" not in path.parts
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
DOMAIN = ROOT / "layers/domain/python/ironcage"
WEB = ROOT / "layers/web/python/ironcage/web/__init__.py"
ADAPTERS = ROOT / "layers/adapters/python/ironcage/adapters"
FUNCTIONS = sorted(p.parent for p in (ROOT / "functions").glob("*/handler.py"))
FILE_LINES, FUNCTION_LINES = 300, 40
# Data in the form of classes: all errors stand in one file, however many there are.
CATALOGUE = DOMAIN / "core/errors.py"
# To be split; the list may only become shorter.
LONG_TESTS = {
    "tests/support/fakes_gateway.py",
    "tests/unit/gateway/test_anthropic_provider_wire.py",
    "tests/unit/gateway/test_breakers.py",
    "tests/unit/gateway/test_embeddings.py",
    "tests/unit/gateway/test_fallback.py",
    "tests/unit/gateway/test_messages_requests.py",
    "tests/unit/gateway/test_service.py",
}
BROAD_EXCEPTS = {
    "functions/gateway/handler.py",
    "layers/domain/python/ironcage/firewall/pipeline.py",
    "layers/web/python/ironcage/web/edge.py",
}
REVEALERS = {
    f"layers/adapters/python/ironcage/adapters/providers/{wire}.py"
    for wire in ("anthropic", "openai")
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions_of(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(parse(path)) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_file_fits_the_hard_stop(path: Path) -> None:
    assert path == CATALOGUE or len(path.read_text().splitlines()) <= FILE_LINES


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_test_file_fits_the_hard_stop_or_is_to_be_split(path: Path) -> None:
    is_long = len(path.read_text().splitlines()) > FILE_LINES

    assert is_long == (name_of(path) in LONG_TESTS)


def test_catalogue_of_errors_holds_data_and_no_logic() -> None:
    tree = parse(CATALOGUE)
    branches = [n for n in ast.walk(tree) if isinstance(n, ast.If | ast.For | ast.While | ast.Try)]

    assert {f.name for f in functions_of(CATALOGUE)} == {"__init__"}
    assert not branches


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_functions_fit_the_hard_stop(path: Path) -> None:
    long = {f.name for f in functions_of(path) if (f.end_lineno or 0) - f.lineno >= FUNCTION_LINES}

    assert not long


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_nothing_but_settings_reads_the_environment_of_a_function(path: Path) -> None:
    if "infra_cdk" in path.parts or path == DOMAIN / "core/settings.py":
        return

    assert not re.search(r"os\.environ|os\.getenv|\bgetenv\(", path.read_text())


def test_broad_excepts_stand_only_at_the_edges() -> None:
    broad = {
        name_of(path)
        for path in CODE
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    }

    assert broad <= BROAD_EXCEPTS


def test_provider_keys_are_revealed_by_provider_adapters_alone() -> None:
    callers = {name_of(path) for path in CODE if ".reveal(" in path.read_text()}

    assert callers <= REVEALERS


def test_keys_of_tables_are_built_in_one_place() -> None:
    marks = re.compile(
        r'"(POT|AGENT|TOKEN|PROVIDER|POLICY|POLICY_VERSION|PROJECT|PRESUMED|USAGE|HISTORY|BREAKER)#'
    )
    writers = {name_of(path) for path in CODE if marks.search(path.read_text())}

    assert writers == {name_of(ADAPTERS / "dynamodb/keys.py")}


def test_the_namespace_package_holds_no_init_file() -> None:
    assert not list((ROOT / "layers").glob("*/python/ironcage/__init__.py"))


@pytest.mark.parametrize("path", [*sorted(DOMAIN.glob("*/__init__.py")), WEB], ids=name_of)
def test_public_face_is_sorted_and_complete(path: Path) -> None:
    tree = parse(path)
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    faces = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]

    assert ast.get_docstring(tree)
    assert faces
    assert set(faces[0]) == imported


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_outsiders_import_a_package_by_its_public_face(path: Path) -> None:
    inside = re.search(r"^layers/\w+/python/ironcage/(\w+)/", name_of(path))
    deep = re.compile(r"^from ironcage\.(\w+)\.(\w+)", re.MULTILINE)
    found = {
        f"{package}.{module}"
        for package, module in deep.findall(path.read_text())
        if package not in {inside and inside[1], "adapters"}
    }

    assert found <= {"core.errors", "core.trace", "gateway.wire"}


@pytest.mark.parametrize("folder", FUNCTIONS, ids=lambda p: p.name)
def test_handler_is_short_and_has_an_event(folder: Path) -> None:
    assert len((folder / "handler.py").read_text().splitlines()) <= 80
    assert list((ROOT / "events" / folder.name).glob("*.json"))


def test_layers_are_locked_with_hashes() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    for layer in (name.removeprefix("layer-") for name in groups if name.startswith("layer-")):
        lock = (ROOT / "layers" / layer / "requirements.txt").read_text()
        for pinned in groups[f"layer-{layer}"]:
            assert pinned in lock
        assert "--hash=sha256:" in lock


def test_actions_of_ci_are_pinned_by_commit() -> None:
    for workflow in (ROOT / ".github/workflows").glob("*.yml"):
        used = re.findall(r"uses: (\S+)", workflow.read_text())
        assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in used)
