"""Moderation as a scripted provider answers it, in OpenAI's format."""

import json
from collections.abc import Mapping

from ironcage.firewall import ModerationCategory
from support.provider_scripts import Script

MODEL = "omni-moderation-latest"


def scored(*texts: Mapping[str, float]) -> Script:
    """Write an answer that scores so many texts; a category that is not named gets a little."""
    results = [
        {
            "flagged": any(score >= 0.5 for score in scores.values()),
            "category_scores": {c: scores.get(c, 0.001) for c in ModerationCategory},
        }
        for scores in texts
    ]
    body = {"id": "modr-scripted", "model": MODEL, "results": results}
    return Script(raw=json.dumps(body).encode())
