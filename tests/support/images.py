"""Small images, whole enough for their signatures."""

import base64

from ironcage.gateway import JsonObject

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
FILES = {
    "png": PNG,
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(32),
    "gif": b"GIF89a" + bytes(32),
    "webp": b"RIFF\x20\x00\x00\x00WEBPVP8 " + bytes(16),
}


def a_data_url(kind: str = "png", data: bytes | None = None) -> str:
    """Write an image as a `data:` URL."""
    return f"data:image/{kind};base64,{base64.b64encode(data or FILES[kind]).decode()}"


def an_image_part(url: str | None = None, **image: object) -> JsonObject:
    """Write the part of a message that holds an image."""
    return {"type": "image_url", "image_url": {"url": url or a_data_url(), **image}}
