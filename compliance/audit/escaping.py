"""Text of people on its way into lines and cells: nothing in it may move, hide or begin anything.

A name with a line break would forge a line of a log, one with an escape sequence paint a terminal,
one with a mark of direction turn what stands beside it. Such signs are written as their number.
"""

import re

# Controls, marks of direction, invisible joiners and separators of lines, tags, half surrogates.
_MOVING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Return *text* in one line, each sign that moves or hides others written as \\uXXXX."""
    return _MOVING.sub(_number, text)


def visible_json(text: str) -> str:
    """The same within JSON, where such a sign can only stand in a string: it stays the same value."""
    return _MOVING.sub(_number_json, text)


def _number(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _number_json(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    pairs = [units[at : at + 2].hex() for at in range(0, len(units), 2)]
    return "".join(f"\\u{pair}" for pair in pairs)
