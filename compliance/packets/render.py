"""Draw a manifest. A pure function of it: no database, no clock, no network, no file of the machine.

The document is a list of sections, each a template with its own context and its own page, so that
a section can be drawn alone.
"""

import ctypes.util
import io
import logging
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration

from compliance.packets import contents, fonts
from compliance.packets import manifest as manifests
from compliance.packets.contents import Section
from compliance.packets.fetcher import BASE, Locked
from compliance.packets.manifest import Manifest

Edition = Literal["ko", "en"]
# Called with the number of the page that is being laid out.
Progress = Callable[[int], None]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The drawn document: its bytes, its pages, and the characters that had no glyph."""

    pdf: bytes
    pages: int
    missing: list[str]


def render(manifest: Manifest, edition: Edition = "ko") -> bytes:
    """Return the PDF of *manifest*. The same manifest gives the same bytes."""
    return draw(manifest, edition).pdf


def draw(manifest: Manifest, edition: Edition = "ko", progress: Progress | None = None) -> Drawing:
    """Draw *manifest*, telling *progress* each page as it is laid out."""
    _warn_without_subsetter()
    html, missing = compose(manifest, edition)
    faces: dict[str, Callable[[], bytes]] = {
        "sans.otf": fonts.sans,
        "serif.otf": fonts.serif,
        "bold.otf": partial(fonts.bold, frozenset(char for char in html if char >= " ")),
    }
    source = HTML(string=html, base_url=BASE, url_fetcher=Locked(faces))
    with _listening(progress):
        document = source.render(font_config=FontConfiguration())
        out = io.BytesIO()
        identifier = manifests.digest(manifest)[:32].encode()
        document.write_pdf(out, pdf_identifier=identifier, pdf_tags=True)
    return Drawing(out.getvalue(), len(document.pages), missing)


def compose(manifest: Manifest, edition: Edition) -> tuple[str, list[str]]:
    """Return the document as one HTML text and the characters of it that have no glyph."""
    missing = fonts.missing_glyphs("\n".join(manifests.texts(manifest)))
    with translation.override(edition):
        shared = contents.shared(manifest, [_described(char) for char in missing])
        parts = contents.sections(shared)
        context = {
            "shared": shared,
            "edition": edition,
            "parts": [compose_section(part) for part in parts],
        }
        return fonts.visible(render_to_string("packets/pdf/document.html", context)), missing


def compose_section(part: Section) -> SafeString:
    """Return one section as HTML."""
    return render_to_string(part.template, {**part.context, "part": part})


def _described(char: str) -> str:
    # No quotation of the character itself: it is the one thing that cannot be printed.
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()


class _Pages(logging.Handler):
    """Hears WeasyPrint say which page it lays out."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress, self._thread = progress, threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        step, _, number = record.getMessage().rpartition("Page ")
        # Another document may be drawn in another thread of this process.
        if step and number.isdigit() and record.thread == self._thread:
            self._progress(int(number))


@contextmanager
def _listening(progress: Progress | None) -> Iterator[None]:
    logger = logging.getLogger("weasyprint.progress")
    if progress is None:
        yield
        return
    handler, level, propagate = _Pages(progress), logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


def _warn_without_subsetter() -> None:
    if ctypes.util.find_library("harfbuzz-subset") is None:
        _log.warning(
            "libharfbuzz-subset is not installed: a page takes seconds instead of milliseconds. "
            "Install the package libharfbuzz-subset0."
        )
