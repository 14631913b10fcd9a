"""The public bodies of `POST /v1/firewall/output`: those of both firewalls, with what fits here."""

from pydantic import ConfigDict
from pydantic.config import JsonDict

from ironcage.web import ScanAnswer, ScanBatch

__all__ = ["OutputBatch", "ScanAnswer"]

_EXAMPLE: JsonDict = {
    "inputs": [
        {"text": "Her address is jane.doe@mail.acme.co.uk."},
        {"messages": [{"role": "assistant", "content": "It rains."}]},
    ]
}


class OutputBatch(ScanBatch):
    """What may go to a client: the answers of a model."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
