"""What was added to a text and what was taken out, word by word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

SAME, ADDED, GONE = "same", "added", "gone"
# Beyond so many words the comparison goes line by line, and beyond so many lines not at all: it is
# quadratic.
_WORDS, _LINES = 2_000, 2_000
_WORD = re.compile(r"\s+|[^\s]+")


def words_of(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield (SAME | ADDED | GONE, text) in the order of reading."""
    if before == after:
        yield SAME, after
        return
    one, two = _pieces(before, after)
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    for kind, start, end, begin, stop in matcher.get_opcodes():
        if kind == "equal":
            yield SAME, "".join(two[begin:stop])
            continue
        if gone := "".join(one[start:end]):
            yield GONE, gone
        if added := "".join(two[begin:stop]):
            yield ADDED, added


def _pieces(before: str, after: str) -> tuple[list[str], list[str]]:
    words = _WORD.findall(before), _WORD.findall(after)
    if max(map(len, words)) <= _WORDS:
        return words
    lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return lines if max(map(len, lines)) <= _LINES else ([before], [after])
