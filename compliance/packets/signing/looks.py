"""What is seen of a signature: a name and the facts of its certificate, in the packet's own font."""

from collections.abc import Sequence

from compliance.packets import fonts
from compliance.packets.press import faces
from compliance.packets.press.blanks import TALL, WIDE
from compliance.packets.press.shaping import fitted
from compliance.packets.press.stamping import Stamp
from compliance.packets.press.syntax import colour, number, stream

_INK, _QUIET, _BAR = "#102a43", "#52606d", "#16324f"
_LEFT, _NAME, _SMALL, _LEADING = 8.0, 10.0, 6.3, 8.4
# How many lines fit under the name.
LINES = 3
# The drawing and its font.
OBJECTS = 2 + faces.taken(1)


def look(name: str, lines: Sequence[str], first: int) -> list[tuple[int, bytes]]:
    """Return the objects that draw a signature, numbered from *first*, which is the drawing itself."""
    stamp = Stamp()
    room = WIDE - _LEFT - 3
    y = TALL - 13
    stamp.text(_LEFT, y, _NAME, fitted(fonts.visible(name), "sans", _NAME, room), _INK)
    for place, text in enumerate(lines[:LINES]):
        glyphs = fitted(fonts.visible(text), "sans", _SMALL, room)
        stamp.text(_LEFT, y - 10 - place * _LEADING, _SMALL, glyphs, _QUIET)
    (_own, face), *others = faces.objects("sans", stamp.glyphs, first + 2, faces.program)
    box = b"0.25 0.25 %b %b re" % (number(WIDE - 0.5), number(TALL - 0.5))
    frame = b"q 1 g %b f 0.5 w %b RG %b S %b rg 0 0 2.4 %b re f Q\n" % (
        box,
        colour("#9aa5b1"),
        box,
        colour(_BAR),
        number(TALL),
    )
    about = (
        b"/Type /XObject/Subtype /Form/BBox [0 0 %b %b]/Resources <</Font <</sans %d 0 R>>>>"
        % (number(WIDE), number(TALL), first + 1)
    )
    return [(first, stream(frame + stamp.drawn(), about)), (first + 1, face), *others]
