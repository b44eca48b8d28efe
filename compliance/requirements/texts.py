"""Two texts beside each other, line by line."""

import difflib
from typing import NamedTuple


class Line(NamedTuple):
    """`kind`: same, theirs (only in the saved text) or mine (only in the person's own)."""

    kind: str
    text: str


_KINDS = {" ": "same", "-": "theirs", "+": "mine"}


def compare(theirs: str, mine: str) -> list[Line]:
    """Return the lines of both texts in reading order, each marked with whose it is."""
    difference = difflib.ndiff(theirs.splitlines(), mine.splitlines())
    return [Line(_KINDS[each[0]], each[2:]) for each in difference if each[0] in _KINDS]
