"""Where a line ends."""

from collections.abc import Iterator, Sequence

from compliance.packets.press.shaping import Glyph

# A longer piece than this is rather cut than carried over: the line would be too empty.
_CARRIED = 8


def broken(glyphs: Sequence[Glyph], size: float, room: float) -> Iterator[Sequence[Glyph]]:
    """Break a text into lines: after a space where a word would be cut, else where the line is full."""
    start, end, wide, space = 0, 0, 0.0, -1
    limit = room * 1000 / size
    while end < len(glyphs):
        glyph = glyphs[end]
        if wide + glyph.width > limit and end > start:
            cut = space + 1 if space >= start and _keeps(glyphs, space, end) else end
            yield glyphs[start:cut]
            start = end = cut
            wide, space = 0.0, -1
            continue
        if glyph.text.isspace():
            space = end
        wide += glyph.width
        end += 1
    yield glyphs[start:]


def _keeps(glyphs: Sequence[Glyph], space: int, at: int) -> bool:
    """Say whether the word that begins after *space* goes to the next line as a whole."""
    latin = glyphs[at].text.isascii() and glyphs[at - 1].text.isascii()
    return latin or at - space <= _CARRIED
