"""Pictures opened, and what they say of themselves: size, and when they were taken. Run in the jail."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pi_heif
from PIL import ExifTags, Image, UnidentifiedImageError

_DAY = re.compile(r"(\d{4})[:\-/](\d{2})[:\-/](\d{2})")
_TEXTS = ("Creation Time", "date:create", "create-date", "CreationTime")


_FORMATS = ["PNG", "JPEG", "WEBP", "HEIF"]


def opened(path: Path) -> Image.Image:
    """Open a picture of the formats that come in, and of no other that Pillow knows."""
    _know_heif()
    return Image.open(path, formats=_FORMATS)


@cache
def _know_heif() -> None:
    pi_heif.register_heif_opener()


def facts_at(path: str) -> dict[str, Any]:
    """Return {"width", "height", "taken_on"} as far as the picture tells them."""
    try:
        with opened(Path(path)) as image:
            facts: dict[str, Any] = {"width": image.width, "height": image.height}
            if day := _taken_on(image, Path(path)):
                facts["taken_on"] = day
            return facts
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return {}


def _taken_on(image: Image.Image, path: Path) -> str:
    exif = image.getexif()
    details = exif.get_ifd(ExifTags.IFD.Exif)
    said = [
        details.get(ExifTags.Base.DateTimeOriginal),
        details.get(ExifTags.Base.DateTimeDigitized),
        exif.get(ExifTags.Base.DateTime),
        *(image.info.get(name) for name in _TEXTS),
    ]
    days = [_day(str(each)) for each in said if each]
    return next((day for day in days if day), "") or _time_chunk(path)


def _day(text: str) -> str:
    found = _DAY.search(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def _time_chunk(path: Path) -> str:
    """PNG's tIME: seven bytes, which Pillow passes over."""
    with path.open("rb") as file:
        if file.read(8) != b"\x89PNG\r\n\x1a\n":
            return ""
        while len(head := file.read(8)) == 8:
            length, kind = int.from_bytes(head[:4], "big"), head[4:]
            if kind == b"tIME" and length == 7:
                data = file.read(7)
                return _day(f"{int.from_bytes(data[:2], 'big'):04}-{data[2]:02}-{data[3]:02}")
            file.seek(length + 4, 1)
    return ""
