"""What a detector returns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

RESIDENT, FOREIGNER, CARD, MOBILE = "resident", "foreigner", "card", "mobile"
MAIL, ADDRESS, ACCOUNT, PASSPORT, LICENCE = "mail", "address", "account", "passport", "licence"


@dataclass(frozen=True, slots=True)
class Hit:
    """Characters *start* to *end* of the text are personal data of *kind*."""

    kind: str
    start: int
    end: int
    masked: str


# A detector gets the text and what stands around it (a row, a header), and yields its hits.
Detector = Callable[[str, str], Iterator[Hit]]


def stars(text: str) -> str:
    """Mask letters and digits, leave what separates them."""
    return "".join("*" if char.isalnum() else char for char in text)
