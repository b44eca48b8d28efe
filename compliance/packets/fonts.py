"""The packet's fonts: Noto Sans KR and Noto Serif KR from a package, never from the machine.

The package carries one weight. A bold face is drawn from it, of just the characters that one
document uses: each outline four times, moved a little, which is what a fake bold does everywhere.
"""

import io
import unicodedata
from functools import cache, lru_cache
from typing import Any

import pylopdf_fonts_ko
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

# Half the thickening, in thousandths of an em: more sideways than upwards, as in a real bold.
_SIDEWAYS, _UPWARDS = 19, 8
# What a thicker letter needs besides, so that words do not close up.
_AIR = 16
_BREAKS = {"\n", "\t", "\r"}


@cache
def drawable() -> frozenset[int]:
    """Return the code points that both faces can draw."""
    faces = (pylopdf_fonts_ko.sans_path(), pylopdf_fonts_ko.serif_path())
    maps = [set(TTFont(path, lazy=True).getBestCmap()) for path in faces]
    return frozenset(set.intersection(*maps))


def missing_glyphs(text: str) -> list[str]:
    """Return the characters of *text* that the fonts cannot draw, each once, in order."""
    return [char for char in dict.fromkeys(_composed(text)) if not _can_draw(char)]


def visible(text: str) -> str:
    """Return *text* with each character that has no glyph written as [U+XXXX], never as a box."""
    composed = _composed(text)
    if not (missing := {char for char in set(composed) if not _can_draw(char)}):
        return composed
    return "".join(_named(char) if char in missing else char for char in composed)


def sans() -> bytes:
    return pylopdf_fonts_ko.sans_path().read_bytes()


def serif() -> bytes:
    return pylopdf_fonts_ko.serif_path().read_bytes()


@lru_cache(maxsize=4)
def bold(characters: frozenset[str]) -> bytes:
    """Return an OpenType font with the bold shapes of *characters*; the same set, the same bytes."""
    font = TTFont(pylopdf_fonts_ko.sans_path(), recalcTimestamp=False)
    subsetter = Subsetter(_options())
    subsetter.populate(unicodes=sorted(ord(char) for char in characters))
    subsetter.subset(font)
    _thicken(font)
    _rename(font, "Gatepass Sans Bold")
    out = io.BytesIO()
    font.save(out, reorderTables=False)
    return out.getvalue()


def _composed(text: str) -> str:
    """Compose: names from a Mac spell Hangul in pieces, which the fonts would draw in pieces."""
    return unicodedata.normalize("NFC", text)


def _can_draw(char: str) -> bool:
    return char in _BREAKS or ord(char) in drawable()


def _named(char: str) -> str:
    return f"[U+{ord(char):04X}]"


def _options() -> Options:
    options = Options()
    options.hinting = False
    options.desubroutinize = True
    options.notdef_outline = True
    options.drop_tables += ["DSIG", "VORG", "vhea", "vmtx", "BASE", "GPOS", "GSUB", "GDEF"]
    return options


def _thicken(font: Any) -> None:
    glyphs = font.getGlyphSet()
    strings = font["CFF "].cff.topDictIndex[0].CharStrings
    for name in font.getGlyphOrder():
        old = strings[name]
        new = _thick(glyphs, name).getCharString(old.private, old.globalSubrs)
        # The pen writes the advance first; the format wants it relative to the face's usual one.
        width, bearing = font["hmtx"][name]
        new.program[0] = width + _AIR - getattr(old.private, "nominalWidthX", 0)
        font["hmtx"][name] = (width + _AIR, bearing)
        strings.charStringsIndex.items[strings.charStrings[name]] = new


def _thick(glyphs: Any, name: str) -> T2CharStringPen:
    recording = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(recording)
    pen = T2CharStringPen(glyphs[name].width, glyphs)
    for right, up in ((-_SIDEWAYS, 0), (_SIDEWAYS, 0), (0, -_UPWARDS), (0, _UPWARDS)):
        recording.replay(TransformPen(pen, (1, 0, 0, 1, right + _AIR // 2, up)))
    return pen


def _rename(font: Any, name: str) -> None:
    """Name it apart from the regular face: fontconfig would take the two for one."""
    for record in font["name"].names:
        if record.nameID in {1, 3, 4, 16}:
            record.string = name
        if record.nameID == 6:
            record.string = name.replace(" ", "")
    font["CFF "].cff.fontNames[0] = name.replace(" ", "")
