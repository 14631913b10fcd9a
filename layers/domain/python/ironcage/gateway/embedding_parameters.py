"""Every parameter of an embeddings request that we know; any other is refused, as for chats."""

from collections.abc import Mapping

from ironcage.gateway.parameters import Parameter, free, ours, priced
from ironcage.gateway.wire.checks import Problems, boolean, by_type, choice, integer, text

MAX_INPUTS = 2_048
MAX_DIMENSIONS = 16_384
UNREADABLE = "are token ids, which cannot be scanned: send the text itself"
INPUT_TYPES = ("search_document", "search_query", "classification", "clustering")

_TEXT = text(5_000_000, low=1)


def _texts(value: object, path: str, problems: Problems) -> None:
    """Expect a list of texts; token ids are known, but nothing could look into them."""
    if not isinstance(value, list):
        problems.add(path, "must be a string or a list of strings")
    elif not 1 <= len(value) <= MAX_INPUTS:
        problems.add(path, f"must have 1 to {MAX_INPUTS} items")
    elif all(map(_is_token_ids, value)):
        problems.refuse(path, UNREADABLE)
    else:
        for at, item in enumerate(value):
            _TEXT(item, f"{path}[{at}]", problems)


def _is_token_ids(value: object) -> bool:
    items = value if isinstance(value, list) and value else [value]
    return all(isinstance(item, int) and not isinstance(item, bool) for item in items)


EMBEDDING_PARAMETERS: Mapping[str, Parameter] = {
    "model": ours(text(256, low=1)),
    "input": priced(by_type(_TEXT, _texts)),
    "dimensions": free(integer(1, MAX_DIMENSIONS)),
    "encoding_format": ours(choice("float", "base64")),
    "input_type": free(choice(*INPUT_TYPES)),
    "normalize": free(boolean),
    "user": free(text(512)),
}
