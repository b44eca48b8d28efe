"""Compile a section: WeasyPrint lays it out and draws it, its objects are kept as a part.

This module alone knows WeasyPrint's insides (pinned in requirements.txt): the public way writes a
whole file, and joining finished files costs ten times as much and loses tags and shared fonts.
"""

import copy
import threading
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.document import Document, Page
from weasyprint.html import UA_STYLESHEET
from weasyprint.matrix import Matrix
from weasyprint.pdf import _use_references
from weasyprint.pdf.stream import Stream
from weasyprint.pdf.tags import _build_box_tree
from weasyprint.text.fonts import FontConfiguration

from compliance.packets import fonts
from compliance.packets.fetcher import BASE, Locked
from compliance.packets.press import parts
from compliance.packets.press.blanks import Blank
from compliance.packets.press.building import Builder
from compliance.packets.press.parts import Bookmark, Part

# CSS pixels to points.
_SCALE = 0.75
_FAMILIES = {
    "Gatepass Sans": "sans",
    "Gatepass Serif": "serif",
    "Gatepass Sans Bold": "bold",
}
# Pango and fontconfig are not made for two threads that register fonts at once.
_lock = threading.Lock()


class _Document(HTML):  # type: ignore[misc]  # WeasyPrint has no types
    """Without the engine's rules for notes, which it would weigh for every element five times."""

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:  # noqa: FBT001, FBT002 - its signature
        return [_usual()]


def warm(style: str) -> None:
    """Load fonts and style sheet, which takes as long as some pages."""
    with _lock:
        _styled(style)


def compile_section(
    html: str,
    style: str,
    key: str,
    pictures: Mapping[str, tuple[bytes, str]] = MappingProxyType({}),
    blanks: Mapping[str, Blank] = MappingProxyType({}),
) -> Part:
    """Return the part of a section given as an HTML document and its style sheet.

    *pictures* are what it may show besides: {name: (bytes, media type)}, as packet:name. *blanks*
    are fields to sign, by the anchor where each stands.
    """
    with _lock:
        return _captured(laid_out(html, style, pictures), key, blanks)


def laid_out(
    html: str, style: str, pictures: Mapping[str, tuple[bytes, str]] = MappingProxyType({})
) -> Document:
    """Return the document as WeasyPrint's pages of boxes. Not for two threads at once."""
    configuration, sheet = _styled(style)
    source = _Document(string=html, base_url=BASE, url_fetcher=Locked(_faces(), pictures))
    return source.render(font_config=configuration, stylesheets=[sheet])


def plain_pdf(html: str, style: str) -> bytes:
    """Return a small document by itself as PDF, with the packet's fonts and nothing from elsewhere."""
    with _lock:
        configuration, sheet = _styled(style)
        source = HTML(string=html, base_url=BASE, url_fetcher=Locked(_faces()))
        made = source.write_pdf(font_config=configuration, stylesheets=[sheet], pdf_tags=True)
        return bytes(made)


@cache
def _configuration() -> FontConfiguration:
    return FontConfiguration()


@cache
def _styled(style: str) -> tuple[FontConfiguration, CSS]:
    """Parse a style sheet once a process: its fonts alone cost as much as a page."""
    configuration = _configuration()
    fetcher = Locked(_faces())
    sheet = CSS(string=style, base_url=BASE, font_config=configuration, url_fetcher=fetcher)
    return configuration, sheet


@cache
def _usual() -> CSS:
    """Return the engine's own style sheet as far as the document's elements need it."""
    sheet = copy.copy(UA_STYLESHEET)
    sheet.matcher = copy.copy(sheet.matcher)
    # (test, specificity, order, pseudo-element, declarations) of rules that match any element.
    sheet.matcher.other_selectors = [
        each for each in sheet.matcher.other_selectors if "note" not in (each[3] or "")
    ]
    return sheet


def _faces() -> dict[str, Callable[[], bytes]]:
    return {"sans.otf": fonts.sans, "serif.otf": fonts.serif, "bold.otf": fonts.bold_measures}


def _captured(document: Document, key: str, blanks: Mapping[str, Blank]) -> Part:
    builder = Builder(key)
    resources = builder.resources()
    images: dict[str, Any] = {}
    builder.number(resources)
    drawn = [_draw(document, page, builder, resources, images) for page in document.pages]
    # Faces are told apart by family: pydyf's keys of fonts differ between processes.
    for font in document.fonts.values():
        face = _FAMILIES[font.family]
        resources["Font"][font.hash] = parts.pointer(parts.FACES[face])
        builder.saw(face, {g: (t, font.widths[g]) for g, t in font.to_unicode.items()})
    _use_references(builder.pdf, resources, images, document.color_profiles)
    for index, (page, stream) in enumerate(zip(document.pages, drawn, strict=True)):
        _tag(page, stream, builder, index)
    _note(document, builder)
    for name, blank in blanks.items():
        if name in builder.anchors:
            index, left, top = builder.anchors[name]
            builder.blank(index, blank, left, top)
    return builder.finish()


def _draw(
    document: Document, page: Page, builder: Builder, resources: Any, images: dict[str, Any]
) -> Stream:
    """Draw a page into a content stream and put its links beside it."""
    matrix = Matrix(_SCALE, 0, 0, -_SCALE, 0, page.height * _SCALE)
    stream = Stream(
        document.fonts,
        (0, 0, page.width, page.height),
        resources,
        images,
        {},
        document.color_profiles,
        document.output_intent,
        compress=True,
    )
    builder.page(stream, page.width * _SCALE, page.height * _SCALE, resources)
    for kind, target, rectangle, box in page.links:
        # Boxes inside a link inherit it; one area a line of the link itself is enough.
        if kind == "internal" and box.element_tag == "a":
            corners = [
                *matrix.transform_point(*rectangle[:2]),
                *matrix.transform_point(*rectangle[2:]),
            ]
            paged = "ref" in (box.element.get("class") or "").split()
            box.link_annotation = builder.link(corners, target, paged=paged)
    # Kept apart from the stamp, which counts from the bottom as PDF does.
    with stream.stacked():
        stream.transform(d=-1, f=page.height * _SCALE)
        page.paint(stream, _SCALE)
    return stream


def _tag(page: Page, stream: Stream, builder: Builder, index: int) -> None:
    """Build the structure elements of a page; its marks are then accounted for."""
    found: dict[int, bytes] = {}
    annotations: list[Any] = []
    tree = _build_box_tree(
        page._page_box, builder.document, builder.pdf, index, found, annotations, stream._tags
    )
    builder.elements += [element.number for element in tree]
    if stream._tags:
        raise RuntimeError("WeasyPrint drew something that belongs to no element")
    builder.marks(index, [found[mark] for mark in sorted(found)])
    for element, annotation in annotations:
        builder.annotated(annotation, element)


def _note(document: Document, builder: Builder) -> None:
    """Remember what leads into the part: anchors and entries of the outline."""
    for index, page in enumerate(document.pages):
        for name, (x, y, *_rest) in page.anchors.items():
            builder.anchors.setdefault(name, (index, x * _SCALE, (page.height - y) * _SCALE))
        for level, label, (x, y), _state in page.bookmarks:
            height = (page.height - y) * _SCALE
            builder.bookmarks.append(Bookmark(level, label, index, x * _SCALE, height))
