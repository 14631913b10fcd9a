"""What an HTTP provider's answer means when it is not the one that was asked for."""

import json
import re
from typing import NoReturn

from ironcage.adapters.providers.transport import Answer
from ironcage.core.errors import ProviderLimited, ProviderRejected, ProviderUnavailable

MAX_RETRY_SECONDS = 60
_DIGITS = 18

# Somebody between us and the model gave up waiting: the model may have answered, and be paid.
_UNKNOWN = frozenset({408, 502, 504, 522, 524})
# Our key, our account or our model name is not accepted: the next provider may do better.
_OURS = frozenset({401, 402, 403, 404})
# An error that comes with these was charged: the model had answered before something broke.
_WORK = frozenset({"choices", "usage"})
_CODE = re.compile(r"[a-z0-9_.\[\]-]{1,64}")


def decode_answer(body: bytes) -> dict[str, object]:
    """Read a body that must be a JSON object.

    Raises:
        ProviderUnavailable: it is not one.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise ProviderUnavailable(sent=True, reason="bad_answer") from exc
    if not isinstance(value, dict):
        raise ProviderUnavailable(sent=True, reason="bad_answer")
    return value


def sendable(secret: str) -> str:
    """Check a key that shall be a header; http.client would repeat a malformed one in its error.

    Raises:
        ProviderUnavailable: the key cannot be sent.
    """
    key = secret.strip()
    if not (key.isascii() and key.isprintable()):
        raise ProviderUnavailable(sent=False, reason="bad_key")
    return key


def refuse(answer: Answer, *, code_field: str) -> NoReturn:
    """Raise what a status other than 200 means. An error was answered: nothing is charged.

    Args:
        answer: what came; it is read and closed.
        code_field: the name under which this provider's errors have their code.

    Raises:
        ProviderLimited: 429, and we are not simply out of money.
        ProviderRejected: the request is at fault.
        ProviderUnavailable: the provider is, or our account there.
    """
    status, retry_after = answer.status, answer.header("retry-after")
    code, param, has_worked = _facts(answer, code_field)
    if status == 429 and code != "insufficient_quota":  # noqa: PLR2004 - Too Many Requests
        limited = ProviderLimited(status=status)
        limited.retry_after_seconds = _seconds(retry_after)
        raise limited
    if status in _UNKNOWN or has_worked:
        raise ProviderUnavailable(sent=True, status=status)
    if 400 <= status < 500 and status != 429 and status not in _OURS:  # noqa: PLR2004 - 4xx
        raise ProviderRejected(status=status, provider_code=code, provider_param=param)
    raise ProviderUnavailable(sent=False, status=status, provider_code=code)


def _facts(answer: Answer, code_field: str) -> tuple[str, str, bool]:
    """Read the code and the parameter of an error, and whether the model worked all the same.

    Never its text: that may repeat the prompt.
    """
    try:
        body = decode_answer(answer.read())
    except ProviderUnavailable:
        return "", "", False
    finally:
        answer.close()
    error = body.get("error")
    found = error if isinstance(error, dict) else {}
    code, param = (
        value if _CODE.fullmatch(value) else ""
        for value in (str(found.get(name) or "") for name in (code_field, "param"))
    )
    return code, param, not _WORK.isdisjoint(body)


def _seconds(retry_after: str | None) -> int:
    text = retry_after or ""
    if not (text.isascii() and text.isdigit()):
        return 1
    if len(text) > _DIGITS:  # more of them than `int` reads would be an error
        return MAX_RETRY_SECONDS
    return max(1, min(int(text), MAX_RETRY_SECONDS))
