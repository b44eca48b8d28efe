"""Mark a packet's PDF for one recipient: a revision behind the signed bytes, which stay as they are.

The revision is a pure function of the document and of the mark, so that whoever has the copy can
write it anew and compare: nothing but the mark was added. It carries the mark in a comment.
"""

import base64
import io
import json
import math
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pikepdf
from django.utils import translation
from django.utils.translation import pgettext

from compliance.packets import fonts
from compliance.packets.press import faces
from compliance.packets.press.shaping import fitted, hexadecimal, shape, width
from compliance.packets.press.syntax import FIELDS, line, stream
from compliance.packets.press.syntax import number as _n
from compliance.packets.report import CopyMark
from compliance.packets.templatetags.packet import moment

COMMENT = b"\n%GatepassCopy "
_FONT, _STATE = b"/GatepassMark", b"/GatepassFaint"
_LARGEST, _SMALLEST, _SMALL, _LINES = 24, 9, 7, 4
_ANGLE = math.radians(30)
_EDGE = 9.0
# Of the comment, in bytes: names are short.
_LONGEST = 4096


def revision(pdf: bytes, mark: CopyMark, edition: str) -> bytes:
    """Return the bytes to append to *pdf* so that every page names the recipient of this copy."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        made = _Revision(document, pdf)
        made.begin(mark, edition)
        texts = _texts(mark, edition)
        glyphs: faces.Glyphs = {}
        pages = [(page, _size(page)) for page in document.pages]
        streams = {}
        for size in dict.fromkeys(size for _page, size in pages):
            streams[size] = made.add(stream(_drawn(texts, size, glyphs)))
        saved = made.add(stream(b"q"))
        font = made.font(glyphs)
        faint = made.add(b"<</Type /ExtGState/ca 0.13>>")
        for page, size in pages:
            made.put(page.obj.objgen[0], _marked(page.obj, saved, streams[size], font, faint))
        return made.finish()


def is_mark(pdf: bytes, mark: CopyMark, edition: str, appended: bytes) -> bool:
    """Say whether *appended* is the mark that *pdf* would get, and nothing else.

    The document may be anybody's: what cannot be marked was never marked by us.
    """
    try:
        return revision(pdf, mark, edition) == appended
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False
    except (RuntimeError, RecursionError, OverflowError):
        return False


def split(pdf: bytes) -> tuple[bytes, CopyMark, str] | None:
    """Return the document in front of the mark, the mark and the edition; None where there is none."""
    begin = pdf.rfind(COMMENT)
    if begin < 0:
        return None
    told = pdf[begin + len(COMMENT) : begin + _LONGEST].partition(b"\n")[0]
    try:
        known = json.loads(base64.b64decode(told, validate=True))
        edition = str(known.pop("edition"))
        mark = CopyMark(**{name: str(value) for name, value in known.items()})
        datetime.fromisoformat(mark.at)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return pdf[:begin], mark, edition


class _Revision:
    """Objects behind a document, and the table of where they are."""

    def __init__(self, document: pikepdf.Pdf, pdf: bytes) -> None:
        self._document, self._at = document, len(pdf)
        # Where the document's own table is: the last number before its end.
        self._previous = int(pdf[-1024:].rsplit(b"startxref", 1)[1].split()[0])
        self._next = int(document.trailer["/Size"])
        self._places: dict[int, int] = {}
        self._out: list[bytes] = []

    def begin(self, mark: CopyMark, edition: str) -> None:
        told = json.dumps({**asdict(mark), "edition": edition}, sort_keys=True).encode()
        self._write(COMMENT + base64.b64encode(told) + b"\n")

    def add(self, body: bytes) -> int:
        """Write a new object; return its number."""
        number = self._next
        self._next += 1
        self.put(number, body)
        return number

    def put(self, number: int, body: bytes) -> None:
        self._places[number] = self._at
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def font(self, glyphs: faces.Glyphs) -> int:
        first, self._next = self._next, self._next + 1
        (_known, body), *others = faces.objects("sans", glyphs, self._next, faces.program)
        self._next += len(others)
        for number, each in [(first, body), *others]:
            self.put(number, each)
        return first

    def finish(self) -> bytes:
        number, begun = self._next, self._at
        self._places[number] = begun
        lines = b"".join(line(1, place, 0) for _n, place in sorted(self._places.items()))
        runs = b" ".join(b"%d %d" % run for run in _runs(sorted(self._places)))
        trailer = self._document.trailer
        kept = b"".join(
            b"%b %b" % (name.encode(), _written(trailer[name]))
            for name in ("/Root", "/Info", "/ID")
            if name in trailer
        )
        about = b"/Type /XRef/Size %d/W [%d %d %d]/Index [%b]/Prev %d%b" % (
            number + 1,
            *FIELDS,
            runs,
            self._previous,
            kept,
        )
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, stream(lines, about)))
        self._write(b"startxref\n%d\n%%%%EOF\n" % begun)
        return b"".join(self._out)

    def _write(self, data: bytes) -> None:
        self._out.append(data)
        self._at += len(data)


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Return (first, count) of each run of numbers."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and sum(runs[-1]) == number:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((number, 1))
    return runs


def _texts(mark: CopyMark, edition: str) -> tuple[str, str]:
    with translation.override("en" if edition == "en" else "ko"):
        at = moment(mark.at)
        told = pgettext("copy", "Copy for %(recipient)s · %(at)s")
        large = told % {"recipient": mark.recipient, "at": at}
        small = pgettext("copy", "%(told)s. The signed original is the part in front of this mark.")
        purpose = f" · {mark.purpose}" if mark.purpose else ""
        return fonts.visible(large), fonts.visible(small % {"told": f"{large}{purpose}"})


def _size(page: pikepdf.Page) -> tuple[float, float, int]:
    """Return width and height in points and how the page is turned, in degrees."""
    box = [float(each) for each in page.mediabox]
    return box[2] - box[0], box[3] - box[1], int(page.obj.get("/Rotate", 0)) % 360


def _drawn(texts: tuple[str, str], size: tuple[float, float, int], glyphs: faces.Glyphs) -> bytes:
    """Return the mark of pages of one size, an artifact: large and faint across, small at the foot."""
    wide, tall, _turned = size
    room = wide * 0.9 / math.cos(_ANGLE)
    whole = width(shape(texts[0]), 1)
    points = round(max(_SMALLEST, min(_LARGEST, room / whole)), 1)
    large = fitted(texts[0], "sans", points, room)
    small = fitted(texts[1], "sans", _SMALL, wide - 2 * _EDGE)
    for each in (*large, *small):
        glyphs[each.number] = (each.text, each.width)
    cos, sin, half = math.cos(_ANGLE), math.sin(_ANGLE), width(large, points) / 2
    parts = [b"Q q /Artifact <</Type /Pagination/Subtype /Watermark>> BDC"]
    parts.append(b"q %b gs 0.25 0.3 0.4 rg BT %b %b Tf" % (_STATE, _FONT, _n(points)))
    for place in range(1, _LINES + 1):
        x, y = wide / 2 - half * cos, tall * place / (_LINES + 1) - half * sin
        matrix = b" ".join(_n(each) for each in (cos, sin, -sin, cos, x, y))
        parts.append(b"%b Tm %b Tj" % (matrix, hexadecimal(large)))
    parts.append(b"ET Q BT %b %d Tf 0.25 0.3 0.4 rg" % (_FONT, _SMALL))
    x = (wide - width(small, _SMALL)) / 2
    parts.append(b"1 0 0 1 %b %b Tm %b Tj ET EMC Q" % (_n(x), _n(_EDGE), hexadecimal(small)))
    return b"\n".join(parts)


def _marked(page: Any, saved: int, drawn: int, font: int, faint: int) -> bytes:
    """Return a page's dictionary with the mark behind its content."""
    entries = {name: _written(page[name]) for name in page.keys()}  # noqa: SIM118 - no mapping
    contents = page.get("/Contents", pikepdf.Array())
    inner = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    told = b" ".join(_written(each) for each in inner)
    entries["/Contents"] = b"[%d 0 R %b %d 0 R]" % (saved, told, drawn)
    resources = page.get("/Resources", pikepdf.Dictionary())
    known = {name: _written(resources[name]) for name in resources.keys()}  # noqa: SIM118
    for kind, name, number in (("/Font", _FONT, font), ("/ExtGState", _STATE, faint)):
        others = resources.get(kind, pikepdf.Dictionary())
        pairs = [b"%b %b" % (key.encode(), _written(others[key])) for key in sorted(others.keys())]
        known[kind] = b"<<%b>>" % b" ".join([*pairs, b"%b %d 0 R" % (name, number)])
    entries["/Resources"] = _dictionary(known)
    return _dictionary(entries)


def _dictionary(entries: dict[str, bytes]) -> bytes:
    pairs = (b"%b %b" % (name.encode(), entries[name]) for name in sorted(entries))
    return b"<<%b>>" % b" ".join(pairs)


def _written(value: Any) -> bytes:
    """Return a value as a file has it: what is an object of its own as a reference to it."""
    if isinstance(value, pikepdf.Object):
        return bytes(value.unparse(resolved=False))
    if isinstance(value, bool):
        return b"true" if value else b"false"
    return str(value).encode()
