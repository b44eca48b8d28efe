"""An applicant's logo: what was uploaded as a PNG on white, and the small one of running heads."""

import io
from pathlib import Path

from PIL import Image, ImageChops, ImageOps

from compliance.packets.press import exhibits, vectors
from compliance.packets.press.linking import Logo

# Pixels of the kept logo: 50 mm of the cover at 600 dots an inch; and of that in running heads.
_LARGE, _SMALL = (1200, 600), (360, 96)
# Wider or taller than this it would be a line.
_STEEPEST = 12


class Unusable(ValueError):
    """What was uploaded is no picture, or none that could be a logo."""


def made(data: bytes, *, is_svg: bool) -> bytes:
    """Return an upload as a PNG in sRGB on white, without the empty margin around it."""
    try:
        picture = _drawn(data) if is_svg else _opened(data)
    except (vectors.Undrawable, OSError, ValueError, SyntaxError, RuntimeError) as error:
        raise Unusable("broken") from error
    picture = _trimmed(picture)
    if max(picture.size) > _STEEPEST * min(picture.size) or min(picture.size) < 8:
        raise Unusable("shape")
    picture.thumbnail(_LARGE, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def make_at(source: str, target: str, is_svg: bool) -> None:  # noqa: FBT001 - called in the jail
    """Write the PNG of the upload at *source* to *target*."""
    Path(target).write_bytes(made(Path(source).read_bytes(), is_svg=is_svg))


def small(data: bytes) -> Logo:
    """Return the logo as running heads draw it."""
    with Image.open(io.BytesIO(data)) as opened:
        picture = exhibits.flat(opened).convert("RGB")
    picture.thumbnail(_SMALL, Image.Resampling.LANCZOS)
    return Logo(picture.size, picture.tobytes())


def _opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=["PNG", "JPEG"]) as opened:
        if opened.width * opened.height > exhibits.MOST_PIXELS:
            raise Unusable("large")
        return exhibits.flat(ImageOps.exif_transpose(opened)).convert("RGB")


def _drawn(data: bytes) -> Image.Image:
    import pypdfium2

    document = pypdfium2.PdfDocument(vectors.as_pdf(data))
    try:
        page = document[0]
        scale = max(_LARGE) / max(page.get_size())
        picture: Image.Image = page.render(scale=scale).to_pil()
        return picture.convert("RGB")
    finally:
        document.close()


def _trimmed(picture: Image.Image) -> Image.Image:
    blank = Image.new("RGB", picture.size, "white")
    box = ImageChops.difference(picture, blank).getbbox()
    if box is None:
        raise Unusable("empty")
    return picture.crop(box)
