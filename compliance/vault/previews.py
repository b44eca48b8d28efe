"""What a person sees of a file without opening it: images of pages, excerpts of text and tables.

Browsers' own PDF viewers fail under a strict policy and run what is in the file; images do neither.
Made on demand, kept under VAR_DIR/previews by digest: the cache may be deleted at any time.
"""

import csv
import io
import os
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pypdfium2
from django.conf import settings
from PIL import Image, ImageOps

from compliance.shared.errors import Refused
from compliance.vault import _texts, contents, services
from compliance.vault.models import Blob

MEDIA_TYPE = "image/webp"
WIDTH, HEIGHT = 1400, 4000
# Captures keep more: small print in them is what a reviewer looks for.
PICTURE = (2600, 6000)
PAGES = 300
ROWS, COLUMNS = 200, 30
TEXT_BYTES, TEXT_LINES = 200_000, 400
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# PDFium is not thread-safe, and the web server has threads.
_PDFIUM = threading.Lock()
# A preview is a courtesy: what one library opens, another may not.
_UNREADABLE_CONTENT = (
    csv.Error,
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    IndexError,
    AttributeError,
    NotImplementedError,
    ValueError,
    TypeError,
    SyntaxError,
    OSError,
)
_UNREADABLE = (pypdfium2.PdfiumError, OSError, ValueError, SyntaxError)

Table = list[list[str]]
T = TypeVar("T")
_IMAGES = {"image/png", "image/jpeg", "image/webp"}
# What has an image of its pages, and so a thumbnail.
DRAWN = {*_IMAGES, "application/pdf"}
THUMBNAIL = (320, 240)
_TEXTS = {"text/plain", "application/json", "application/xml", "application/yaml"}
_KINDS = {
    "application/pdf": "pages",
    **dict.fromkeys(_IMAGES, "image"),
    **dict.fromkeys(_TEXTS, "text"),
    "text/csv": "table",
    _XLSX: "sheets",
    "application/zip": "archive",
    "message/rfc822": "mail",
    **dict.fromkeys(contents.DOCUMENTS, "document"),
}


def kind_of(blob: Blob) -> str:
    """Return “pages”, “image”, “text”, “table”, “sheets”, “document”, “mail” or “archive”, and ""
    for what only opens in its own program."""
    return _KINDS.get(blob.media_type, "")


def check(blob: Blob, *, name: str = "") -> None:
    """Raise Damaged for bytes that may not be shown."""
    services.checked_path(blob, name=name)


def page_sizes(blob: Blob, *, name: str = "") -> list[tuple[int, int]]:
    """Return (width, height) in pixels of the images of a PDF's pages, at most PAGES of them."""
    path = services.checked_path(blob, name=name)
    try:
        with _PDFIUM, pypdfium2.PdfDocument(path) as pdf:
            shown = range(min(len(pdf), PAGES))
            return [_scaled(*pdf.get_page_size(number))[1] for number in shown]
    except _UNREADABLE:
        return []


def page_total(blob: Blob, *, name: str = "") -> int:
    path = services.checked_path(blob, name=name)
    try:
        with _PDFIUM, pypdfium2.PdfDocument(path) as pdf:
            return len(pdf)
    except _UNREADABLE:
        return 0


def image(blob: Blob, number: int = 1, *, name: str = "") -> bytes:
    """Return page *number* of a PDF, or the image itself, as WebP; raises LookupError for none."""
    kept = _cache(blob, number)
    if kept.exists():
        return kept.read_bytes()
    path = services.checked_path(blob, name=name)
    try:
        made = _encoded(_page(path, number) if kind_of(blob) == "pages" else _picture(path, number))
    except _UNREADABLE as fault:
        raise LookupError(number) from fault
    _keep(kept, made)
    return made


