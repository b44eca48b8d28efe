"""The document's fonts: each face once, with the glyphs that any section uses."""

import zlib
from collections.abc import Callable
from functools import cache

import pylopdf_fonts_ko
import uharfbuzz as hb

from compliance.packets import fonts
from compliance.packets.press.parts import FACES
from compliance.packets.press.syntax import stream

Glyphs = dict[int, tuple[str, int]]
# Gives what `program` returns, made now or kept from before.
Program = Callable[[str, tuple[int, ...]], bytes]
_KINDS = {"sans": b"OpenType", "serif": b"OpenType", "bold": b"CIDFontType0C"}
_NAMES = {
    "sans": "GatepassSans-Regular",
    "serif": "GatepassSerif-Regular",
    "bold": "GatepassSansBold",
}
# What a glyph says whose letters another glyph says already, as in old Hangul: archives want each to
# say something.
_NOTHING = "\u200b"
# Objects of a face: font, descendant, descriptor, program, what its glyphs say.
_OBJECTS = 5


def objects(face: str, glyphs: Glyphs, spare: int, program_of: Program) -> list[tuple[int, bytes]]:
    """Return the objects of a *face* with *glyphs*; those behind the first are numbered from *spare*."""
    number = FACES[face]
    descendant, descriptor, program, unicode = range(spare, spare + _OBJECTS - 1)
    tag = _tag(glyphs)
    name = b"/%b+%b" % (tag, _NAMES[face].encode())
    data = program_of(face, tuple(sorted(glyphs)))
    return [
        (
            number,
            b"<</Type /Font/Subtype /Type0/BaseFont %b/Encoding /Identity-H"
            b"/DescendantFonts [%d 0 R]/ToUnicode %d 0 R>>" % (name, descendant, unicode),
        ),
        (
            descendant,
            b"<</Type /Font/Subtype /CIDFontType0/BaseFont %b/CIDSystemInfo <</Registry (Adobe)"
            b"/Ordering (Identity)/Supplement 0>>/DW 1000/W %b/FontDescriptor %d 0 R>>"
            % (name, _widths(glyphs), descriptor),
        ),
        (descriptor, _descriptor(face, name, program)),
        (program, stream(data, b"/Subtype /%b" % _KINDS[face])),
        (unicode, stream(_unicode(glyphs))),
    ]


def taken(count: int) -> int:
    """How many numbers *count* faces need besides those they are known by."""
    return count * (_OBJECTS - 1)


def program(face: str, glyphs: tuple[int, ...]) -> bytes:
    """Return the font file of a *face* with *glyphs* alone."""
    if face == "bold":
        return fonts.thick(glyphs)
    path = pylopdf_fonts_ko.sans_path() if face == "sans" else pylopdf_fonts_ko.serif_path()
    return fonts.subset(path, glyphs)


def _tag(glyphs: Glyphs) -> bytes:
    """Six letters that tell a subset from another one of the same face."""
    number = zlib.crc32(repr(sorted(glyphs)).encode())
    return bytes(65 + (number // 26**place) % 26 for place in range(6))


@cache
def _measures(face: str) -> tuple[int, int, int]:
    path = pylopdf_fonts_ko.serif_path() if face == "serif" else pylopdf_fonts_ko.sans_path()
    font = hb.Font(hb.Face(hb.Blob.from_file_path(str(path))))
    extents = font.get_font_extents("ltr")
    return extents.ascender, extents.descender, 733


def _descriptor(face: str, name: bytes, program: int) -> bytes:
    ascent, descent, capital = _measures(face)
    flags = 4 | (2 if face == "serif" else 0) | ((1 << 18) if face == "bold" else 0)
    return (
        b"<</Type /FontDescriptor/FontName %b/Flags %d/FontBBox [-1000 %d 3000 %d]/ItalicAngle 0"
        b"/Ascent %d/Descent %d/CapHeight %d/StemV %d/FontFile3 %d 0 R>>"
        % (
            name,
            flags,
            descent,
            ascent,
            ascent,
            descent,
            capital,
            140 if face == "bold" else 80,
            program,
        )
    )


def _widths(glyphs: Glyphs) -> bytes:
    runs: list[tuple[int, list[int]]] = []
    for number in sorted(glyphs):
        if runs and runs[-1][0] + len(runs[-1][1]) == number:
            runs[-1][1].append(glyphs[number][1])
        else:
            runs.append((number, [glyphs[number][1]]))
    inner = b" ".join(
        b"%d [%b]" % (first, b" ".join(b"%d" % each for each in some)) for first, some in runs
    )
    return b"[" + inner + b"]"


def _unicode(glyphs: Glyphs) -> bytes:
    """Return the CMap that says which text each glyph stands for."""
    lines = [
        b"%d beginbfchar\n%b\nendbfchar" % (len(some), b"\n".join(some))
        for some in _hundreds(
            [
                b"<%04x> <%b>" % (number, (text or _NOTHING).encode("utf-16-be").hex().encode())
                for number, (text, _width) in sorted(glyphs.items())
                if number
            ]
        )
    ]
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n"
        b"<</Registry (Adobe)/Ordering (UCS)/Supplement 0>> def\n"
        b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        + b"\n".join(lines)
        + b"\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


def _hundreds(lines: list[bytes]) -> list[list[bytes]]:
    return [lines[start : start + 100] for start in range(0, len(lines), 100)]
