"""The public bodies of `POST /v1/firewall/input`: those of both firewalls, with what fits here."""

from pydantic import ConfigDict
from pydantic.config import JsonDict

from ironcage.web import ScanAnswer, ScanBatch

__all__ = ["InputBatch", "ScanAnswer"]

_EXAMPLE: JsonDict = {
    "inputs": [
        {"text": "Summarise this page.", "origin": "user"},
        {"messages": [{"role": "tool", "tool_call_id": "call_1", "content": "Rain."}]},
    ]
}


class InputBatch(ScanBatch):
    """What may go to a model: prompts, documents, the output of tools."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
