"""The shapes in which a document reaches a model: records, tables, pages, logs, transcripts."""

import csv
import html
import io
import json
import random
from collections.abc import Callable, Sequence

_FIELDS = (
    *("id", "title", "name", "note", "body", "summary", "author", "content", "comment", "status"),
    *("description", "message", "price", "review", "address", "created_at", "tags", "text", "to"),
    *("subject", "sender", "url", "rating", "product", "location", "reply", "details", "snippet"),
)
_WRAPPED = 2
_LEVELS = ("INFO", "WARN", "DEBUG", "ERROR")

Shape = Callable[[Sequence[str], random.Random], str]


def shape_texts(texts: Sequence[str], rng: random.Random) -> str:
    """Put texts into one document of a random format."""
    return rng.choice(SHAPES)(texts, rng)


def _value(rng: random.Random) -> object:
    return rng.choice(_VALUES)(rng)


def _code(rng: random.Random) -> str:
    return "".join(rng.choices("abcdefghijkmnprstuvw0123456789", k=rng.randrange(3, 10)))


def _day(rng: random.Random) -> str:
    return f"20{rng.randrange(20, 27)}-0{rng.randrange(1, 10)}-1{rng.randrange(10)}"


_VALUES: tuple[Callable[[random.Random], object], ...] = (
    lambda rng: rng.randrange(100_000),
    _day,
    lambda rng: rng.choice([True, False, None, ""]),
    lambda rng: round(rng.random() * 500, 2),
    _code,
)


def _record(text: str, rng: random.Random) -> dict[str, object]:
    names = rng.sample(_FIELDS, rng.randrange(1, 6))
    record: dict[str, object] = {name: _value(rng) for name in names}
    record[rng.choice(names)] = text
    return record


def _as_json(texts: Sequence[str], rng: random.Random) -> str:
    records = [_record(text, rng) for text in texts]
    data: object = records[0] if len(records) == 1 else records
    if rng.randrange(5) < _WRAPPED:
        data = {rng.choice(["results", "items", "data", "messages", "output"]): data}
    return json.dumps(
        data, ensure_ascii=rng.choice([True, False]), indent=rng.choice([None, None, 2])
    )


def _as_python(texts: Sequence[str], rng: random.Random) -> str:
    return str([_record(text, rng) for text in texts])


def _as_yaml(texts: Sequence[str], rng: random.Random) -> str:
    records = [_record(text, rng).items() for text in texts]
    return "\n".join("- " + "\n  ".join(f"{k}: {v}" for k, v in items) for items in records)


def _as_csv(texts: Sequence[str], rng: random.Random) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    names = rng.sample(_FIELDS, 3)
    writer.writerow(names)
    for text in texts:
        row = [_value(rng), _value(rng), text]
        rng.shuffle(row)
        writer.writerow(row)
    return out.getvalue()


def _as_html(texts: Sequence[str], rng: random.Random) -> str:
    tag = rng.choice(["p", "div", "li", "td", "section"])
    body = "\n".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in texts)
    return rng.choice(["<html><body>{}</body></html>", "{}", "<div>{}</div>"]).format(body)


def _as_xml(texts: Sequence[str], rng: random.Random) -> str:
    name = rng.choice(["item", "doc", "entry", "result"])
    return "\n".join(f'<{name} id="{_value(rng)}">{text}</{name}>' for text in texts)


def _as_log(texts: Sequence[str], rng: random.Random) -> str:
    return "\n".join(
        f"2026-0{rng.randrange(1, 10)}-11T0{rng.randrange(10)}:1{rng.randrange(10)}:00Z "
        f"{rng.choice(_LEVELS)} {_value(rng)} {text}"
        for text in texts
    )


def _as_table(texts: Sequence[str], rng: random.Random) -> str:
    head = f"| {rng.choice(_FIELDS)} | {rng.choice(_FIELDS)} |\n|---|---|\n"
    return head + "\n".join(f"| {_value(rng)} | {text} |" for text in texts)


def _as_pairs(texts: Sequence[str], rng: random.Random) -> str:
    return "\n".join(f"{rng.choice(_FIELDS).title()}: {text}" for text in texts)


def _as_results(texts: Sequence[str], rng: random.Random) -> str:
    return "\n\n".join(
        f"[{at}] https://site{rng.randrange(90)}.example/{_value(rng)}\n{text}"
        for at, text in enumerate(texts, 1)
    )


def _as_text(texts: Sequence[str], rng: random.Random) -> str:
    return rng.choice(["\n\n", "\n", " ", "\n---\n"]).join(texts)


SHAPES: tuple[Shape, ...] = (
    *(_as_json, _as_json, _as_python, _as_yaml, _as_csv, _as_html, _as_xml, _as_log, _as_table),
    *(_as_pairs, _as_results, _as_text, _as_text, _as_text, _as_text, _as_text, _as_text),
)
