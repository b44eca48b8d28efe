"""Images: whole, not too many pixels, and nothing after their end."""

import mmap
import struct
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext_noop as _
from PIL import Image, UnidentifiedImageError

from compliance.vault import _polyglots
from compliance.vault.problems import Problem

# Forty screens of 1920 × 1080; Pillow's own warning begins just above.
MOST_PIXELS = 80_000_000
Map = mmap.mmap


def check_png(path: Path) -> None:
    _check_end(path, _end_of_png)
    _check_pixels(path, "PNG")


def check_jpeg(path: Path) -> None:
    _check_end(path, _end_of_jpeg)
    _check_pixels(path, "JPEG")


def check_webp(path: Path) -> None:
    _check_end(path, _end_of_webp)
    _check_pixels(path, "WEBP")


def check_heic(path: Path) -> None:
    """Only the box structure: HEIC is decoded in the jail alone, where it is drawn and read."""
    _check_end(path, _end_of_boxes)


def _check_pixels(path: Path, kind: str) -> None:
    """Refuse by the size in the header, before anything is decoded, then check the rest."""
    try:
        with Image.open(path, formats=[kind]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _too_many()
            image.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise _too_many() from bomb
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error) as fault:
        raise _broken() from fault


def _check_end(path: Path, end_of: Callable[[Map], int]) -> None:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            end = end_of(data)
        except (IndexError, struct.error, ValueError) as fault:
            raise _broken() from fault
        if end > len(data):
            raise _broken()
        if data[end:].strip(b"\0\r\n "):
            raise Problem(
                _("There is something after the end of this image. Save it anew and upload that.")
            )
    _polyglots.check_no_archive(path)


def _end_of_png(data: Map) -> int:
    at = 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        at += 12 + int(length)
        if kind == b"IEND":
            return at
    raise ValueError("no IEND")


def _end_of_jpeg(data: Map) -> int:
    """Walk the segments; after a start of scan, jump to the next marker that is not data."""
    at = 2
    while (at := data.find(b"\xff", at)) >= 0:
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    raise ValueError("no end of image")


def _end_of_webp(data: Map) -> int:
    size = int(struct.unpack_from("<I", data, 4)[0]) + 8
    return size + size % 2 if size < len(data) else size


def _end_of_boxes(data: Map) -> int:
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 1:
            size = struct.unpack_from(">Q", data, at + 8)[0]
        if size < 8 or not kind.isalnum():
            return at
        at += size
    return at


def _broken() -> Problem:
    return Problem(_("This image is broken. Make the capture again and upload that."))


def _too_many() -> Problem:
    return Problem(
        _(
            "This image has more than %(limit)s million pixels. Make it smaller and upload it again."
        ),
        limit=MOST_PIXELS // 1_000_000,
    )
