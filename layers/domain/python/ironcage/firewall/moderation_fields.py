"""The fields of a policy's `moderation`: who scores, and what each severity leads to."""

from collections.abc import Mapping

from ironcage.firewall.model import Action

PROVIDERS = ("local", "openai", "none")
BANDS = ("low", "medium", "high")
CATEGORIES = (
    "HARASSMENT",
    "HARASSMENT_THREATENING",
    "HATE",
    "HATE_THREATENING",
    "ILLICIT",
    "ILLICIT_VIOLENT",
    "SELF_HARM",
    "SELF_HARM_INSTRUCTIONS",
    "SELF_HARM_INTENT",
    "SEXUAL",
    "SEXUAL_MINORS",
    "VIOLENCE",
    "VIOLENCE_GRAPHIC",
)
_ACTIONS = tuple(action.name.lower() for action in Action)
_FIELDS = ("provider", "categories")


def moderation_problems(section: object) -> dict[str, str]:
    """Name everything that is wrong with a policy's `moderation`, by its path in there."""
    if not isinstance(section, Mapping):
        return {"": "must be an object"}
    problems = {f".{name}": "is not a policy field" for name in section if name not in _FIELDS}
    if section.get("provider", PROVIDERS[0]) not in PROVIDERS:
        problems[".provider"] = f"must be one of {', '.join(PROVIDERS)}"
    categories = section.get("categories", {})
    if not isinstance(categories, Mapping):
        return {**problems, ".categories": "must be an object"}
    for name, row in categories.items():
        found = _category_problems(name, row)
        problems |= {f".categories.{name}{path}": text for path, text in found.items()}
    return problems


def _category_problems(name: object, row: object) -> dict[str, str]:
    if name not in CATEGORIES:
        return {"": f"must be one of {', '.join(CATEGORIES)}"}
    if not isinstance(row, Mapping):
        return {"": "must be an object"}
    problems: dict[str, str] = {}
    for band, action in row.items():
        if band not in BANDS:
            problems[f".{band}"] = f"must be one of {', '.join(BANDS)}"
        elif action not in _ACTIONS:
            problems[f".{band}"] = f"must be one of {', '.join(_ACTIONS)}"
    return problems
