"""A provider's answer, reduced to the fields that we know: nothing else reaches a client.

What is dropped here need not be scanned; what is kept is listed by `texts.visible_texts` or is a
label of bounded length.
"""

import re
from collections.abc import Callable, Mapping

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway.model import JsonObject, Usage
from ironcage.gateway.wire.counts import count_in, count_or_nothing, is_count

_LABEL = re.compile(r"[A-Za-z0-9_.:/@+-]{1,160}")
_TOOL_ID = re.compile(r"[!-~]{1,256}")
MAX_STOP = 256
_FINISHES = frozenset({"stop", "length", "tool_calls", "content_filter"})


def clean_completion(body: JsonObject) -> JsonObject:
    """Keep what we know of a `chat.completion`.

    Raises:
        ProviderUnavailable: the answer has no choices to speak of.
    """
    choices = _clean_choices(body, "message")
    if not choices:
        raise ProviderUnavailable(sent=True, reason="bad_answer")
    return _envelope(body, "chat.completion", choices)


def clean_chunk(body: JsonObject) -> JsonObject:
    """Keep what we know of a `chat.completion.chunk`.

    Raises:
        ProviderUnavailable: the chunk is an error, or not shaped like one of a chat.
    """
    if "error" in body:
        raise ProviderUnavailable(sent=True, reason="error_in_stream")
    return _envelope(body, "chat.completion.chunk", _clean_choices(body, "delta"))


def usage_of(body: JsonObject) -> Usage | None:
    """Read the usage that a provider reports; None where it reports none that adds up."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return None
    read, written = count_in(usage, "prompt_tokens"), count_in(usage, "completion_tokens")
    if read is None or written is None:
        return None
    prompt, completion = _details(usage, "prompt"), _details(usage, "completion")
    return Usage(
        input_tokens=read,
        output_tokens=written,
        cached_tokens=count_or_nothing(prompt, "cached_tokens")
        or count_or_nothing(usage, "prompt_cache_hit_tokens"),
        cache_write_tokens=count_or_nothing(prompt, "cache_write_tokens")
        or count_or_nothing(prompt, "cache_creation_tokens"),
        reasoning_tokens=count_or_nothing(completion, "reasoning_tokens"),
    )


def usage_body(usage: Usage) -> JsonObject:
    """Write usage as OpenAI does, and what was written to a cache, if anything."""
    written = {"cache_write_tokens": usage.cache_write_tokens} if usage.cache_write_tokens else {}
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens, **written},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def named_call(call_id: object) -> JsonObject:
    """Write the id and type of a tool call; neither, if the id could be a text."""
    if isinstance(call_id, str) and _TOOL_ID.fullmatch(call_id):
        return {"id": call_id, "type": "function"}
    return {}


def _envelope(body: JsonObject, kind: str, choices: list[JsonObject]) -> JsonObject:
    created = body.get("created")
    out: JsonObject = {
        "id": _label(body.get("id")) or "chatcmpl-0",
        "object": kind,
        "created": created if is_count(created) else 0,
        "model": _label(body.get("model")) or "",
        "choices": choices,
    }
    if fingerprint := _label(body.get("system_fingerprint")):
        out["system_fingerprint"] = fingerprint
    usage = usage_of(body)
    if usage is not None:
        out["usage"] = usage_body(usage)
    return out


def _clean_choices(body: JsonObject, part: str) -> list[JsonObject]:
    choices = body.get("choices", [])
    if not isinstance(choices, list):
        raise ProviderUnavailable(sent=True, reason="bad_answer")
    return [_clean_choice(choice, part, at) for at, choice in enumerate(choices)]


def _clean_choice(choice: object, part: str, at: int) -> JsonObject:
    if not isinstance(choice, dict):
        raise ProviderUnavailable(sent=True, reason="bad_answer")
    index, finish = choice.get("index"), choice.get("finish_reason")
    said = choice.get(part)
    if part == "message" and not isinstance(said, dict):
        raise ProviderUnavailable(sent=True, reason="bad_answer")
    kept = _clean_said(said if isinstance(said, dict) else {})
    if part == "message":
        kept = {"role": "assistant", "content": None, "refusal": None, **kept}
    out: JsonObject = {
        "index": index if is_count(index) else at,
        part: kept,
        "logprobs": None,
        "finish_reason": _finish(finish),
    }
    # vLLM and its like name the stop sequence that was met here; faces write it only if it is
    # one of the client's own.
    if isinstance(met := choice.get("stop_reason"), str) and len(met) <= MAX_STOP:
        out["extensions"] = {"stop_sequence": met}
    return out


def _finish(value: object) -> str | None:
    if value is None:
        return None
    return value if isinstance(value, str) and value in _FINISHES else "stop"


def _clean_said(said: Mapping[str, object]) -> JsonObject:
    out: JsonObject = {}
    for name, value in said.items():
        if (clean := _SAID.get(name)) and (kept := clean(value)) is not None:
            out[name] = kept
    return out


def _role(value: object) -> str | None:
    return "assistant" if isinstance(value, str) else None


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _content(value: object) -> str | None:
    """Read a content; some providers answer in parts, of which the text is kept."""
    if not isinstance(value, list):
        return _string(value)
    texts = [part.get("text") for part in value if isinstance(part, dict)]
    return "".join(text for text in texts if isinstance(text, str))


def _annotations(value: object) -> list[JsonObject] | None:
    """Keep citations of the one kind that we know."""
    found = [a for a in value if isinstance(a, dict)] if isinstance(value, list) else []
    cited = [a["url_citation"] for a in found if isinstance(a.get("url_citation"), dict)]
    kept = [{n: v for n, v in c.items() if n in _CITATION and _is_plain(v)} for c in cited]
    return [{"type": "url_citation", "url_citation": c} for c in kept] or None


def _tool_calls(value: object) -> list[JsonObject] | None:
    calls = [call for call in value if isinstance(call, dict)] if isinstance(value, list) else []
    return [_tool_call(call) for call in calls] or None


def _tool_call(call: Mapping[str, object]) -> JsonObject:
    out: JsonObject = {}
    index, function = call.get("index"), call.get("function")
    if is_count(index):
        out["index"] = index
    out.update(named_call(call.get("id")))
    if isinstance(function, dict):
        named = ((n, function.get(n)) for n in ("name", "arguments"))
        out["function"] = {n: v for n, v in named if isinstance(v, str)}
    return out


_CITATION = frozenset({"url", "title", "start_index", "end_index"})
_SAID: Mapping[str, Callable[[object], object]] = {
    "role": _role,
    "content": _content,
    "refusal": _string,
    "reasoning_content": _string,
    "reasoning": _string,
    "tool_calls": _tool_calls,
    "annotations": _annotations,
}


def _label(value: object) -> str | None:
    return value if isinstance(value, str) and _LABEL.fullmatch(value) else None


def _details(usage: Mapping[str, object], side: str) -> Mapping[str, object]:
    details = usage.get(f"{side}_tokens_details")
    return details if isinstance(details, dict) else {}


def _is_plain(value: object) -> bool:
    return isinstance(value, str) or is_count(value)