def thumbnail(blob: Blob, *, name: str = "") -> bytes:
    """Return the first page, small, as WebP; raises LookupError where none can be drawn."""
    kept = _cache(blob, 0)
    if kept.exists():
        return kept.read_bytes()
    try:
        with Image.open(io.BytesIO(image(blob, 1, name=name))) as drawn:
            drawn.thumbnail(THUMBNAIL)
            made = _encoded(drawn)
    except _UNREADABLE as fault:
        raise LookupError(0) from fault
    _keep(kept, made)
    return made


def text(blob: Blob, *, name: str = "") -> str:
    """Return the beginning of a text, decoded."""
    path = services.checked_path(blob, name=name)
    codec = _codec(path)
    with path.open("rb") as file:
        head = file.read(TEXT_BYTES).decode(codec, errors="replace")
    return "\n".join(head.splitlines()[:TEXT_LINES])


def table(blob: Blob, *, name: str = "") -> Table:
    """Return the first rows of a CSV."""
    return _courtesy(_csv_table, blob, name, [])


def sheets(blob: Blob, *, name: str = "") -> list[contents.Sheet]:
    return _courtesy(contents.sheets, blob, name, [])


def paragraphs(blob: Blob, *, name: str = "") -> list[str]:
    """Return the text of a document, a paragraph each."""
    return _courtesy(lambda path: contents.paragraphs(path, blob.media_type), blob, name, [])


def mail(blob: Blob, *, name: str = "") -> contents.Mail:
    return _courtesy(contents.mail, blob, name, contents.Mail())


def entries(blob: Blob, *, name: str = "") -> list[contents.Entry]:
    """Return what stands in an archive."""
    return _courtesy(contents.entries, blob, name, [])


def _courtesy(read: Callable[[Path], T], blob: Blob, name: str, otherwise: T) -> T:
    """Read the checked bytes; *otherwise* where the library cannot. Raises Damaged."""
    path = services.checked_path(blob, name=name)
    try:
        return read(path)
    except _UNREADABLE_CONTENT:
        return otherwise


def _scaled(width: float, height: float) -> tuple[float, tuple[int, int]]:
    """Return the factor from points to pixels and the size that results, within bounds."""
    scale = min(WIDTH / max(width, 1), HEIGHT / max(height, 1), 4)
    return scale, (max(1, int(width * scale)), max(1, int(height * scale)))


def _page(path: Path, number: int) -> Image.Image:
    with _PDFIUM, pypdfium2.PdfDocument(path) as pdf:
        if not 1 <= number <= min(len(pdf), PAGES):
            raise LookupError(number)
        page = pdf[number - 1]
        scale, _size = _scaled(*page.get_size())
        rendered: Image.Image = page.render(scale=scale).to_pil()
        return rendered.convert("RGB")


def _picture(path: Path, number: int) -> Image.Image:
    if number != 1:
        raise LookupError(number)
    with Image.open(path, formats=["PNG", "JPEG", "WEBP"]) as opened:
        opened.draft("RGB", PICTURE)
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail(PICTURE)
        return upright.convert("RGBA" if "A" in upright.getbands() else "RGB")


def _encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=85, method=2)
    return out.getvalue()


def _cache(blob: Blob, number: int) -> Path:
    folder = Path(settings.VAR_DIR) / "previews" / blob.sha256[:2]
    return folder / f"{blob.sha256}-{number}.webp"


def _keep(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(temporary).replace(place)


def _codec(path: Path) -> str:
    try:
        return _texts.encoding_of(path, _texts.HEAD)
    except Refused:
        return "utf-8"  # a mail may mix character sets


def _csv_table(path: Path) -> Table:
    return [list(islice(row, COLUMNS)) for row in islice(_csv_rows(path), ROWS)]


def _csv_rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding=_codec(path), newline="") as file:
        sample = file.read(4096)
        file.seek(0)
        delimiter = "\t" if sample.count("\t") > sample.count(",") else ","
        yield from csv.reader(file, delimiter=delimiter)
