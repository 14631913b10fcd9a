"""Images in a request: small files in `data:` URLs, checked before they go anywhere.

An image behind `http` or `https` is refused: fetching it would let a caller make us, or a provider
with our key, open any address.
"""

import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, cast

from ironcage.gateway.model import JsonObject
from ironcage.gateway.wire.checks import Problems, choice, record, text

MAX_IMAGES = 20
# Bedrock takes 3.75 MB, and the whole body may have 5 MB.
MAX_IMAGE_BYTES = 3_500_000

_SOURCE = record(
    {
        "type": choice("base64"),
        "media_type": choice("image/png", "image/jpeg", "image/gif", "image/webp"),
        "data": text(2 * MAX_IMAGE_BYTES),
    },
    required=("type", "media_type", "data"),
)
_HEAD = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,")
_SIGNATURES: Mapping[str, Callable[[bytes], bool]] = {
    "image/png": lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": lambda data: data.startswith(b"\xff\xd8\xff"),
    "image/gif": lambda data: data.startswith((b"GIF87a", b"GIF89a")),
    "image/webp": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
}


class Image(NamedTuple):
    """One image: its media type and its bytes in base64."""

    media_type: str
    base64: str

    @property
    def format(self) -> str:
        """Name the format alone: `png`."""
        return self.media_type.removeprefix("image/")

    def decode(self) -> bytes:
        """Give the bytes of the file."""
        return binascii.a2b_base64(self.base64)


def check_image_url(value: object, path: str, problems: Problems) -> None:
    """Expect a `data:` URL that holds an image of the type that it names."""
    if not isinstance(value, str):
        problems.add(path, "must be a string")
    elif re.match(r"https?:", value, re.IGNORECASE):
        problems.refuse(path, "must be a data: URL, since nothing is fetched for a caller")
    elif problem := _problem(value):
        problems.add(path, problem)


def check_source(value: object, path: str, problems: Problems) -> None:
    """Expect the source of an image in Anthropic's words, its bytes included."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind in ("url", "file"):
        problems.refuse(path, "must be base64, since nothing is fetched for a caller")
        return
    _SOURCE(value, path, problems)
    has_data = isinstance(value, dict) and isinstance(value.get("data"), str)
    if has_data and (problem := _problem(url_of(value))):
        problems.add(f"{path}.data", problem)


def url_of(source: object) -> str:
    """Write a checked source as a `data:` URL."""
    told = cast("JsonObject", source)
    return f"data:{told.get('media_type')};base64,{told['data']}"


def image_of(part: Mapping[str, object]) -> Image:
    """Read the image of a content part that was checked."""
    url = str(cast("JsonObject", part["image_url"])["url"])
    head, _, data = url.partition(",")
    return Image(head.removeprefix("data:").removesuffix(";base64"), data)


def images_in(messages: list[JsonObject]) -> Iterator[tuple[str, int]]:
    """Find the images of checked messages: the path of each, and the size of its URL."""
    for at, message in enumerate(messages):
        content = message.get("content")
        for place, part in enumerate(content if isinstance(content, list) else ()):
            if part.get("type") == "image_url":
                yield f"messages[{at}].content[{place}]", len(part["image_url"]["url"])


def bounded_part(part: JsonObject) -> JsonObject:
    """Name the detail of an image: what `auto` costs is the provider's choice and has no bound."""
    if part.get("type") != "image_url":
        return part
    image = cast("JsonObject", part["image_url"])
    detail = "low" if image.get("detail") == "low" else "high"
    return {"type": "image_url", "image_url": {"url": image["url"], "detail": detail}}


def _problem(url: str) -> str | None:
    head = _HEAD.match(url)
    if head is None:
        return "must be a data: URL of a png, jpeg, gif or webp image in base64"
    try:
        data = binascii.a2b_base64(url[head.end() :], strict_mode=True)
    except ValueError:
        return "must hold base64"
    if len(data) > MAX_IMAGE_BYTES:
        return f"must hold at most {MAX_IMAGE_BYTES} bytes"
    if not _SIGNATURES[head[1]](data):
        return "must hold an image of the type that it names"
    return None
