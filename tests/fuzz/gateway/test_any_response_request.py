"""Whatever a body of OpenAI's Responses holds, it is read or refused with reasons."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.core.errors import InvalidRequest, UnsupportedParameter
from ironcage.gateway.wire.responses_chat import parse_responses
from ironcage.gateway.wire.responses_parameters import RESPONSES_PARAMETERS

WORDS = st.sampled_from(
    ["message", "user", "assistant", "function_call", "input_text", "json_schema", "auto", "f"]
)
KEYS = st.sampled_from(
    [
        "type",
        "role",
        "content",
        "text",
        "format",
        "name",
        "call_id",
        "output",
        "arguments",
        "schema",
    ]
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.dictionaries(st.sampled_from(sorted(RESPONSES_PARAMETERS)), JUNK, max_size=4)


@settings(max_examples=300)
@given(FIELDS)
def test_any_body_is_read_or_refused_with_reasons(fields: dict[str, object]) -> None:
    body = json.dumps({"model": "m", "input": "Hi.", **fields}).encode()

    try:
        chat = parse_responses(body)
    except (InvalidRequest, UnsupportedParameter):
        return

    assert chat.body["messages"]
