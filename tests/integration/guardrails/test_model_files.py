"""The model files: small enough to ship, the very ones that the card describes, read lazily."""

import ast
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from ironcage.guardrails import InjectionClassifier
from ironcage.guardrails.settings import MODEL, ClassifierSettings

ROOT = Path(__file__).parents[3]
CARD = ROOT / "layers/guardrails/training/MODEL_CARD.md"
RUNTIME = ROOT / "layers/guardrails/python"
FILES = ClassifierSettings.read().files
MB = 1_000_000


@pytest.mark.parametrize(("name", "digest"), FILES.items(), ids=list(FILES))
def test_file_is_the_one_that_settings_and_card_name(name: str, digest: str) -> None:
    found = hashlib.sha256((MODEL / name).read_bytes()).hexdigest()

    assert found == digest
    assert digest in CARD.read_text()


def test_files_fit_the_layer() -> None:
    sizes = {path.name: path.stat().st_size for path in MODEL.iterdir()}

    assert set(sizes) == {*FILES, "settings.json"}
    assert max(sizes.values()) <= 25 * MB
    assert sum(sizes.values()) <= 50 * MB


def test_version_names_one_state_of_models_and_rules() -> None:
    version = InjectionClassifier().version

    assert version == InjectionClassifier().version
    assert len(version) == 16


def test_runtime_never_imports_what_trained_it() -> None:
    imported = {
        name
        for path in RUNTIME.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
    }

    assert not {n for n in imported if n.split(".")[0] in {"layers", "torch", "sklearn", "onnx"}}


def test_models_are_read_when_a_text_is_and_not_before() -> None:
    code = (
        "import sys; from ironcage.guardrails import InjectionClassifier; InjectionClassifier();"
        "print({'numpy', 'onnxruntime', 'tokenizers'} & set(sys.modules))"
    )
    roots = f"{RUNTIME}:{ROOT / 'layers/domain/python'}"

    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": roots},
    )

    assert done.stdout.strip() == "set()"
