"""`POST /v1/firewall/output` for agents: what their own policy makes of texts (step 8)."""

from fastapi import Request, Response

from ironcage.adapters.scans import report_crash, report_refusals, time_for_answer
from ironcage.core import SystemClock
from ironcage.firewall import Direction, Origin
from ironcage.gateway import Scanner
from ironcage.web import CurrentCaller, create_app, lambda_handler, scan_batch
from output_firewall.schemas import OutputBatch, ScanAnswer
from output_firewall.wiring import ROUTE, SERVICE, access, own_detectors, reports

refused = report_refusals(SERVICE)
app = create_app(
    title="Iron Cage output firewall",
    caller_of=lambda event: access().caller_of(event),
    report=report_crash(SERVICE),
    refused=refused,
)


@app.post(ROUTE, response_model=ScanAnswer)
def scan(batch: OutputBatch, caller: CurrentCaller, request: Request) -> Response:
    """Judge 1 to 64 texts or conversations by the policy of the calling agent."""
    event, context = request.scope["aws.event"], request.scope["aws.context"]
    return scan_batch(
        batch,
        access().terms.of(caller),
        scanner=Scanner(own_detectors(), direction=Direction.OUTPUT, clock=SystemClock()),
        default=Origin.MODEL,
        request_id=request.state.request_id,
        seconds_left=time_for_answer(event, context, clock=SystemClock()),
        refused=refused,
        tell=lambda tally: reports().tell(tally, caller, request.state.request_id),
    )


handle = lambda_handler(app)
