"""How the firewall functions are asked by direct invocation, and how their answers are read.

    {"operation": "scan", "detectors": […], "texts": [{"text", "origin", "task"}], "traceparent"}
    {"versions": {…}, "results": [{"findings": [{"type", "detector", "start", "end", "score"}]}]}

Findings are raw: who asks applies its own policy. An answer is taken whole or not at all.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Never, cast

from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall.model import Finding
from ironcage.firewall.ports import Question, RemoteAnswer

# An invocation takes 6 MB; the rest is left to what stands around the texts.
BATCH_BYTES = 4_000_000
BATCH_TEXTS = 5_000
MOST_BYTES = 6_000_000
_TYPE = re.compile(r"[A-Z][A-Z0-9_]{1,39}")
_RULE = re.compile(r"[\x21-\x7e]{1,100}")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_APART = "\ufffd\ufffd"  # as many characters as the halves of a pair that do not form one
_VERSION = re.compile(r"[\x21-\x7e]{1,200}")


def write_scans(
    questions: Sequence[Question], detectors: Sequence[str], *, traceparent: str = ""
) -> Iterator[tuple[Sequence[Question], bytes]]:
    """Write as few requests as fit, each with the questions that it asks.

    Raises:
        FirewallUnavailable: a text alone is more than an invocation takes.
    """
    batch: list[Question] = []
    written: list[bytes] = []
    size = 0
    for question in questions:
        data = _written(question)
        if batch and (size + len(data) > BATCH_BYTES or len(batch) == BATCH_TEXTS):
            yield batch, _request(written, detectors, traceparent)
            batch, written, size = [], [], 0
        if len(data) > MOST_BYTES:
            raise FirewallUnavailable(reason="too_large")
        batch.append(question)
        written.append(data)
        size += len(data) + 1
    if batch:
        yield batch, _request(written, detectors, traceparent)


def read_answer(
    payload: bytes, questions: Sequence[Question], detectors: Sequence[str]
) -> RemoteAnswer:
    """Read the answer to some questions.

    Raises:
        FirewallUnavailable: it is an error, or anything but a complete answer to just these.
    """
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        _refuse()
    if isinstance(body, dict) and "error" in body:
        raise FirewallUnavailable(reason="refused")
    results = body.get("results") if isinstance(body, dict) else None
    if not isinstance(results, list) or len(results) != len(questions):
        _refuse()
    findings = [
        tuple(_findings(result, question, detectors))
        for result, question in zip(results, questions, strict=True)
    ]
    return RemoteAnswer(_versions(body.get("versions"), detectors), findings)


def _written(question: Question) -> bytes:
    item = {"text": question.text, "origin": question.origin.value}
    if question.task:
        item["task"] = question.task
    try:
        return json.dumps(item, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a surrogate pair has no place in UTF-8
        # Two halves that came apart would be read as one character, and offsets would shift.
        return json.dumps({name: _PAIR.sub(_APART, text) for name, text in item.items()}).encode()


def _request(written: Sequence[bytes], detectors: Sequence[str], traceparent: str) -> bytes:
    head = {"operation": "scan", "detectors": list(detectors), "traceparent": traceparent}
    return json.dumps(head).encode()[:-1] + b', "texts": [' + b",".join(written) + b"]}"


def _versions(value: object, detectors: Sequence[str]) -> Mapping[str, str]:
    told = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    versions = {name: told.get(name) for name in detectors}
    if not all(isinstance(v, str) and _VERSION.fullmatch(v) for v in versions.values()):
        _refuse()
    return cast("dict[str, str]", versions)


def _findings(result: object, question: Question, detectors: Sequence[str]) -> Iterator[Finding]:
    found = result.get("findings") if isinstance(result, dict) else None
    if not isinstance(found, list):
        _refuse()
    for item in found:
        if not isinstance(item, dict):
            _refuse()
        kind, rule, score = item.get("type"), item.get("detector"), item.get("score", 1.0)
        if not _is(kind, _TYPE) or not _is(rule, _RULE) or not _is_score(score):
            _refuse()
        if str(rule).partition("/")[0] not in detectors:
            _refuse()
        start, end = _span(item, len(question.text))
        yield Finding(str(kind), str(rule), start, end, score=float(cast("float", score)))


def _span(item: Mapping[str, object], size: int) -> tuple[int, int]:
    start, end = item.get("start"), item.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= size:
        _refuse()
    return start, end


def _is(value: object, form: re.Pattern[str]) -> bool:
    return isinstance(value, str) and bool(form.fullmatch(value))


def _is_score(value: object) -> bool:
    return type(value) in (int, float) and 0 <= cast("float", value) <= 1


def _refuse() -> Never:
    raise FirewallUnavailable(reason="malformed")
