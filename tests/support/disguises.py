"""Ways of hiding what a text says: each turns plain words into a disguise of themselves."""

import base64
import codecs
import html
import json
from collections.abc import Callable, Mapping

Disguise = Callable[[str], str]

_LEET = str.maketrans("aeiostAEIOST", "431057431057")
_CYRILLIC = str.maketrans("aeopcyxAEOPCTXHKMB", "аеорсухАЕОРСТХНКМВ")  # noqa: RUF001  # lookalikes
_GREEK = str.maketrans("oOAEITNPK", "οΟΑΕΙΤΝΡΚ")  # noqa: RUF001  # lookalikes
_ZERO_WIDTH = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff")


def homoglyphs(text: str) -> str:
    """Write letters in Cyrillic where those look the same."""
    return text.translate(_CYRILLIC)


def mixed_scripts(text: str) -> str:
    """Mix Latin, Cyrillic and Greek within one text."""
    words = text.split(" ")
    tables: tuple[dict[int, int], ...] = (_CYRILLIC, {}, _GREEK)
    return " ".join(word.translate(tables[at % 3]) for at, word in enumerate(words))


def zero_width(text: str) -> str:
    """Put characters without width between letters."""
    return "".join(c + _ZERO_WIDTH[at % len(_ZERO_WIDTH)] for at, c in enumerate(text))


def tags(text: str) -> str:
    """Write in the invisible tag characters behind a harmless greeting."""
    return "Hello there! " + "".join(chr(0xE0000 + ord(c)) for c in text if ord(c) < 0x7F)  # ASCII


def full_width(text: str) -> str:
    """Write in full-width characters."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def spaced(text: str) -> str:
    """Put a space between letters and three between words."""
    return "   ".join(" ".join(word) for word in text.split())


def dotted(text: str) -> str:
    """Put a dot between letters."""
    return "  ".join(".".join(word) for word in text.split())


def leet(text: str) -> str:
    """Write digits that look like letters."""
    return text.translate(_LEET)


def in_base64(text: str) -> str:
    """Encode in base64."""
    return f"My note: {base64.b64encode(text.encode()).decode()}"


def in_hex(text: str) -> str:
    """Encode in hexadecimal digits."""
    return f"My note: {text.encode().hex()}"


def in_rot13(text: str) -> str:
    """Rotate letters by thirteen."""
    return codecs.encode(text, "rot13")


def in_percent(text: str) -> str:
    """Encode each byte with a percent sign."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


def in_entities(text: str) -> str:
    """Write numeric HTML entities."""
    return "".join(f"&#{ord(c)};" for c in text)


def in_hex_entities(text: str) -> str:
    """Write hexadecimal HTML entities."""
    return "".join(f"&#x{ord(c):x};" for c in text)


def in_json(text: str) -> str:
    """Stand in a value of a JSON document."""
    return json.dumps({"id": 4711, "product": "lamp", "comment": text, "stars": 4})


def in_csv(text: str) -> str:
    """Stand in a cell of a table."""
    cell = text.replace('"', '""')
    return f'id,name,note\n1,lamp,"bright, and cheap"\n2,desk,"{cell}"\n3,chair,\n'


def in_html_comment(text: str) -> str:
    """Stand in a comment of a web page."""
    return f"<html><body><h1>Our lamps</h1><!-- {text} --><p>Made by hand.</p></body></html>"


def in_hidden_element(text: str) -> str:
    """Stand in an element that nobody sees."""
    hidden = f'<div style="display:none">{html.escape(text)}</div>'
    return f"<body><p>Opening hours: 9 to 5.</p>{hidden}</body>"


def in_attribute(text: str) -> str:
    """Stand in an attribute of an image."""
    return f'<p>The new lamp:</p><img src="lamp.png" alt="{html.escape(text)}">'


def in_markdown(text: str) -> str:
    """Stand in a reference that is not shown."""
    return f"# Release notes\n\n- fixed a crash\n- new colours\n\n[//]: # ({text})\n"


def in_code(text: str) -> str:
    """Stand in a comment of source code."""
    return f"def total(rows: list[int]) -> int:\n    # {text}\n    return sum(rows)\n"


def in_log(text: str) -> str:
    """Stand in a line of a log."""
    return (
        "2026-05-01T08:00:01Z INFO started in 31 ms\n"
        f"2026-05-01T08:00:04Z WARN note of order 17: {text}\n"
        "2026-05-01T08:00:09Z INFO 200 GET /health\n"
    )


LETTERS: Mapping[str, Disguise] = {
    "homoglyphs": homoglyphs,
    "mixed_scripts": mixed_scripts,
    "zero_width": zero_width,
    "tags": tags,
    "full_width": full_width,
    "spaced": spaced,
    "dotted": dotted,
    "leet": leet,
    "base64": in_base64,
    "hex": in_hex,
    "rot13": in_rot13,
    "percent": in_percent,
    "entities": in_entities,
    "hex_entities": in_hex_entities,
}
CONTAINERS: Mapping[str, Disguise] = {
    "json": in_json,
    "csv": in_csv,
    "html_comment": in_html_comment,
    "hidden_element": in_hidden_element,
    "attribute": in_attribute,
    "markdown": in_markdown,
    "code": in_code,
    "log": in_log,
}
