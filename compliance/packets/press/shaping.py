"""Text as glyphs, for what the press writes without WeasyPrint: heads, page numbers, long tables."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import pylopdf_fonts_ko
import uharfbuzz as hb

from compliance.packets import fonts

# The regular faces are mapped into memory, which costs only what is looked at.
_BLOBS: dict[str, Callable[[], hb.Blob]] = {
    "sans": lambda: hb.Blob.from_file_path(str(pylopdf_fonts_ko.sans_path())),
    "serif": lambda: hb.Blob.from_file_path(str(pylopdf_fonts_ko.serif_path())),
    "bold": lambda: hb.Blob(fonts.bold_measures()),
}


class Glyph(NamedTuple):
    """One glyph: its number, what it says, its width in thousandths of an em."""

    number: int
    text: str
    width: int


@cache
def _font(face: str) -> hb.Font:
    return hb.Font(hb.Face(_BLOBS[face]()))


@lru_cache(maxsize=100_000)
def shape(text: str, face: str = "sans") -> tuple[Glyph, ...]:
    """Return the glyphs of a line of *text*. Characters without one should be named before."""
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    # No kerning or ligatures: a glyph is as wide as the font's table of widths says.
    hb.shape(_font(face), buffer, {"kern": False, "liga": False, "clig": False, "palt": False})
    infos, places = buffer.glyph_infos, buffer.glyph_positions
    ends = [info.cluster for info in infos[1:]] + [len(text)]
    return tuple(
        Glyph(info.codepoint, text[info.cluster : end], place.x_advance)
        for info, place, end in zip(infos, places, ends, strict=True)
    )


def width(glyphs: Sequence[Glyph], size: float) -> float:
    """Return how wide *glyphs* are in points at *size*."""
    return sum(glyph.width for glyph in glyphs) * size / 1000


def hexadecimal(glyphs: Sequence[Glyph]) -> bytes:
    """Return the operand of a Tj."""
    return b"<" + b"".join(b"%04x" % glyph.number for glyph in glyphs) + b">"


def fitted(text: str, face: str, size: float, room: float) -> tuple[Glyph, ...]:
    """Return the glyphs of *text*, cut with an ellipsis where it is wider than *room* points."""
    glyphs = shape(text, face)
    if width(glyphs, size) <= room:
        return glyphs
    dots = shape("…", face)
    kept, left = [], room - width(dots, size)
    for glyph in glyphs:
        left -= glyph.width * size / 1000
        if left < 0:
            break
        kept.append(glyph)
    return (*kept, *dots)
