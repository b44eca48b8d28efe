"""A diagram on a page of its own, as large as the paper allows: lying where it is wide.

PDF and SVG stay vectors; what would break the archival form is drawn as a picture.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from compliance.packets.press import exhibits, vectors
from compliance.packets.press.exhibits import Copier, Unplaceable
from compliance.packets.press.laying import PAGE, Box, Flow, Span
from compliance.packets.press.parts import Part

# Kept free below a drawing for its file and digest.
_CAPTION = 34.0
# A drawing this much wider than tall lies.
_WIDE = 1.1
SVG = "image/svg+xml"
# A diagram of more pages is a document; the rest stands in the file.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Said:
    """What stands with the drawing: its title, the spans below, and what it is for who sees none."""

    title: str
    caption: list[Span]
    alt: str


def draw(
    key: str, data: bytes, media_type: str, said: Said, checked: Callable[[Part], bool]
) -> Part:
    """Return the pages of a diagram. Raises Unplaceable."""
    if media_type == SVG:
        try:
            data, media_type = vectors.as_pdf(data), "application/pdf"
        except vectors.Undrawable as error:
            raise Unplaceable("broken") from error
    if media_type != "application/pdf":
        return _picture(key, data, said)
    with exhibits.reading(data) as source:
        pages = _Pages(key, said)
        copier = Copier(pages.flow)
        for page in source.pages[:_MOST]:
            box = pages.begin(*exhibits.size_of(page))
            exhibits.overlay(copier, source, page, box, pages.alt)
        part = pages.finish()
        return part if checked(part) else _printed(key, data, said)


def _picture(key: str, data: bytes, said: Said) -> Part:
    drawn, (wide, tall) = exhibits.picture(data)
    pages = _Pages(key, said)
    # Screens have 96 points an inch; small drawings are enlarged a little, never to a blur.
    pages.place(drawn, wide, tall, most=1.5)
    return pages.finish()


def _printed(key: str, data: bytes, said: Said) -> Part:
    pages = _Pages(key, said)
    for picture, wide, tall in _some(exhibits.rasterised(data)):
        pages.place(exhibits.jpeg(picture), wide, tall, most=4)
    return pages.finish()


def _some(found: Iterator[Any]) -> Iterator[Any]:
    for _index, each in zip(range(_MOST), found, strict=False):
        yield each


class _Pages:
    """Pages with a title above and a caption below, the drawing between."""

    def __init__(self, key: str, said: Said) -> None:
        self.flow = Flow(key, blank=True)
        self._said, self._count = said, 0

    @property
    def alt(self) -> str:
        return f"{self._said.alt} {self._count}"

    def begin(self, wide: float, tall: float) -> Box:
        """Begin a page for a drawing of this shape; return where it goes."""
        if self._count:
            self.flow.spans(self._said.caption, 0)
        self.flow.sheet(*(PAGE[::-1] if wide > tall * _WIDE else PAGE))
        self._count += 1
        if self._count == 1:
            self.flow.entry(self._said.title, self._said.title)
        return self.flow.free(_CAPTION)

    def place(self, drawn: Any, wide: float, tall: float, *, most: float) -> None:
        """Draw a picture in the middle of a page of its own, enlarged *most* times at most."""
        left, bottom, right, top = self.begin(wide, tall)
        scale = min((right - left) / wide, (top - bottom) / tall, most)
        wide, tall = wide * scale, tall * scale
        x = left + (right - left - wide) / 2
        y = top - (top - bottom - tall) / 2
        self.flow.picture(drawn, (x, y - tall, x + wide, y), self.alt)
        self.flow.sink(bottom)

    def finish(self) -> Part:
        self.flow.spans(self._said.caption, 0)
        return self.flow.finish()
