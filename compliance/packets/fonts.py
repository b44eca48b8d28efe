"""The packet's fonts: Noto Sans KR and Noto Serif KR from a package, never from the machine.

The package carries one weight. A bold face is drawn from it, of just the characters that one
document uses: each outline four times, moved a little, which is what a fake bold does everywhere.
"""

import io
import struct
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

import pylopdf_fonts_ko
import uharfbuzz as hb

# Half the thickening, in thousandths of an em: more sideways than upwards, as in a real bold.
_SIDEWAYS, _UPWARDS = 19, 8
# What a thicker letter needs besides, so that words do not close up.
_AIR = 16
# What need not be looked up: breaks, and what could be drawn before.
_seen = {"\n", "\t", "\r"}
# Tables that a PDF reader does not look at.
_UNUSED = ("BASE", "DSIG", "GPOS", "GSUB", "GDEF", "VORG", "vhea", "vmtx", "STAT")
_DROPPED = [int.from_bytes(name.encode(), "big") for name in _UNUSED]


@cache
def drawable() -> "hb.Set":
    """Return the code points that both faces can draw."""
    found, other = (
        hb.Face(hb.Blob.from_file_path(str(path))).unicodes
        for path in (pylopdf_fonts_ko.sans_path(), pylopdf_fonts_ko.serif_path())
    )
    found.intersection_update(other)
    return found


def may_lack_glyphs(text: str) -> bool:
    """Say whether anything in a JSON *text* may have no glyph: quick, for thousands of pages."""
    return "\\u00" in text or bool(_lacking(_composed(text)))


def missing_glyphs(text: str) -> list[str]:
    """Return the characters of *text* that the fonts cannot draw, each once, in order."""
    composed = _composed(text)
    lacking = _lacking(composed)
    return [char for char in dict.fromkeys(composed) if char in lacking]


def visible(text: str) -> str:
    """Return *text* with each character that has no glyph written as [U+XXXX], never as a box."""
    composed = _composed(text)
    if not (missing := _lacking(composed)):
        return composed
    return "".join(_named(char) if char in missing else char for char in composed)


def sans() -> bytes:
    return pylopdf_fonts_ko.sans_path().read_bytes()


def serif() -> bytes:
    return pylopdf_fonts_ko.serif_path().read_bytes()


@cache
def bold_measures() -> bytes:
    """Return the bold face as far as laying out text needs it: its name and widths.

    The outlines are those of the regular face; `thick` draws the bold ones of the glyphs that a
    finished document uses. Glyphs keep their numbers.
    """
    # fontTools is needed for new glyphs alone: who links what is there does without its memory.
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.tables.DefaultTable import DefaultTable

    font = TTFont(pylopdf_fonts_ko.sans_path(), recalcTimestamp=False, recalcBBoxes=False)
    for table in ("GPOS", "VORG", "vhea", "vmtx", "BASE", "DSIG"):
        if table in font:
            del font[table]
    widths = DefaultTable("hmtx")
    widths.data = _widened(font.reader["hmtx"], font["hhea"].numberOfHMetrics)
    font["hmtx"] = widths
    _rename(font, "Gatepass Sans Bold")
    out = io.BytesIO()
    font.save(out, reorderTables=False)
    return out.getvalue()


def _widened(table: bytes, count: int) -> bytes:
    """Return a table of widths with air added; read as bytes, since the outlines stay unread."""
    changed = bytearray(table)
    for place in range(0, count * 4, 4):
        (width,) = struct.unpack_from(">H", changed, place)
        struct.pack_into(">H", changed, place, width + _AIR if width else 0)
    return bytes(changed)


def subset(data: bytes, glyphs: Iterable[int]) -> bytes:
    """Return an OpenType font of *glyphs* alone, which keep their numbers."""
    wanted = hb.SubsetInput()
    wanted.glyph_set.update(sorted(glyphs))
    wanted.drop_table_tag_set.update(_DROPPED)
    wanted.flags = (
        hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.DESUBROUTINIZE | hb.SubsetFlags.NO_HINTING
    )
    return bytes(hb.subset(hb.Face(hb.Blob(data)), wanted).blob.data)


def thick(glyphs: Iterable[int]) -> bytes:
    """Return a CFF program with the bold outlines of *glyphs*, named by their numbers."""
    from fontTools.ttLib import TTFont

    chosen = sorted({0, *glyphs})
    wanted = hb.SubsetInput()
    wanted.glyph_set.update(chosen)
    wanted.drop_table_tag_set.update(_DROPPED)
    wanted.flags = hb.SubsetFlags.DESUBROUTINIZE | hb.SubsetFlags.NO_HINTING
    source = hb.Face(hb.Blob(sans()))
    program = hb.subset(source, wanted).blob.data
    font = TTFont(io.BytesIO(program), recalcTimestamp=False, recalcBBoxes=False)
    _thicken(font, hb.Font(source), chosen)
    cff = font["CFF "].cff
    cff.fontNames[0] = "GatepassSansBold"
    # Names of glyphs are what a reader looks a CID up by.
    names = [".notdef", *(f"cid{number:05d}" for number in chosen[1:])]
    top = cff.topDictIndex[0]
    strings = top.CharStrings
    order = [strings.charStrings[name] for name in font.getGlyphOrder()]
    strings.charStrings = dict(zip(names, order, strict=True))
    top.charset = names
    out = io.BytesIO()
    cff.compile(out, font, isCFF2=False)
    return out.getvalue()


def _composed(text: str) -> str:
    """Compose: names from a Mac spell Hangul in pieces, which the fonts would draw in pieces."""
    return unicodedata.normalize("NFC", text)


def _lacking(text: str) -> set[str]:
    """Return the characters of *text* that cannot be drawn. Most were seen before."""
    unknown = set(text) - _seen
    found = {char for char in unknown if ord(char) in drawable()}
    _seen.update(found)
    return unknown - found


def _named(char: str) -> str:
    return f"[U+{ord(char):04X}]"


def _thicken(font: Any, source: hb.Font, glyphs: list[int]) -> None:
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.pens.t2CharStringPen import T2CharStringPen
    from fontTools.pens.transformPen import TransformPen

    top = font["CFF "].cff.topDictIndex[0]
    strings = top.CharStrings
    # The regular face keeps scripts apart, each with its usual widths; here every glyph says its own.
    del top.FDArray.items[1:]
    top.FDSelect.gidArray = [0] * len(glyphs)
    private = top.FDArray[0].Private
    private.rawDict.clear()
    private.nominalWidthX = private.defaultWidthX = 0
    for name, number in zip(font.getGlyphOrder(), glyphs, strict=True):
        recording = RecordingPen()
        source.draw_glyph_with_pen(number, recording)
        width = source.get_glyph_h_advance(number)
        pen = T2CharStringPen(width + _AIR if width else 0, None)
        for right, up in ((-_SIDEWAYS, 0), (_SIDEWAYS, 0), (0, -_UPWARDS), (0, _UPWARDS)):
            recording.replay(TransformPen(pen, (1, 0, 0, 1, right + _AIR // 2, up)))
        new = pen.getCharString(private, top.GlobalSubrs)
        strings.charStringsIndex.items[strings.charStrings[name]] = new


def _rename(font: Any, name: str) -> None:
    """Name it apart from the regular face: fontconfig would take the two for one."""
    for record in font["name"].names:
        if record.nameID in {1, 3, 4, 16}:
            record.string = name
        if record.nameID == 6:
            record.string = name.replace(" ", "")
