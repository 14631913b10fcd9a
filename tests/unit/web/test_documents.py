"""The OpenAPI documents are those of the code."""

import json
from pathlib import Path

import pytest

from ironcage.web.document import document_of, http_functions, path_of, write_all

ROUTES = {"input_firewall": "/v1/firewall/input", "output_firewall": "/v1/firewall/output"}


def test_every_app_has_its_document() -> None:
    assert http_functions() == sorted(ROUTES)


@pytest.mark.parametrize("function", sorted(ROUTES))
def test_document_is_that_of_the_code(function: str) -> None:
    assert path_of(function).read_text() == document_of(function), "run: make openapi"


@pytest.mark.parametrize("function", sorted(ROUTES))
def test_document_names_the_route_its_tokens_and_its_errors(function: str) -> None:
    document = json.loads(path_of(function).read_text())

    post = document["paths"][ROUTES[function]]["post"]
    assert document["paths"].keys() == {ROUTES[function]}
    assert post["security"] == [{"bearer": []}, {"api_key": []}]
    assert post["responses"].keys() == {"200", "default"}


def test_documents_are_written_beside_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "functions" / "input_firewall" / "api.py"
    code.parent.mkdir(parents=True)
    code.touch()
    monkeypatch.chdir(tmp_path)

    write_all()

    assert code.with_name("openapi.json").read_text() == document_of("input_firewall")
