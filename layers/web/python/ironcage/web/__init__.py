"""HTTP functions: FastAPI behind API Gateway, in one error shape, for callers that are proven.

Importing this takes half a second: a function that answers other events too does it on demand.
"""

from ironcage.web.app import MAX_BODY_BYTES, create_app
from ironcage.web.auth import CurrentCaller
from ironcage.web.gateway_events import lambda_handler
from ironcage.web.scan_answers import scan_batch
from ironcage.web.scan_bodies import ScanAnswer, ScanBatch

__all__ = [
    "MAX_BODY_BYTES",
    "CurrentCaller",
    "ScanAnswer",
    "ScanBatch",
    "create_app",
    "lambda_handler",
    "scan_batch",
]
