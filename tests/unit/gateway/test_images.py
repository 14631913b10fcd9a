"""Images in chat requests: checked files in the request itself, with a bounded price."""

import base64
import json
from typing import cast

import pytest

from ironcage.core.errors import InvalidRequest, UnsupportedParameter
from ironcage.gateway import JsonObject, Price, PriceTable, Rates, Usage, cost, worst_case
from ironcage.gateway.wire.bedrock import to_converse
from ironcage.gateway.wire.dialects import GENERIC, speak
from ironcage.gateway.wire.images import MAX_IMAGE_BYTES, MAX_IMAGES
from ironcage.gateway.wire.openai import (
    ChatRequest,
    encode_json,
    parse_chat,
    prompt_texts,
    upstream_body,
)
from support.images import FILES, PNG, a_data_url, an_image_part

TEXT: JsonObject = {"type": "text", "text": "What is this?"}
TABLE = PriceTable.load()


def a_question(*parts: JsonObject) -> ChatRequest:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": [TEXT, *parts]}]}
    return parse_chat(json.dumps(body).encode())


def sent_part(chat: ChatRequest) -> JsonObject:
    (message,) = cast("list[JsonObject]", chat.body["messages"])
    return cast("list[JsonObject]", message["content"])[1]


@pytest.mark.parametrize("kind", FILES)
def test_image_of_a_known_format_is_accepted(kind: str) -> None:
    url = a_data_url(kind)

    chat = a_question(an_image_part(url))

    assert chat.images == ("messages[0].content[1]",)
    assert chat.image_bytes == len(url)
    assert sent_part(chat) == an_image_part(url, detail="high")


@pytest.mark.parametrize(
    ("given", "sent"), [("low", "low"), ("high", "high"), ("auto", "high"), (None, "high")]
)
def test_detail_is_always_named_since_auto_has_no_bound(given: str | None, sent: str) -> None:
    assert sent_part(a_question(an_image_part(detail=given))) == an_image_part(detail=sent)


REFUSED = {
    "http": ("http://example.com/cat.png", UnsupportedParameter),
    "https": ("https://example.com/cat.png", UnsupportedParameter),
    "https in capitals": ("HTTPS://example.com/cat.png", UnsupportedParameter),
    "file": ("file:///etc/passwd", InvalidRequest),
    "bare base64": (base64.b64encode(PNG).decode(), InvalidRequest),
    "svg": ("data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=", InvalidRequest),
    "no base64": ("data:image/png,abc", InvalidRequest),
    "parameters": ("data:image/png;x=1;base64,iVBORw0KGgo=", InvalidRequest),
    "broken base64": ("data:image/png;base64,iVBORw0KGg%o", InvalidRequest),
    "base64 with spaces": (a_data_url()[:40] + " " + a_data_url()[40:], InvalidRequest),
    "text after the padding": ("data:image/png;base64,iVBORw0KGgo=AAAA", InvalidRequest),
    "another format inside": (a_data_url("png", FILES["gif"]), InvalidRequest),
    "nothing inside": ("data:image/png;base64,", InvalidRequest),
    "a number": (7, InvalidRequest),
    "empty": ("", InvalidRequest),
}


