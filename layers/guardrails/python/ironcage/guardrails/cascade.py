"""The two models in turn: the linear one reads all windows, the encoder those that it doubts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ironcage.firewall import Origin
from ironcage.guardrails.encoder import Encoder
from ironcage.guardrails.linear import LinearModel
from ironcage.guardrails.settings import ClassifierSettings
from ironcage.guardrails.windows import LONGEST_TASK, TextTokenizer, windows_of

_DOCUMENTS = frozenset({Origin.DOCUMENT, Origin.MODEL})
# So many windows of a text are encoded; of one with more than a few, so large a share of the rest.
_FREE, _FEW, _SHARE, _MOST = 2, 6, 0.4, 12
# A short text costs next to nothing, and says little to the linear model.
_SHORT = 32


@dataclass(frozen=True, slots=True)
class Margin:
    """How far a window stands above the operating point, in logits; [start, end) is its place."""

    start: int
    end: int
    value: float
    is_encoded: bool


class Cascade:
    """Both models and their tokenizer; each is read on first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tokenizer = TextTokenizer(folder / "tokenizer.json")
        self._linear = LinearModel(folder / "linear.npz")
        self._encoder = Encoder(folder / "injection.onnx")

    @cached_property
    def settings(self) -> ClassifierSettings:
        """Give the thresholds that belong to these models."""
        return ClassifierSettings.read(self._folder)

    def margins(
        self,
        text: str,
        origin: Origin,
        *,
        task: str = "",
        most: int | None = None,
        known: Sequence[tuple[int, int]] = (),
    ) -> list[Margin]:
        """Read a text in windows; as many of them are encoded as its length allows, or `most`.

        Those with a phrase at one of the `known` places come first, however clear they seem: words
        around a phrase can make the linear model sure of anything.
        """
        tokens = self._tokenizer.tokens(text)
        windows = windows_of(tokens)
        if not windows:
            return []
        is_document = origin in _DOCUMENTS
        point = self.settings.operating["document" if is_document else "user"]
        linear = self._linear.logits(tokens.ids, windows, is_document=is_document)
        least = -math.inf if len(tokens.ids) <= _SHORT else point.clear
        urgency = [(window.holds(known), linear[at]) for at, window in enumerate(windows)]
        doubted = [at for at, (is_told, logit) in enumerate(urgency) if is_told or logit >= least]
        doubted.sort(key=lambda at: urgency[at], reverse=True)
        doubted = doubted[: allowance(len(windows)) if most is None else most]
        pieces = [tokens.ids[windows[at].first : windows[at].last] for at in doubted]
        wanted = self._tokenizer.tokens(task).ids[:LONGEST_TASK] if task and is_document else []
        logits = self._encoder.logits(pieces, is_document=is_document, task=wanted)
        seen = dict(zip(doubted, logits, strict=True))
        return [
            Margin(
                start=window.start,
                end=window.end,
                value=point.margin(encoded=seen.get(at), linear=linear[at]),
                is_encoded=at in seen,
            )
            for at, window in enumerate(windows)
        ]


def allowance(windows: int) -> int:
    """Tell how many windows of a text may be encoded."""
    return min(_MOST, _FREE + int(max(0, windows - _FEW) * _SHARE))
