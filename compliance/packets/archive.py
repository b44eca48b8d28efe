"""The packet's ZIP, in one canonical form: each byte of it follows from the names and contents.

What is compressed already is stored; the rest is deflated, if that makes it smaller. A deflate stream
has bits that may change without changing the file, so the directory notes a check sum of the packed
bytes too. Sizes and counts beyond the 32 and 16 bits of old go into ZIP64 fields, and only those.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import BinaryIO
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from compliance.shared.errors import Refused

# From here on a number stands in a ZIP64 field.
LIMIT, MOST = 0xFFFF_FFFF, 0xFFFF
# What stands in the old field instead.
FULL = 0xFFFF_FFFF
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
END64, LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
LOCAL_SIZE, CENTRAL_SIZE, END_SIZE, END64_SIZE, LOCATOR_SIZE = 30, 46, 22, 56, 20
STORED, DEFLATED = 0, 8
_VERSION, _VERSION64 = 20, 45
_MADE_BY_UNIX = 3 << 8
_UTF8 = 0x0800
_READABLE = 0o100644 << 16
ZIP64 = 1
# Our own field in the directory, "GP": the CRC-32 of the packed bytes.
PACKED = 0x5047
# The fastest level: a few per cent larger, three times as fast.
_LEVEL = 1
# So much is tried before a file is deflated, which must save an eighth of it.
_TRIED, _SHORTEST = 16 * 1024, 128
# Formats that are compressed by themselves.
_COMPRESSED = {
    "application/pdf",
    "application/zip",
    "application/gzip",
    "application/x-7z-compressed",
    "application/x-xz",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/haansofthwpx",
}
_COMPRESSED_KINDS = ("image/", "video/", "audio/")
_PLAIN_IMAGES = {"image/svg+xml", "image/bmp", "image/tiff"}


class WrongSize(Refused):
    """A file was longer or shorter than it was announced."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in the ZIP; *offset* is where its local header begins.

    *size* is the file's, *packed* what it takes here, *packed_crc* of deflated files alone.
    """

    name: str
    crc: int
    size: int
    offset: int
    method: int = STORED
    packed: int = -1
    packed_crc: int = 0

    @property
    def length(self) -> int:
        return self.size if self.method == STORED else self.packed

    @property
    def is_wide(self) -> bool:
        """Its sizes stand in ZIP64 fields; deflate may grow a file by a thousandth."""
        return self.size + (self.size >> 10) + 1024 > LIMIT

    @property
    def data_offset(self) -> int:
        extra = 20 if self.is_wide else 0
        return self.offset + LOCAL_SIZE + len(self.name.encode()) + extra

    @property
    def end(self) -> int:
        return self.data_offset + self.length


def stamp_of(iso: str) -> tuple[int, int]:
    """Return MS-DOS (time, date) of an ISO time, in Korean time, to two seconds."""
    at = datetime.fromisoformat(iso).astimezone(ZoneInfo("Asia/Seoul"))
    date = (max(at.year, 1980) - 1980) << 9 | at.month << 5 | at.day
    return at.hour << 11 | at.minute << 5 | at.second // 2, date


def is_compressed(media_type: str) -> bool:
    """Say whether files of this type would not become smaller."""
    plain = media_type in _PLAIN_IMAGES
    return media_type in _COMPRESSED or (media_type.startswith(_COMPRESSED_KINDS) and not plain)


def local_header(entry: Entry, stamp: tuple[int, int]) -> bytes:
    name = entry.name.encode()
    extra, sizes = b"", (entry.length, entry.size)
    if entry.is_wide:
        extra = struct.pack("<2H2Q", ZIP64, 16, entry.size, entry.length)
        sizes = (FULL, FULL)
    version = _VERSION64 if entry.is_wide else _VERSION
    fields = (version, _UTF8, entry.method, *stamp, entry.crc, *sizes, len(name), len(extra))
    return struct.pack("<4s5H3I2H", LOCAL, *fields) + name + extra


def central_header(entry: Entry, stamp: tuple[int, int]) -> bytes:
    name, far = entry.name.encode(), entry.offset >= LIMIT
    wide = [entry.size, entry.length] if entry.is_wide else []
    wide += [entry.offset] if far else []
    extra = struct.pack(f"<2H{len(wide)}Q", ZIP64, 8 * len(wide), *wide) if wide else b""
    if entry.method == DEFLATED:
        extra += struct.pack("<2HI", PACKED, 4, entry.packed_crc)
    sizes = (FULL, FULL) if entry.is_wide else (entry.length, entry.size)
    version = _VERSION64 if wide else _VERSION
    head = (_MADE_BY_UNIX | version, version, _UTF8, entry.method, *stamp, entry.crc, *sizes)
    tail = (len(name), len(extra), 0, 0, 0, _READABLE, FULL if far else entry.offset)
    return struct.pack("<4s6H3I5H2I", CENTRAL, *head, *tail) + name + extra


def end_record(entries: list[Entry], stamp: tuple[int, int]) -> bytes:
    """Return what closes the ZIP behind its directory."""
    size = sum(len(central_header(each, stamp)) for each in entries)
    offset, count = entries[-1].end if entries else 0, len(entries)
    if max(size, offset) < LIMIT and count < MOST:
        return struct.pack("<4s4H2IH", END, 0, 0, count, count, size, offset, 0)
    versions = (_MADE_BY_UNIX | _VERSION64, _VERSION64)
    body = struct.pack("<2H2I4Q", *versions, 0, 0, count, count, size, offset)
    wide = END64 + struct.pack("<Q", len(body)) + body
    locator = struct.pack("<4sIQI", LOCATOR64, 0, offset + size, 1)
    told = (0, 0, 0xFFFF, 0xFFFF, FULL, FULL, 0)
    return wide + locator + struct.pack("<4s4H2IH", END, *told)


class Writer:
    """Writes a ZIP into a seekable file, chunk by chunk: memory does not grow with the files."""

    def __init__(self, file: BinaryIO, *, frozen_at: str) -> None:
        self._file, self._stamp = file, stamp_of(frozen_at)
        self._at = file.tell()
        self.entries: list[Entry] = []

    def add(self, name: str, chunks: Iterable[bytes], *, size: int, media_type: str = "") -> Entry:
        """Write *chunks*, *size* bytes together, under *name*. Raises WrongSize."""
        first, rest = _first(iter(chunks))
        method = DEFLATED if _shrinks(first, media_type) else STORED
        entry = Entry(name, 0, size, self._at, method, 0)
        if not rest:
            entry = self._at_once(entry, first)
        else:
            entry = self._in_pieces(entry, chain([first], rest))
        if entry.size != size:
            raise WrongSize(_("“%(name)s” is not as large as it was.") % {"name": name})
        self._at = entry.end
        self.entries.append(entry)
        return entry

    def close(self) -> None:
        for entry in self.entries:
            self._file.write(central_header(entry, self._stamp))
        self._file.write(end_record(self.entries, self._stamp))

    def _at_once(self, entry: Entry, data: bytes) -> Entry:
        """A file of one chunk needs no second look at its header."""
        packed = data if entry.method == STORED else _deflated(data)
        entry = _done(entry, zlib.crc32(data), len(data), len(packed), zlib.crc32(packed))
        self._file.write(local_header(entry, self._stamp))
        self._file.write(packed)
        return entry

    def _in_pieces(self, entry: Entry, chunks: Iterable[bytes]) -> Entry:
        self._file.write(local_header(entry, self._stamp))
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15) if entry.method else None
        crc = size = packed = packed_crc = 0
        for chunk in chunks:
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
            out = packer.compress(chunk) if packer else chunk
            packed += self._file.write(out)
            packed_crc = zlib.crc32(out, packed_crc) if packer else 0
        if packer:
            out = packer.flush()
            packed += self._file.write(out)
            packed_crc = zlib.crc32(out, packed_crc)
        if size != entry.size:
            return _done(entry, crc, size, packed, packed_crc)
        entry = _done(entry, crc, size, packed, packed_crc)
        self._file.seek(entry.offset)
        self._file.write(local_header(entry, self._stamp))
        self._file.seek(entry.end)
        return entry


def _done(entry: Entry, crc: int, size: int, packed: int, packed_crc: int) -> Entry:
    if entry.method == STORED:
        packed = packed_crc = 0
    return Entry(entry.name, crc, size, entry.offset, entry.method, packed, packed_crc)


def _first(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes] | None]:
    """Return the first chunk, and what follows it, None for nothing."""
    first = next(chunks, b"")
    second = next(chunks, None)
    return first, None if second is None else chain([second], chunks)


def _shrinks(data: bytes, media_type: str) -> bool:
    if is_compressed(media_type) or len(data) < _SHORTEST:
        return False
    tried = data[:_TRIED]
    return len(_deflated(tried)) < len(tried) * 7 // 8


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()
