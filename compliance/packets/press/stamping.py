"""Running heads, page numbers and the numbers of the contents: what is known only when all is linked."""

from dataclasses import dataclass

from compliance.packets.press.shaping import Glyph, fitted, hexadecimal, shape, width
from compliance.packets.press.syntax import colour as _colour
from compliance.packets.press.syntax import number as _n

_MM = 72 / 25.4
_LEFT, _RIGHT = 20 * _MM, 190 * _MM
_TOP, _RULE, _FOOT = 278.4 * _MM, 276 * _MM, 15.6 * _MM
_INK, _QUIET, _FAINT = "#1f2933", "#52606d", "#7b8794"


@dataclass(frozen=True, slots=True)
class Heads:
    """What stands above and below the pages of a section; *colour* is its area's."""

    chapter: str
    applicant: str
    number: str
    colour: str = ""


class Stamp:
    """The content stream of one page's stamp. Remembers the glyphs it used."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self.glyphs: dict[int, tuple[str, int]] = {}

    def text(self, x: float, y: float, size: float, glyphs: tuple[Glyph, ...], ink: str) -> None:
        self.glyphs.update({each.number: (each.text, each.width) for each in glyphs})
        self._lines.append(
            b"BT /sans %b Tf %b rg 1 0 0 1 %b %b Tm %b Tj ET"
            % (_n(size), _colour(ink), _n(x), _n(y), hexadecimal(glyphs))
        )

    def right(self, x: float, y: float, size: float, text: str, ink: str) -> float:
        """Write *text* so that it ends at *x*; return where it begins."""
        glyphs = shape(text)
        begin = x - width(glyphs, size)
        self.text(begin, y, size, glyphs, ink)
        return begin

    def rule(self, left: float, right: float, y: float, thick: float, ink: str) -> None:
        self._lines.append(
            b"%b RG %b w %b %b m %b %b l S"
            % (_colour(ink), _n(thick), _n(left), _n(y), _n(right), _n(y))
        )

    def patch(self, x: float, y: float, wide: float, tall: float) -> None:
        self._lines.append(b"1 1 1 rg %b %b %b %b re f" % (_n(x), _n(y), _n(wide), _n(tall)))

    def dots(self, left: float, right: float, y: float) -> None:
        """Lead the eye from a title to its page; dots stand under one another on every line."""
        if right - left > 6:
            self._lines.append(
                b"%b RG 0.7 w 1 J [0 3.4] %b d %b %b m %b %b l S [] 0 d 0 J"
                % (_colour("#9aa5b1"), _n(left % 3.4), _n(left), _n(y), _n(right), _n(y))
            )

    def drawn(self) -> bytes:
        """Return what was written, as it is."""
        return b"\n".join(self._lines)

    def content(self) -> bytes:
        """Everything is an artifact: no part of what the document says."""
        inner = self.drawn()
        return b"q /Artifact <</Type /Pagination>> BDC\n" + inner + b"\nEMC Q" if inner else b""


def running(stamp: Stamp, heads: Heads, page: int, pages: int) -> None:
    """Write head and foot of page *page* of *pages*."""
    ink = heads.colour or _INK
    chapter = fitted(heads.chapter, "sans", 8, (_RIGHT - _LEFT) * 0.62)
    stamp.text(_LEFT, _TOP, 8, chapter, ink)
    applicant = fitted(heads.applicant, "sans", 8, (_RIGHT - _LEFT) * 0.36)
    stamp.text(_RIGHT - width(applicant, 8), _TOP, 8, applicant, _QUIET)
    stamp.rule(_LEFT, _RIGHT, _RULE, 1.4 if heads.colour else 0.5, ink)
    stamp.text(_LEFT, _FOOT, 7.5, shape(heads.number), _FAINT)
    stamp.right(_RIGHT, _FOOT, 7.5, f"{page} / {pages}", _QUIET)


def margin(stamp: Stamp, label: str, page: int, pages: int, size: tuple[float, float]) -> None:
    """Write number and page at the upper edge of a page that somebody else made, on white."""
    text = shape(f"{label} · {page} / {pages}")
    wide = width(text, 6.5)
    left, top = size[0] - wide - 10, size[1] - 5
    stamp.patch(left - 3, top - 9, wide + 6, 11)
    stamp.text(left, top - 6.5, 6.5, text, _QUIET)


def listed(stamp: Stamp, box: list[float], page: int) -> None:
    """Write the page number of a line of the contents, dotted from its title on."""
    _left, bottom, end, top = min(box[0], box[2]), min(box[1::2]), max(box[0::2]), max(box[1::2])
    base = bottom + (top - bottom) * 0.29
    begin = stamp.right(_RIGHT, base, 8, str(page), _FAINT)
    stamp.dots(end + 4, begin - 4, base + 1)


def valued(stamp: Stamp, x: float, y: float, value: str) -> None:
    """Write a text whose place was kept free; *y* is the top of its line."""
    stamp.text(x, y - 7.4, 7.4, shape(value), "#616e7c")
