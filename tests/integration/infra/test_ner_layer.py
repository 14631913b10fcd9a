"""The layers as they are built, trimmed and stripped, do their work alone and write nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra_cdk.config import LOCAL
from infra_cdk.constructs.packaging import BuiltAssets

# Whoever looks up a host, connects, sends or writes a file ends the run. (On import urllib3 binds
# a socket to the loopback, to learn whether there is IPv6.)
GUARD = """
import sys
sys.path[:0] = {paths!r}

def watch(event, args):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.bind"):
        raise SystemExit(f"{{event}} {{args}}")
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        raise SystemExit(f"writes {{args[0]}}")
    if event in ("os.mkdir", "os.rename", "subprocess.Popen", "os.system"):
        raise SystemExit(f"{{event}} {{args}}")

sys.addaudithook(watch)
"""
FIND = """
from ironcage.firewall import NormalisedText, Origin
from ironcage.ner import NerDetector

text = "Maria Lopez of Quux GmbH lives at 12 Oak Lane, Austin, TX 78701, or is she in Lisbon?"
detector = NerDetector()
for f in detector.detect(NormalisedText(text), Origin.MODEL):
    print(f.type, text[f.start : f.end], sep="=")
print(len(detector.version))
"""
RUN_MODEL = """
import numpy, onnxruntime, tokenizers
from tokenizers.models import WordLevel

options = onnxruntime.SessionOptions()
words = tokenizers.Tokenizer(WordLevel({"ann": 0, "?": 1}, unk_token="?"))
print(words.encode("ann").ids, int(numpy.ones(3).sum()), onnxruntime.get_available_providers()[-1])
"""


def _run(code: str, *layers: str) -> str:
    """Run code on built layers alone: no site-packages, no environment."""
    built = BuiltAssets(Path("build"))
    paths = [str((built.layer(name, LOCAL.architecture) / "python").resolve()) for name in layers]
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-I", "-S", "-c", GUARD.format(paths=paths) + code],
        capture_output=True,
        text=True,
        check=False,
        env={"HOME": "/nonexistent"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_built_layer_of_ner_finds_names() -> None:
    assert _run(FIND, "domain", "ner").splitlines() == [
        "PERSON=Maria Lopez",
        "ORGANIZATION=Quux GmbH",
        "ADDRESS=12 Oak Lane, Austin, TX 78701",
        "LOCATION=Lisbon",
        "16",
    ]


def test_built_layer_of_guardrails_has_all_that_a_model_needs() -> None:
    assert _run(RUN_MODEL, "guardrails") == "[0] 3 CPUExecutionProvider\n"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import socket; socket.create_connection(('127.0.0.1', 9))", id="network"),
        pytest.param("open('/tmp/x', 'w')", id="file"),
        pytest.param("import os; os.mkdir('/tmp/x')", id="folder"),
    ],
)
def test_guard_of_these_tests_refuses(code: str) -> None:
    with pytest.raises(AssertionError, match=r"socket\.|writes|mkdir"):
        _run(code)
