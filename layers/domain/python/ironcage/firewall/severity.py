"""Moderation as policy: categories, how severe a score is, and what a severity leads to.

A tenant writes, category by category, what each severity leads to; the rest stays as it is here:

    {"provider": "local", "categories": {"HATE": {"medium": "escalate", "high": "block"}}}
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ironcage.firewall.model import Action

PREFIX = "MODERATION_"
ACTIONS = {action.name.lower(): action for action in Action}
_FIELDS = ("provider", "categories")

Problems = dict[str, str]


class ModerationCategory(StrEnum):
    """What a text can be moderated for, under the names that OpenAI's moderation API has."""

    HARASSMENT = "harassment"
    HARASSMENT_THREATENING = "harassment/threatening"
    HATE = "hate"
    HATE_THREATENING = "hate/threatening"
    ILLICIT = "illicit"
    ILLICIT_VIOLENT = "illicit/violent"
    SELF_HARM = "self-harm"
    SELF_HARM_INSTRUCTIONS = "self-harm/instructions"
    SELF_HARM_INTENT = "self-harm/intent"
    SEXUAL = "sexual"
    SEXUAL_MINORS = "sexual/minors"
    VIOLENCE = "violence"
    VIOLENCE_GRAPHIC = "violence/graphic"


class Severity(StrEnum):
    """How bad a text is, mildest first; the bands begin at 0.5, 0.7 and 0.9."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class ModerationProvider(StrEnum):
    """Who scores texts: our own model, OpenAI with the tenant's key, or nobody."""

    LOCAL = "local"
    OPENAI = "openai"
    NONE = "none"


NAMES = tuple(category.name for category in ModerationCategory)
BANDS: Mapping[Severity, float] = {Severity.LOW: 0.5, Severity.MEDIUM: 0.7, Severity.HIGH: 0.9}
# Warn and flag are findings that pass: they are in the record, and the text goes on.
STANDARD: Mapping[Severity, Action] = {
    Severity.LOW: Action.ALLOW,
    Severity.MEDIUM: Action.ALLOW,
    Severity.HIGH: Action.BLOCK,
}


@dataclass(frozen=True, slots=True)
class ModerationRules:
    """Who moderates, and what a category's severities lead to where that is not the standard."""

    provider: ModerationProvider = ModerationProvider.LOCAL
    categories: Mapping[str, Mapping[Severity, Action]] = field(default_factory=dict)

    def action_for(self, kind: str, score: float) -> Action | None:
        """Tell what a moderation finding leads to; None when its score is in no band.

        Each severity counts at least as much as the milder ones: what blocks at `low` blocks.
        """
        severity = severity_of(score)
        if severity is None:
            return None
        own = self.categories.get(kind.removeprefix(PREFIX), {})
        reached = (s for s in Severity if BANDS[s] <= BANDS[severity])
        return max(own.get(s, STANDARD[s]) for s in reached)


STANDARD_RULES = ModerationRules()


def severity_of(score: float) -> Severity | None:
    """Tell the band that a score is in; None below all of them."""
    return next((s for s in reversed(Severity) if score >= BANDS[s]), None)


def moderation_type(category: str) -> str:
    """Give a finding's type: `self-harm/intent` is `MODERATION_SELF_HARM_INTENT`."""
    return PREFIX + ModerationCategory(category).name


def moderation_problems(section: object) -> Problems:
    """Name everything that is wrong with a policy's `moderation`, by its path in there."""
    if not isinstance(section, Mapping):
        return {"": "must be an object"}
    problems: Problems = {f".{f}": "is not a policy field" for f in section if f not in _FIELDS}
    provider = section.get("provider", ModerationProvider.LOCAL)
    if not isinstance(provider, str) or provider not in set(ModerationProvider):
        problems[".provider"] = f"must be one of {', '.join(ModerationProvider)}"
    categories = section.get("categories", {})
    if not isinstance(categories, Mapping):
        return {**problems, ".categories": "must be an object"}
    for name, severities in categories.items():
        found = _category_problems(name, severities)
        problems |= {f".categories.{name}{path}": text for path, text in found.items()}
    return problems


def read_moderation(section: Mapping[str, object]) -> ModerationRules:
    """Read a section that has no problems."""
    categories = section.get("categories")
    rows = categories.items() if isinstance(categories, Mapping) else ()
    return ModerationRules(
        ModerationProvider(str(section.get("provider", ModerationProvider.LOCAL))),
        {str(name): {Severity(s): ACTIONS[a] for s, a in row.items()} for name, row in rows},
    )


def _category_problems(name: object, severities: object) -> Problems:
    if name not in NAMES:
        return {"": f"must be one of {', '.join(NAMES)}"}
    if not isinstance(severities, Mapping):
        return {"": "must be an object"}
    problems: Problems = {}
    for severity, action in severities.items():
        if severity not in set(Severity):
            problems[f".{severity}"] = f"must be one of {', '.join(Severity)}"
        elif not isinstance(action, str) or action not in ACTIONS:
            problems[f".{severity}"] = f"must be one of {', '.join(ACTIONS)}"
    return problems
