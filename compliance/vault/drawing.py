"""Draw a page of a PDF as an image. Run in the jail."""

import io
from pathlib import Path

import pypdfium2


def page_at(path: str, number: int, width: int, out: str) -> list[int]:
    """Write page *number*, from 1, as WebP of *width* pixels to *out*; return its size, [] for no
    such page. What is not in proportion of paper is cut off at four times the width."""
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
