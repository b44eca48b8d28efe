"""What a person sees of a file without opening it: images of pages, excerpts of text and tables.

Browsers' own PDF viewers fail under a strict policy and run what is in the file; images do neither.
Made on demand in the jail, kept under VAR_DIR/previews by digest: the cache may be deleted at any time.
"""

import base64
import logging
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from compliance.vault import contents, drawing, jail, services
from compliance.vault.models import Blob
from compliance.vault.problems import Problem

MEDIA_TYPE = "image/webp"
TEXT_BYTES, TEXT_LINES = 200_000, 400
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
log = logging.getLogger(__name__)

Table = list[list[str]]
_IMAGES = {"image/png", "image/jpeg", "image/webp", "image/heic"}
# What has an image of its pages, and so a thumbnail.
DRAWN = {*_IMAGES, drawing.PDF}
_TEXTS = {"text/plain", "application/json", "application/xml", "application/yaml"}
_KINDS = {
    drawing.PDF: "pages",
    **dict.fromkeys(_IMAGES, "image"),
    **dict.fromkeys(_TEXTS, "text"),
    "text/csv": "table",
    _XLSX: "sheets",
    "application/zip": "archive",
    "message/rfc822": "mail",
    **dict.fromkeys(contents.DOCUMENTS, "document"),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """Pages of a PDF in all, and (width, height) in pixels of the images of the first of them."""

    total: int
    sizes: list[tuple[int, int]]


def kind_of(blob: Blob) -> str:
    """Return “pages”, “image”, “text”, “table”, “sheets”, “document”, “mail” or “archive”, and ""
    for what only opens in its own program."""
    return _KINDS.get(blob.media_type, "")


def check(blob: Blob, *, name: str = "") -> None:
    """Raise Damaged for bytes that may not be shown."""
    services.checked_path(blob, name=name)


def measure(blob: Blob, *, name: str = "") -> Measure:
    """Return how many pages a PDF has and what size the images of the first of them are."""
    return Measure(**_jailed(drawing.measure, blob, name=name, otherwise={"total": 0, "sizes": []}))


def image(blob: Blob, number: int = 1, *, name: str = "") -> bytes:
    """Return page *number* of a PDF, or the image itself, as WebP; raises LookupError for none."""
    if number < 1:
        raise LookupError(number)
    return _drawn(blob, number, name)


def thumbnail(blob: Blob, *, name: str = "") -> bytes:
    """Return the first page, small, as WebP; raises LookupError where none can be drawn."""
    return _drawn(blob, 0, name)


def _drawn(blob: Blob, number: int, name: str) -> bytes:
    kept = _cache(blob, number)
    if kept.exists():
        return kept.read_bytes()
    made = _jailed(drawing.draw, blob, blob.media_type, number, name=name, otherwise="")
    if not made:
        raise LookupError(number)
    image = base64.b64decode(made)
    _keep(kept, image)
    return image


def text(blob: Blob, *, name: str = "") -> str:
    """Return the beginning of a text, decoded."""
    path = services.checked_path(blob, name=name)
    codec = contents.encoding_of(path)
    with path.open("rb") as file:
        head = file.read(TEXT_BYTES).decode(codec, errors="replace")
    return "\n".join(head.splitlines()[:TEXT_LINES])


def table(blob: Blob, *, name: str = "") -> Table:
    """Return the first rows of a CSV."""
    found: Table = _jailed(contents.table, blob, name=name, otherwise=[])
    return found


def sheets(blob: Blob, *, name: str = "") -> list[contents.Sheet]:
    found = _jailed(contents.sheets, blob, name=name, otherwise=[])
    return [contents.Sheet(**each) for each in found]


def paragraphs(blob: Blob, *, name: str = "") -> list[str]:
    """Return the text of a document, a paragraph each."""
    found: list[str] = _jailed(contents.paragraphs, blob, blob.media_type, name=name, otherwise=[])
    return found


def mail(blob: Blob, *, name: str = "") -> contents.Mail:
    found = _jailed(contents.mail, blob, name=name, otherwise={})
    hung = [contents.Attachment(**each) for each in found.pop("attachments", [])]
    headers = [(header, value) for header, value in found.pop("headers", [])]
    return contents.Mail(headers, attachments=hung, **found)


def entries(blob: Blob, *, name: str = "") -> list[contents.Entry]:
    """Return what stands in an archive."""
    found = _jailed(contents.entries, blob, name=name, otherwise=[])
    return [contents.Entry(**each) for each in found]


def _jailed(
    read: Callable[..., Any], blob: Blob, *more: Any, name: str = "", otherwise: Any
) -> Any:
    """What *read* makes of the checked bytes in the jail; *otherwise* where it cannot.

    A preview is a courtesy: what one library opens, another may not. Raises Damaged.
    """
    path = services.checked_path(blob, name=name)
    try:
        return jail.call(read, str(path), *more, memory=jail.room_for(path))
    except (jail.Exhausted, jail.Fault, Problem) as fault:
        log.info("%s has no preview: %r", blob, fault)
        return otherwise


def _cache(blob: Blob, number: int) -> Path:
    folder = Path(settings.VAR_DIR) / "previews" / blob.sha256[:2]
    return folder / f"{blob.sha256}-{number}.webp"


def _keep(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(temporary).replace(place)
