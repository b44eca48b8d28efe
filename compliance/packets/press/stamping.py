"""Running heads, page numbers and the numbers of the contents: what is known only when all is linked."""

from dataclasses import dataclass

from compliance.packets.press.shaping import Glyph, fitted, hexadecimal, shape, width
from compliance.packets.press.syntax import colour as _colour
from compliance.packets.press.syntax import number as _n

_MM = 72 / 25.4
# From the edges of a page: margins, and from its top the line of the heads and the rule below.
_LEFT, _RIGHT = 20 * _MM, 20 * _MM
_TOP, _RULE, _FOOT = 18.6 * _MM, 21 * _MM, 15.6 * _MM
_LOGO_HEIGHT, _LOGO_WIDTH = 6 * _MM, 32 * _MM
#: Room that a link keeps for the number of its page.
PAGED = 8.5 * _MM
_PAPER = 210 * _MM
_INK, _QUIET = "#1f2933", "#52606d"


@dataclass(frozen=True, slots=True)
class Heads:
    """What stands above and below the pages of a section.

    *colour* is its area's or the applicant's; *logo* the size of the applicant's logo in pixels.
    """

    chapter: str
    applicant: str
    number: str
    colour: str = ""
    logo: tuple[int, int] | None = None


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

    def logo(self, right: float, y: float, size: tuple[int, int]) -> float:
        """Draw the logo so that it ends at *right*; return where it begins."""
        scale = min(_LOGO_HEIGHT / size[1], _LOGO_WIDTH / size[0])
        wide, tall = size[0] * scale, size[1] * scale
        self._lines.append(
            b"q %b 0 0 %b %b %b cm /Logo Do Q" % (_n(wide), _n(tall), _n(right - wide), _n(y))
        )
        return right - wide

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


def running(stamp: Stamp, heads: Heads, page: int, pages: int, size: tuple[float, float]) -> None:
    """Write head and foot of page *page* of *pages*, which is *size* points wide and tall."""
    ink = heads.colour or _INK
    right, top = size[0] - _RIGHT, size[1] - _TOP
    room = right - _LEFT
    chapter = fitted(heads.chapter, "sans", 8, room * 0.6)
    stamp.text(_LEFT, top, 8, chapter, ink)
    end = right
    if heads.logo:
        end = stamp.logo(right, size[1] - _RULE + 0.9 * _MM, heads.logo) - 2 * _MM
    applicant = fitted(heads.applicant, "sans", 8, end - _LEFT - room * 0.62)
    stamp.text(end - width(applicant, 8), top, 8, applicant, _QUIET)
    stamp.rule(_LEFT, right, size[1] - _RULE, 1.4 if heads.colour else 0.5, ink)
    stamp.text(_LEFT, _FOOT, 7.5, shape(heads.number), _QUIET)
    stamp.right(right, _FOOT, 7.5, f"{page} / {pages}", _QUIET)


def margin(stamp: Stamp, label: str, page: int, pages: int, size: tuple[float, float]) -> None:
    """Write number and page at the upper edge of a page that somebody else made, on white."""
    text = fitted(f"{label} · {page} / {pages}", "sans", 6.5, max(size[0] - 20, 30))
    wide = width(text, 6.5)
    left, top = size[0] - wide - 10, size[1] - 5
    stamp.patch(left - 3, top - 9, wide + 6, 11)
    stamp.text(left, top - 6.5, 6.5, text, _QUIET)


def listed(stamp: Stamp, box: list[float], page: int) -> None:
    """Write the page number of a line of the contents, dotted from its title on."""
    _left, bottom, end, top = min(box[0], box[2]), min(box[1::2]), max(box[0::2]), max(box[1::2])
    base = bottom + (top - bottom) * 0.29
    begin = stamp.right(_PAPER - _RIGHT, base, 8, str(page), _QUIET)
    stamp.dots(end + 4, begin - 4, base + 1)


def paged(stamp: Stamp, box: list[float], page: int) -> None:
    """Write the number of the page that a link leads to, at its right end."""
    bottom, end, top = min(box[1::2]), max(box[0::2]), max(box[1::2])
    base = bottom + (top - bottom) * 0.29
    stamp.text(end - PAGED + 0.8 * _MM, base, 6.4, shape(f"p.{page}"), _QUIET)


def valued(stamp: Stamp, x: float, y: float, value: str) -> None:
    """Write a text whose place was kept free; *y* is the top of its line."""
    stamp.text(x, y - 7.4, 7.4, shape(value), "#616e7c")
