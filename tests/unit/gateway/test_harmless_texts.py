"""A text that the policy lists as harmless passes, and the record counts it apart."""

from typing import cast

from ironcage.gateway import JsonObject
from support.fakes_gateway import GatewayRig, ScriptedChat, a_body, a_view, an_answer

ASKED = "Write to help@acme.io or to bob@acme.io today."
ANSWERED = "I wrote to help@acme.io and to bob@acme.io."
POLICY: JsonObject = {"preset": "strict", "allow": {"values": ["help@acme.io"]}}


def a_rig() -> GatewayRig:
    rig = GatewayRig(ScriptedChat(an_answer(ANSWERED)))
    rig.directory.current = a_view(policy=POLICY)
    return rig


def test_harmless_text_passes_in_both_directions_and_is_counted_apart() -> None:
    rig = a_rig()

    answer = rig.ask({**a_body(), "messages": [{"role": "user", "content": ASKED}]})

    (record,) = rig.records.records
    assert "help@acme.io and to [REDACTED:EMAIL_ADDRESS]" in str(answer.json)
    for verdict in ("input_verdict", "output_verdict"):
        seen = cast("JsonObject", record[verdict])
        assert (seen["findings"], seen["allowed"]) == ({"EMAIL_ADDRESS": 1}, 1)
        assert "acme" not in str(seen)
