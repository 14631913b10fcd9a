"""What the classifier was chosen to do: thresholds and bounds, kept beside its weights."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MODEL = Path(__file__).parent / "model"


@dataclass(frozen=True, slots=True)
class Operating:
    """The operating point for one origin, on the scale of logits.

    A window whose linear logit is below `clear` is not shown to the encoder. What both models say
    together, the linear one weighing `mix`, becomes a score of 0.5 at `threshold`; what only the
    linear model saw, at `alone`.
    """

    clear: float
    mix: float
    threshold: float
    slope: float
    alone: float

    def margin(self, *, encoded: float | None, linear: float) -> float:
        """Tell how far a window stands above the operating point."""
        if encoded is None:
            return linear - self.alone
        return (encoded + self.mix * linear - self.threshold) * self.slope


@dataclass(frozen=True, slots=True)
class ClassifierSettings:
    """Everything that was decided when the model was made."""

    operating: Mapping[str, Operating]
    files: Mapping[str, str]
    phrase_lift: float
    view_penalty: float
    terse_penalty: float
    source: str

    @classmethod
    def parse(cls, source: str) -> "ClassifierSettings":
        """Read the settings from JSON."""
        raw = json.loads(source)
        return cls(
            operating={name: Operating(**point) for name, point in raw["operating"].items()},
            files=raw["files"],
            phrase_lift=raw["phrase_lift"],
            view_penalty=raw["view_penalty"],
            terse_penalty=raw["terse_penalty"],
            source=source,
        )

    @classmethod
    def read(cls, folder: Path = MODEL) -> "ClassifierSettings":
        """Read the settings that stand beside the weights."""
        return cls.parse((folder / "settings.json").read_text("utf-8"))
