"""Run in a process of its own: `run_handler.py FUNCTION < event.json` prints the answer as JSON.

What the handler prints goes to stderr, so that stdout holds the answer alone.
"""

import json
import os
import sys
import time
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Context:
    """Lambda's context, as far as handlers use it."""

    function_name: str
    ends_at: float
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    aws_request_id: str = "00000000-0000-4000-8000-000000000001"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:invoked"
    log_group_name: str = "stderr"
    log_stream_name: str = "stderr"

    def get_remaining_time_in_millis(self) -> int:
        """Tell how long the invocation may still run."""
        return max(0, round((self.ends_at - time.monotonic()) * 1000))


def main(function: str) -> None:
    """Call a function's handler with the event on stdin."""
    event = json.load(sys.stdin)
    name = os.getenv("AWS_LAMBDA_FUNCTION_NAME") or function
    with redirect_stdout(sys.stderr):
        handler = import_module(f"{function}.handler").handler
        answer = handler(event, Context(name, time.monotonic() + _SECONDS))
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
