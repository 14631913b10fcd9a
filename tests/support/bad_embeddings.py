"""Embeddings requests that must be refused, as data: no 5xx, one body shape, nothing charged."""

from support.bad_requests import INVALID, MALFORMED, UNSUPPORTED, BadRequest
from support.builders_embeddings import an_embedding_body

JSON = {"content-type": "application/json"}


def _invalid(name: str, **changes: object) -> BadRequest:
    return BadRequest(name, an_embedding_body(**changes), 400, INVALID)


def _unsupported(name: str, **changes: object) -> BadRequest:
    return BadRequest(name, an_embedding_body(**changes), 400, UNSUPPORTED)


def _malformed(name: str, body: bytes) -> BadRequest:
    return BadRequest(name, body, 400, MALFORMED)


BAD_EMBEDDINGS = (
    _malformed("empty body", b""),
    _malformed("not json", b"hello"),
    _malformed("json array", b"[]"),
    _malformed("cut json", b'{"model": "m", "input": ['),
    _malformed("duplicate key", b'{"model": "m", "input": "a", "input": "b"}'),
    _malformed("invalid utf-8", b'{"model": "m", "input": "\xff"}'),
    _malformed("lone surrogate", b'{"model": "m", "input": "\\ud800"}'),
    _malformed("lone surrogate in a list", b'{"model": "m", "input": ["a", "\\udc00"]}'),
    _malformed("nan", b'{"model": "m", "input": "a", "dimensions": NaN}'),
    _malformed("bottomless input", b'{"model": "m", "input": ' + b"[" * 100_000),
    BadRequest("huge body", b'{"input": "' + b"m" * 5_000_000 + b'"}', 413, "BODY_TOO_LARGE"),
    _invalid("no model", model=...),
    _invalid("empty model", model=""),
    _invalid("model is a number", model=3),
    _invalid("endless model", model="m" * 257),
    _invalid("no input", input=...),
    _invalid("null input", input=None),
    _invalid("empty text", input=""),
    _invalid("empty list", input=[]),
    _invalid("empty text in a list", input=["a", ""]),
    _invalid("null in a list", input=["a", None]),
    _invalid("too many inputs", input=["a"] * 2_049),
    _invalid("input is a number", input=7),
    _invalid("input is true", input=True),
    _invalid("input is an object", input={"text": "a"}),
    _invalid("list of objects", input=[{"text": "a"}]),
    _invalid("list of empty lists", input=[[]]),
    _invalid("list of lists of texts", input=[["a"]]),
    _invalid("texts and token ids", input=["a", 1]),
    _invalid("booleans for token ids", input=[True, False]),
    _invalid("fractions for token ids", input=[1.5]),
    _invalid("dimensions is zero", dimensions=0),
    _invalid("dimensions is a string", dimensions="256"),
    _invalid("dimensions is true", dimensions=True),
    _invalid("dimensions is enormous", dimensions=10**9),
    _invalid("unknown encoding", encoding_format="hex"),
    _invalid("encoding is a list", encoding_format=["float"]),
    _invalid("user is a number", user=1),
    _invalid("endless user", user="u" * 513),
    _invalid("unknown input type", input_type="poetry"),
    _invalid("normalize is a string", normalize="yes"),
    _unsupported("token ids", input=[1, 2, 3]),
    _unsupported("one token id", input=[1]),
    _unsupported("lists of token ids", input=[[1, 2], [3]]),
    _unsupported("negative token id", input=[-1]),
    _unsupported("unknown parameter", truncate="END"),
    _unsupported("parameter of a chat", messages=[]),
    _unsupported("stream", stream=True),
    _unsupported("image", images=["data:image/png;base64,AAAA"]),
    BadRequest("form", b"input=a", 415, "UNSUPPORTED_MEDIA_TYPE", {"content-type": "text/plain"}),
    BadRequest("no media type", an_embedding_body(), 415, "UNSUPPORTED_MEDIA_TYPE", {}),
)
