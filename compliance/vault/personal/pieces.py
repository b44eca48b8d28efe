"""A stretch of a file's text with its place, and what stands around it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

# page, left, top, right, bottom: from 0 to 1 of the page.
Box = tuple[int, float, float, float, float]
Place = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """*lead* is read before the text (a header, a key) and is no part of it.

    *place_at* makes the place of the character at an offset more exact, *boxes_of* says where on the
    page characters stand.
    """

    text: str
    place: Place = field(default_factory=dict)
    lead: str = ""
    around: str = ""
    place_at: Callable[[int], Place] | None = None
    boxes_of: Callable[[int, int], list[Box]] | None = None

    def within(self, **place: Any) -> "Piece":
        """Return the same piece as a part of something larger."""
        deeper = self.place_at
        if deeper is None:
            return replace(self, place={**place, **self.place})
        return replace(self, place_at=lambda at: {**place, **deeper(at)})


Reader = Callable[[Path], Iterator[Piece]]


class Unreadable(Exception):
    """There is no text to be had: the format is not read, or the tool for it is not installed."""
