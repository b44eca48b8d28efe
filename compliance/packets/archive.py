"""The packet's ZIP, in one canonical form: each byte of it follows from the names and contents.

Files are stored, not compressed: evidence is compressed already, and a deflate stream has bits that
may change without changing the file, which a verification could not see.
"""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

# Without ZIP64, which some reviewers' tools do not read: sizes and offsets have 32 bits.
LARGEST = 0xFFFF_FFFF
MOST = 0xFFFF
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
LOCAL_SIZE, CENTRAL_SIZE, END_SIZE = 30, 46, 22
_VERSION = 20
_MADE_BY_UNIX = (3 << 8) | _VERSION
_UTF8 = 0x0800
_READABLE = 0o100644 << 16


class TooLarge(ValueError):
    """The files do not fit into one ZIP of 4 GiB."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in the ZIP; *offset* is where its local header begins."""

    name: str
    crc: int
    size: int
    offset: int

    @property
    def data_offset(self) -> int:
        return self.offset + LOCAL_SIZE + len(self.name.encode())

    @property
    def end(self) -> int:
        return self.data_offset + self.size


def stamp_of(iso: str) -> tuple[int, int]:
    """Return MS-DOS (time, date) of an ISO time, in Korean time, to two seconds."""
    at = datetime.fromisoformat(iso).astimezone(ZoneInfo("Asia/Seoul"))
    date = (max(at.year, 1980) - 1980) << 9 | at.month << 5 | at.day
    return at.hour << 11 | at.minute << 5 | at.second // 2, date


def local_header(entry: Entry, stamp: tuple[int, int]) -> bytes:
    name = entry.name.encode()
    fields = (_VERSION, _UTF8, 0, *stamp, entry.crc, entry.size, entry.size, len(name), 0)
    return struct.pack("<4s5H3I2H", LOCAL, *fields) + name


def central_header(entry: Entry, stamp: tuple[int, int]) -> bytes:
    name = entry.name.encode()
    sizes = (entry.crc, entry.size, entry.size)
    fields = (_MADE_BY_UNIX, _VERSION, _UTF8, 0, *stamp, *sizes, len(name), 0, 0, 0, 0)
    return struct.pack("<4s6H3I5H2I", CENTRAL, *fields, _READABLE, entry.offset) + name


def end_record(entries: list[Entry], stamp: tuple[int, int]) -> bytes:
    size = sum(len(central_header(each, stamp)) for each in entries)
    offset = entries[-1].end if entries else 0
    return struct.pack("<4s4H2IH", END, 0, 0, len(entries), len(entries), size, offset, 0)


class Writer:
    """Writes a ZIP into a seekable file, chunk by chunk."""

    def __init__(self, file: BinaryIO, *, frozen_at: str) -> None:
        self._file, self._stamp = file, stamp_of(frozen_at)
        self.entries: list[Entry] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> Entry:
        """Store *chunks* under *name*. Raises TooLarge."""
        offset = self._file.tell()
        blank = Entry(name, 0, 0, offset)
        self._file.write(local_header(blank, self._stamp))
        crc = size = 0
        for chunk in chunks:
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
            self._file.write(chunk)
        entry = Entry(name, crc, size, offset)
        if entry.end > LARGEST or len(self.entries) == MOST:
            raise TooLarge(name)
        self._file.seek(offset)
        self._file.write(local_header(entry, self._stamp))
        self._file.seek(entry.end)
        self.entries.append(entry)
        return entry

    def close(self) -> None:
        for entry in self.entries:
            self._file.write(central_header(entry, self._stamp))
        self._file.write(end_record(self.entries, self._stamp))
