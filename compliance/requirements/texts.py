"""Two texts beside each other, line by line."""

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

# Longer lines and texts are marked as a whole: telling words apart would take too long.
_LONGEST_LINE = 1000
_MOST_LINES = 4000
_WORDS = re.compile(r"\s+|[^\s]+")


class Piece(NamedTuple):
    """A part of a line; `changed` is what the other side does not have."""

    text: str
    changed: bool = False


class Pair(NamedTuple):
    """One row of two columns. `kind`: same, changed, left (only there) or right (only there)."""

    kind: str
    left: Sequence[Piece] = ()
    right: Sequence[Piece] = ()

    @property
    def before(self) -> str:
        return "".join(piece.text for piece in self.left)

    @property
    def after(self) -> str:
        return "".join(piece.text for piece in self.right)


def beside(left: str, right: str) -> list[Pair]:
    """Return both texts as rows of two columns, what differs marked down to the word."""
    old, new = left.splitlines(), right.splitlines()
    if max(len(old), len(new)) > _MOST_LINES:
        return [*_rows("changed", [left], [right])]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        row for kind, a, b, c, d in matcher.get_opcodes() for row in _rows(kind, old[a:b], new[c:d])
    ]


def _rows(kind: str, old: list[str], new: list[str]) -> Iterator[Pair]:
    for n in range(max(len(old), len(new))):
        if kind == "equal":
            yield Pair("same", [Piece(old[n])], [Piece(new[n])])
        elif n >= len(new):
            yield Pair("left", [Piece(old[n], changed=True)])
        elif n >= len(old):
            yield Pair("right", [], [Piece(new[n], changed=True)])
        else:
            yield Pair("changed", *_pieces(old[n], new[n]))


def _pieces(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    if max(len(old), len(new)) > _LONGEST_LINE:
        return [Piece(old, changed=True)], [Piece(new, changed=True)]
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    left, right = [], []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        differs = kind != "equal"
        if i < j:
            left.append(Piece("".join(a[i:j]), differs))
        if k < m:
            right.append(Piece("".join(b[k:m]), differs))
    return left, right
