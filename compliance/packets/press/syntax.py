"""How values are written in a PDF file.

A stream ends with both characters of a line's end: where its last byte is a carriage return, one alone
would be taken for part of the end, and the length for wrong.
"""

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from functools import lru_cache

_KOREA = timezone(timedelta(hours=9))
# A line of the cross-reference stream: kind, place, index; files may be larger than 4 GB.
FIELDS = (1, 5, 2)
LINE = sum(FIELDS)


def line(kind: int, place: int, index: int) -> bytes:
    """Return where an object is: (1, offset, 0), or (2, number of its object stream, place in it)."""
    return b"".join(
        each.to_bytes(size, "big") for each, size in zip((kind, place, index), FIELDS, strict=True)
    )


def text(value: str) -> bytes:
    """Return *value* as a text string."""
    if value.isascii():
        escaped = value.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        return b"(" + escaped.encode() + b")"
    return b"<feff" + value.encode("utf-16-be").hex().encode() + b">"


def moment(at: datetime) -> bytes:
    """Return an aware time as D:YYYYMMDDHHmmSS+HH'mm', in Korea's time."""
    local = at.astimezone(_KOREA)
    return f"D:{local:%Y%m%d%H%M%S}+09'00'".encode()


@lru_cache(maxsize=10_000)
def number(value: float) -> bytes:
    """Return *value* with at most three places: a thousandth of a point is less than ink."""
    # Zero alone has two signs that are one key: what is written may not depend on which came first.
    return f"{value + 0.0:.3f}".rstrip("0").rstrip(".").encode()


def stream(data: bytes, more: bytes = b"", level: int = 6) -> bytes:
    """Return the body of a compressed stream with *more* in its dictionary."""
    return streamed([data], more, level)


def streamed(data: Iterable[bytes | bytearray], more: bytes, level: int) -> bytes:
    """Return the body of a compressed stream whose content comes in pieces."""
    packer = zlib.compressobj(level)
    packed = b"".join([*(packer.compress(each) for each in data), packer.flush()])
    return b"<<%b/Filter /FlateDecode/Length %d>>\nstream\n%b\r\nendstream" % (
        more,
        len(packed),
        packed,
    )


@lru_cache(maxsize=256)
def colour(ink: str) -> bytes:
    """Return #rrggbb as the three operands of a colour."""
    return b" ".join(number(int(ink[place : place + 2], 16) / 255) for place in (1, 3, 5))
