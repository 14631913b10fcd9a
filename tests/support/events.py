"""Payloads come from `events/`, which tests and `sam local invoke` share."""

import json
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parents[2] / "events"


def load_event(name: str) -> Any:
    """Read a payload, such as `usage_recorder/batch`."""
    return json.loads((EVENTS / f"{name}.json").read_text())
