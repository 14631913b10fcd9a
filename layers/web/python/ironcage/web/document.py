"""`python -m ironcage.web.document` writes the OpenAPI document of each HTTP function."""

import json
from importlib import import_module
from pathlib import Path

_FUNCTIONS = Path("functions")


def http_functions() -> list[str]:
    """List the functions that have an app."""
    return sorted(path.parent.name for path in _FUNCTIONS.glob("*/api.py"))


def path_of(function: str) -> Path:
    """Name the file of a function's document."""
    return _FUNCTIONS / function / "openapi.json"


def document_of(function: str) -> str:
    """Write the document of a function as text."""
    app = import_module(f"{function}.api").app
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


def write_all() -> None:
    """Write every document."""
    for function in http_functions():
        path_of(function).write_text(document_of(function))


if __name__ == "__main__":
    write_all()