@pytest.mark.parametrize(("url", "error"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_image_of_ours_is_refused_by_its_path(
    url: object, error: type[InvalidRequest]
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        a_question({"type": "image_url", "image_url": {"url": url}})

    assert type(caught.value) is error
    assert set(caught.value.fields) == {"messages[0].content[1].image_url.url"}


def test_address_is_refused_with_its_reason() -> None:
    with pytest.raises(UnsupportedParameter) as caught:
        a_question(an_image_part("https://example.com/cat.png"))

    assert "nothing is fetched" in next(iter(caught.value.fields.values()))


def test_image_over_the_limit_is_refused() -> None:
    whole = a_question(an_image_part(a_data_url(data=PNG + bytes(MAX_IMAGE_BYTES - len(PNG)))))

    assert whole.images
    with pytest.raises(InvalidRequest):
        a_question(an_image_part(a_data_url(data=PNG + bytes(MAX_IMAGE_BYTES))))


def test_one_image_too_many_is_refused() -> None:
    assert len(a_question(*[an_image_part()] * MAX_IMAGES).images) == MAX_IMAGES
    with pytest.raises(InvalidRequest) as caught:
        a_question(*[an_image_part()] * (MAX_IMAGES + 1))

    assert set(caught.value.fields) == {"messages"}


@pytest.mark.parametrize(
    "message",
    [
        {"role": "system"},
        {"role": "developer"},
        {"role": "assistant"},
        {"role": "tool", "tool_call_id": "c1"},
    ],
    ids=lambda message: message["role"],
)
def test_image_outside_a_user_message_is_refused(message: JsonObject) -> None:
    body = {"model": "m", "messages": [{**message, "content": [an_image_part()]}]}

    with pytest.raises(UnsupportedParameter) as caught:
        parse_chat(json.dumps(body).encode())

    assert set(caught.value.fields) == {"messages[0].content[0]"}


def test_image_is_no_text_for_the_firewalls() -> None:
    assert [found.text for found in prompt_texts(a_question(an_image_part()))] == [TEXT["text"]]


def test_provider_of_openais_format_gets_the_image_as_it_is() -> None:
    body = upstream_body(a_question(an_image_part()), model="llava", max_tokens=64)

    assert a_data_url().encode() in encode_json(speak(body, GENERIC))


@pytest.mark.parametrize("kind", FILES)
def test_bedrock_gets_the_bytes_of_the_file(kind: str) -> None:
    chat = a_question(an_image_part(a_data_url(kind)))

    sent = to_converse(upstream_body(chat, model="amazon.nova-lite-v1:0", max_tokens=64))

    image = {"image": {"format": kind, "source": {"bytes": FILES[kind]}}}
    assert sent["messages"] == [{"role": "user", "content": [{"text": TEXT["text"]}, image]}]


def test_price_of_images_is_their_bound_and_not_their_bytes() -> None:
    price = Price(Rates(1_000_000, 0, 1_000_000, 1_000_000), overhead_tokens=0, image_tokens=1_600)

    two = price.with_images(("messages[0].content[0]", "messages[0].content[1]"))

    assert worst_case(two, input_bytes=100, n=1, max_tokens=0) == 3_300
    assert cost(two, Usage(3_300)) == 3_300
    assert price.with_images(()) is price


def test_image_without_a_bound_is_refused_by_its_path() -> None:
    price = TABLE.price_of("gpt-3.5-turbo")

    assert price is not None
    with pytest.raises(UnsupportedParameter) as caught:
        price.with_images(("messages[0].content[1]",))
    assert set(caught.value.fields) == {"messages[0].content[1]"}


def test_price_of_ones_own_has_the_largest_bound_of_all() -> None:
    known = [price.image_tokens for name in TABLE.names() if (price := TABLE.price_of(name))]

    assert Price.flat(1, 1).image_tokens == max(tokens or 0 for tokens in known)


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("gpt-4o", 85 + 8 * 170),
        ("gpt-4o-mini", 2_833 + 8 * 5_667),
        ("gpt-5", 70 + 8 * 140),
        ("o3", 75 + 8 * 150),
        ("gpt-4.1-mini", 2_489),
        ("claude-sonnet-5-5", 4_784),
        ("claude-haiku-4-5", 1_600),
        ("us.amazon.nova-lite-v1:0", 100_000),
        ("amazon.nova-micro-v1:0", None),
    ],
)
def test_bound_is_what_the_vendors_document(model: str, tokens: int | None) -> None:
    price = TABLE.price_of(model)

    assert price is not None
    assert price.image_tokens == tokens


def test_golden_cost_of_cached_and_written_tokens_at_anthropic() -> None:
    price = TABLE.price_of("claude-sonnet-5-5")
    usage = Usage(1_000_000, 1_000, cached_tokens=600_000, cache_write_tokens=300_000)

    assert price is not None
    # 100,000 fresh at $2, 600,000 read at $0.10, 300,000 written at $2.50, 1,000 out at $10
    assert cost(price, usage) == 200_000 + 60_000 + 750_000 + 10_000


def test_golden_cost_of_a_long_prompt_at_anthropic() -> None:
    price = TABLE.price_of("claude-haiku-5-5")

    assert price is not None
    assert cost(price, Usage(100_000, 1_000)) == 10_000 + 500
    assert cost(price, Usage(100_001, 1_000)) == 50_001 + 2_500
