"""Pictures for the README: few colours, small files."""

import io
import os
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from tests.services.installation import ROOT

FOLDER = ROOT / "docs/images"
LIMIT_BYTES = 250_000
COLOURS = (256, 128, 64, 32)


def keep(png: bytes, path: Path) -> None:
    """Write the picture with the most colours that stay within LIMIT_BYTES."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in COLOURS:
        out = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= LIMIT_BYTES:
            break
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue())


def page_of(pdf: Path, words: str, name: str) -> None:
    """Keep a picture of the first page of the packet that holds *words*, as its reader sees it."""
    with pdfium.PdfDocument(pdf) as document:
        pages = [page for page in document if words in page.get_textpage().get_text_range()]
        assert pages, f"no page says {words!r}"
        if not os.environ.get("SCREENSHOTS"):
            return
        # The table of contents names every chapter first.
        picture = pages[1 if len(pages) > 1 else 0].render(scale=1.4).to_pil()
    out = io.BytesIO()
    picture.save(out, "PNG")
    keep(out.getvalue(), FOLDER / f"{name}.png")
