"""Pages and pictures drawn for looking at. Run in the jail: what is drawn here nobody trusts.

PDFium is read there too, and not by who only asks for a drawing.
"""

import base64
import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from compliance.vault.pictures import opened

WIDTH, HEIGHT = 1400, 4000
# Captures keep more: small print in them is what a reviewer looks for.
PICTURE = (2600, 6000)
THUMBNAIL = (320, 240)
PAGES = 300
PDF = "application/pdf"
_UNREADABLE = (
    RuntimeError,  # PDFium's
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
)


def measure(path: str) -> dict[str, Any]:
    """Return {"total", "sizes"}: pages of a PDF, and (width, height) in pixels of the images of them,
    at most PAGES."""
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as pdf:
            shown = range(min(len(pdf), PAGES))
            sizes = [_scaled(*pdf.get_page_size(number))[1] for number in shown]
            return {"total": len(pdf), "sizes": sizes}
    except _UNREADABLE:
        return {"total": 0, "sizes": []}


def draw(path: str, media_type: str, number: int) -> str:
    """Return page *number* of a PDF, or the picture as its only page, as WebP in base64.

    Number 0 is the first page, small. "" where there is nothing to draw.
    """
    try:
        page = _page(path, max(number, 1)) if media_type == PDF else _picture(path)
        if page is None or (number > 1 and media_type != PDF):
            return ""
        if number == 0:
            page.thumbnail(THUMBNAIL)
        out = io.BytesIO()
        page.save(out, "WEBP", quality=85, method=2)
    except _UNREADABLE:
        return ""
    return base64.b64encode(out.getvalue()).decode()


def _scaled(width: float, height: float) -> tuple[float, tuple[int, int]]:
    """Return the factor from points to pixels and the size that results, within bounds."""
    scale = min(WIDTH / max(width, 1), HEIGHT / max(height, 1), 4)
    return scale, (max(1, int(width * scale)), max(1, int(height * scale)))


def _page(path: str, number: int) -> Image.Image | None:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as pdf:
        if number > min(len(pdf), PAGES):
            return None
        page = pdf[number - 1]
        scale, _size = _scaled(*page.get_size())
        rendered: Image.Image = page.render(scale=scale).to_pil()
        return rendered.convert("RGB")


def _picture(path: str) -> Image.Image:
    with opened(Path(path)) as picture:
        picture.draft("RGB", PICTURE)
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail(PICTURE)
        return upright.convert("RGBA" if "A" in upright.getbands() else "RGB")


def page_at(path: str, number: int, width: int, out: str) -> list[int]:
    """Write page *number*, from 1, as WebP of *width* pixels to *out*; return its size, [] for no
    such page. What is not in proportion of paper is cut off at four times the width."""
    import pypdfium2

    with pypdfium2.PdfDocument(Path(path)) as pdf:
        if not 1 <= number <= len(pdf):
            return []
        page = pdf[number - 1]
        wide, tall = page.get_size()
        scale = min(width / max(wide, 1), 4 * width / max(tall, 1))
        picture = page.render(scale=scale).to_pil().convert("RGB")
    encoded = io.BytesIO()
    picture.save(encoded, "WEBP", quality=80, method=2)
    Path(out).write_bytes(encoded.getvalue())
    return list(picture.size)
