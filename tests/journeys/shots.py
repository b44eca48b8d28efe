"""Pictures for the README: few colours, small files."""

import io
from pathlib import Path

from PIL import Image

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
