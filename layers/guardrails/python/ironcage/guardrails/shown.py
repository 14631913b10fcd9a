"""What of a text the models are shown: not what a model mistakes for an order by its mere form."""

import re

from ironcage.firewall import without_lines

# Orders against a model are made of such words.
ORDERING = (
    *("ignor", "instruct", "prompt", "system", "reveal", "forget", "disregard", "secret"),
    *("pretend", "password", "rules", "previous", "bypass"),
)
# A few words, as commands to an assistant often are, look like orders against it.
_TERSE, _BEHIND_LATIN = 48, "\u0250"
# An order names one address or two; more of them are a list, which looks like nothing else.
_MOST_ADDRESSES = 2
_ADDRESS = r"https?://[^\s\"'<>()]{4,2048}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"


def shown(text: str) -> str:
    """Leave blanks, of the same length, where lines are drawn and addresses are listed."""
    left = _MOST_ADDRESSES

    def thinned(hit: re.Match[str]) -> str:
        nonlocal left
        if _orders(hit[0]):
            return hit[0]
        left -= 1
        return hit[0] if left >= 0 else " " * len(hit[0])

    return re.sub(_ADDRESS, thinned, without_lines(text))


def is_terse(text: str) -> bool:
    """Tell whether a text is a few words, none of which orders are made of.

    Scripts that say more in a letter than Latin does are never terse.
    """
    is_short = len(text) <= _TERSE and max(text, default="") < _BEHIND_LATIN
    return is_short and not _orders(text)


def _orders(text: str) -> bool:
    return any(word in text.lower() for word in ORDERING)
