"""Whatever a chat says, Anthropic's body is valid and complete; and so is what comes back."""

import json
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from ironcage.gateway import JsonObject, Usage
from ironcage.gateway.wire.anthropic_provider_answer import from_anthropic
from ironcage.gateway.wire.anthropic_provider_request import to_anthropic
from ironcage.gateway.wire.openai import parse_chat, upstream_body, usage_of
from support.anthropic_schema import problems_in
from support.builders_gateway import USER, WEATHER_TOOL
from support.images import an_image_part

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
TEXT = WORDS.map(lambda text: {"type": "text", "text": text})
IMAGE = st.just(an_image_part())
IDS = st.text("abcXYZ019_-.:/", min_size=1, max_size=12)
OBJECTS = st.dictionaries(WORDS, st.integers() | WORDS, max_size=3)


def said(role: str) -> st.SearchStrategy[list[JsonObject]]:
    return WORDS.map(lambda text: [{"role": role, "content": text}])


@st.composite
def rounds_of_tools(draw: st.DrawFn) -> list[JsonObject]:
    """Draw an answer with calls, and their results in any order."""
    ids = draw(st.lists(IDS, min_size=1, max_size=3, unique=True))
    calls = [
        {
            "id": call_id,
            "type": "function",
            "function": {"name": "get_weather", "arguments": json.dumps(draw(OBJECTS))},
        }
        for call_id in ids
    ]
    results: list[JsonObject] = [
        {"role": "tool", "tool_call_id": call_id, "content": draw(WORDS)}
        for call_id in draw(st.permutations(ids))
    ]
    called: JsonObject = {"role": "assistant", "content": draw(st.none() | WORDS)}
    return [{**called, "tool_calls": calls}, *results]


ASKED = st.lists(TEXT | IMAGE, min_size=1, max_size=3).map(
    lambda parts: [{"role": "user", "content": parts}]
)
CONVERSATIONS = st.lists(
    said("system") | said("developer") | said("user") | said("assistant") | ASKED
    | rounds_of_tools(),
    min_size=1,
    max_size=5,
)  # fmt: skip
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.floats(0, 1),
        "top_p": st.floats(0, 1),
        "stop": st.sampled_from(["END", ["a", "b"], []]),
        "tool_choice": st.sampled_from(["auto", "none"]),
        "parallel_tool_calls": st.booleans(),
        "reasoning_effort": st.sampled_from(["none", "low", "max"]),
        "seed": st.integers(0, 9),
        "stream": st.just(value=True),
    },
)
MODELS = st.sampled_from(["claude-sonnet-5-5", "claude-haiku-4-5"])


def texts_in(value: object) -> set[str]:
    """Collect the strings of a structure, keys aside."""
    if isinstance(value, dict):
        return {text for child in value.values() for text in texts_in(child)}
    if isinstance(value, list):
        return {text for child in value for text in texts_in(child)}
    return {value} if isinstance(value, str) else set()


@given(rounds=CONVERSATIONS, options=OPTIONS, model=MODELS)
def test_body_is_valid_and_every_text_of_the_chat_is_in_it(
    rounds: list[list[JsonObject]], options: JsonObject, model: str
) -> None:
    messages = [USER, *(message for part in rounds for message in part)]
    if options.get("reasoning_effort") in {"low", "max"}:
        options = {**options, "temperature": 1}
    body = {"model": "m", "messages": messages, "tools": [WEATHER_TOOL], **options}

    chat = parse_chat(json.dumps(body).encode())
    sent = to_anthropic(upstream_body(chat, model=model, max_tokens=4_096))

    assert problems_in(sent) == []
    spoken = {text for m in messages for text in texts_in(m.get("content"))}
    keys = {"text", "image_url"}
    urls = {text for text in spoken if text.startswith("data:image/")}
    told = texts_in(sent)
    assert spoken - keys - urls <= told
    assert "image" in told or not urls
    assert "image" in spoken or urls or "image" not in told


BLOCKS = st.lists(
    st.one_of(
        WORDS.map(lambda text: {"type": "text", "text": text}),
        WORDS.map(lambda text: {"type": "thinking", "thinking": text, "signature": "s"}),
        st.builds(
            lambda number, given: {
                "type": "tool_use",
                "id": f"toolu_{number}",
                "name": "f",
                "input": given,
            },
            st.integers(0, 99),
            OBJECTS,
        ),
    ),
    max_size=6,
)
COUNTS = st.integers(0, 10**6)


@given(blocks=BLOCKS, counts=st.tuples(COUNTS, COUNTS, COUNTS, COUNTS))
def test_nothing_of_an_answer_is_lost(
    blocks: list[JsonObject], counts: tuple[int, int, int, int]
) -> None:
    fresh, output, read, written = counts
    usage = {
        "input_tokens": fresh,
        "output_tokens": output,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
    }

    answer = from_anthropic(
        {"id": "msg_1", "content": blocks, "stop_reason": "end_turn", "usage": usage}, created=1
    )

    (choice,) = cast("list[JsonObject]", answer["choices"])
    message = cast("JsonObject", choice["message"])
    for kind, source, target in (
        ("text", "text", "content"),
        ("thinking", "thinking", "reasoning_content"),
    ):
        joined = "".join(str(b[source]) for b in blocks if b["type"] == kind)
        assert (message.get(target) or "") == joined
    calls = cast("list[JsonObject]", message.get("tool_calls", []))
    read_back = [
        {
            "type": "tool_use",
            "id": call["id"],
            "name": f["name"],
            "input": json.loads(f["arguments"]),
        }
        for call in calls
        for f in [cast("dict[str, str]", call["function"])]
    ]
    assert read_back == [b for b in blocks if b["type"] == "tool_use"]
    assert usage_of(answer) == Usage(
        fresh + read + written, output, cached_tokens=read, cache_write_tokens=written
    )
