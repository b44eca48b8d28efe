"""Fields that people sign later: where each stands, what it says while it is empty.

They are part of the document from the beginning, tagged and named, so that a signature only fills in a
value: what was signed before stays as it was signed.
"""

from dataclasses import dataclass

from django.utils.translation import pgettext

from compliance.packets import fonts
from compliance.packets.press.shaping import fitted, width
from compliance.packets.press.stamping import Stamp

_MM = 72 / 25.4
WIDE, TALL = 61 * _MM, 17 * _MM
SEAL = "seal"
# In the order in which they sign.
PEOPLE = ("preparer", "reviewer", "approver")
_SIZE = 7


@dataclass(frozen=True, slots=True)
class Blank:
    """A field: *name* for programs, *label* for people, *hint* stands in it while it is empty.

    *wide* and *tall* are in points; both 0 make a field that is not seen.
    """

    name: str
    label: str
    hint: str = ""
    wide: float = WIDE
    tall: float = TALL

    def drawn(self) -> Stamp:
        """Return what is seen while nobody has signed: a word over the line of the form."""
        stamp = Stamp()
        if self.wide and self.hint:
            word = fitted(fonts.visible(self.hint), "sans", _SIZE, self.wide)
            stamp.text(self.wide - width(word, _SIZE), 3, _SIZE, word, "#7b8794")
        return stamp


def anchor(name: str) -> str:
    """Return the anchor that says where the field *name* stands: its upper left corner."""
    return f"sign-{name}"


def blanks() -> dict[str, Blank]:
    """Return the fields of a packet by their anchors, in the language that is active."""
    hint = pgettext("packet", "(signature or seal)")
    labels = {
        "preparer": pgettext("packet", "Signature of who prepared the packet"),
        "reviewer": pgettext("packet", "Signature of who reviewed the packet"),
        "approver": pgettext("packet", "Signature of who approved the packet"),
        SEAL: pgettext("packet", "Seal of the organisation"),
    }
    return {anchor(name): Blank(name, label, hint) for name, label in labels.items()}
