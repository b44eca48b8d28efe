"""What stands around a scan result: gzip, a workbook, letters of another encoding.

Everything becomes one plain file of bounded size, so that parsers read UTF-8 and nothing else.
"""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from compliance.scans.parsers import _errors, _json, _sheet, _text

HEAD = 1 << 16
CHUNK = 1 << 20
# Scan results shrink to a tenth or a fiftieth. A file that shrinks to a thousandth is a trap.
MOST_RATIO = 300
ANY_RATIO = 16 << 20
MOST_BYTES = 2 << 30
_GZIP = b"\x1f\x8b"
_PACKED = (b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd")


def head(stream: BinaryIO) -> bytes:
    """The first bytes of what is inside, for choosing a parser."""
    stream.seek(0)
    first = stream.read(HEAD)
    if first.startswith(_GZIP):
        first = _first_bytes(stream)
    if _sheet.is_workbook(first):
        return _sheet.head(_plain(stream), HEAD)
    if first.startswith((*_PACKED, _GZIP, b"PK\x03\x04")):
        raise _errors.packed()
    if _text.is_utf16(first):
        return _text.as_utf8(first)
    return _text.from_korean(first) if _is_korean_json(first) else first


def whole(stream: BinaryIO) -> BinaryIO:
    """The same content as a plain file; the stream itself where there is nothing to do."""
    stream = _plain(stream)
    first = stream.read(HEAD)
    stream.seek(0)
    if _sheet.is_workbook(first):
        return _sheet.as_lines(stream)
    if _text.is_utf16(first):
        return _text.in_utf8(stream, "utf-16")
    return _text.in_utf8(stream, "cp949") if _is_korean_json(first) else stream


def _is_korean_json(first: bytes) -> bool:
    """JSON as a Korean Windows writes it. A letter cut at the end of the head does not count."""
    if not _json.looks_like_json(first):
        return False
    try:
        first.decode("utf-8")
    except UnicodeDecodeError as fault:
        return fault.start < len(first) - 4
    return False


def _first_bytes(stream: BinaryIO) -> bytes:
    stream.seek(0)
    try:
        return gzip.GzipFile(fileobj=stream).read(HEAD)
    except (OSError, EOFError, zlib.error) as fault:
        raise _errors.broken_gzip() from fault


def _plain(stream: BinaryIO) -> BinaryIO:
    stream.seek(0)
    packed = stream.read(2) == _GZIP
    stream.seek(0)
    if not packed:
        return stream
    made: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed with its last reader
    made.writelines(_unpacked(stream))
    made.seek(0)
    return made


def _unpacked(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    done = 0
    try:
        with gzip.GzipFile(fileobj=stream) as file:
            while chunk := file.read(CHUNK):
                done += len(chunk)
                if done > min(MOST_BYTES, max(ANY_RATIO, stream.tell() * MOST_RATIO)):
                    raise _errors.too_large_inside()
                yield chunk
    except (OSError, EOFError, zlib.error) as fault:
        raise _errors.broken_gzip() from fault
