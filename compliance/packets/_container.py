"""A ZIP as it is, ours or another tool's, whole or damaged: what its directory and its headers say.

Works on a map of the file: nothing is read but what is looked at, and nothing is unpacked beyond the
size that is expected, whatever the ZIP says of itself.
"""

import hashlib
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from compliance.packets import archive
from compliance.packets.archive import Entry

# A map of the file, or bytes.
Data = Any
CHUNK = 1 << 20
# Beyond these nobody made the ZIP to be read: no packet has so many files, or unpacks to so much.
MOST_FILES = 300_000
_RATIO, _SPARE = 64, 1 << 30
_LINK, _KIND = 0o120000, 0o170000
_UTF8 = 0x0800
_ENCRYPTED = 0x0001
# What a stranger's names may be written in, where they do not say UTF-8: Korean Windows first.
_ENCODINGS = ("utf-8", "cp949", "cp437")


@dataclass(frozen=True, slots=True)
class Found:
    """One file as the ZIP tells it; *start* is where its packed bytes begin."""

    name: str
    entry: Entry
    start: int
    flags: int = 0
    mode: int = 0
    # As it is written in the directory, b"" where that cannot be read.
    record: bytes = b""

    @property
    def end(self) -> int:
        return self.start + self.entry.length

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")

    @property
    def is_link(self) -> bool:
        return (self.mode >> 16) & _KIND == _LINK


@dataclass(frozen=True, slots=True)
class Measured:
    """What the bytes of a file are; *whole* says that they could be unpacked to their end."""

    sha256: str
    crc: int
    size: int
    whole: bool


@dataclass(slots=True)
class Container:
    """The files in the order of their places. *directory* is where the directory begins."""

    data: Data
    found: list[Found] = field(default_factory=list)
    directory: int = 0
    comment: int = 0
    _names: dict[str, Found] = field(default_factory=dict)
    _measured: dict[int, Measured] = field(default_factory=dict)

    _left: int = 0

    def __post_init__(self) -> None:
        self._left = len(self.data) * _RATIO + _SPARE
        for each in self.found:
            self._names.setdefault(each.name, each)

    def get(self, name: str) -> Found | None:
        return self._names.get(name)

    def content(self, name: str, most: int = 1 << 28) -> bytes | None:
        """Return the bytes of a file; None where it is not there, damaged or larger than *most*."""
        found = self.get(name)
        if found is None or found.entry.size > most:
            return None
        try:
            return b"".join(bytes(part) for part in parts(self.data, found, most))
        except (zlib.error, ValueError):
            return None

    def measured(self, found: Found, most: int) -> Measured:
        """Hash a file, up to *most* bytes of it; files that lie in one another are soon no more."""
        if found.start not in self._measured:
            measured = _measure(self.data, found, min(most, self._left))
            self._left = max(0, self._left - measured.size)
            self._measured[found.start] = measured
        return self._measured[found.start]


def read(data: Data) -> Container:
    """Read the directory and the headers; keep whichever tells the more complete story."""
    walked = _walked(data)
    listed = _listed(data, walked.directory)

    def worth(each: Container) -> tuple[bool, int]:
        ends = bool(each.found) and _at(data, archive.CENTRAL, each.found[-1].end)
        return ends, len({found.name for found in each.found})

    return max((listed, walked), key=worth)


def parts(data: Data, found: Found, most: int) -> Iterator[Any]:
    """Yield a file's bytes in pieces. Raises ValueError where there are more than *most*, or damage."""
    view = memoryview(data)[found.start : found.end]
    if len(view) != found.entry.length or found.flags & _ENCRYPTED:
        raise ValueError("cut off or encrypted")
    if found.entry.method == archive.STORED:
        if len(view) > most:
            raise ValueError("larger than expected")
        yield view
    elif found.entry.method == archive.DEFLATED:
        yield from _inflated(view, most)
    else:
        raise ValueError("packed in another way")


def _inflated(view: memoryview, most: int) -> Iterator[bytes]:
    """Unpack in pieces of bounded size: a few bytes may become a thousand times as many."""
    packer, left = zlib.decompressobj(-15), most
    for at in range(0, len(view), CHUNK):
        waiting: Any = view[at : at + CHUNK]
        while len(waiting) and not packer.eof:
            out = packer.decompress(waiting, CHUNK)
            left -= len(out)
            if left < 0:
                raise ValueError("larger than expected")
            yield out
            waiting = packer.unconsumed_tail
        if packer.eof and (packer.unused_data or at + CHUNK < len(view)):
            raise ValueError("something follows the packed bytes")
    if not packer.eof:
        yield packer.flush()
    if not packer.eof:
        raise ValueError("cut off")


def _measure(data: Data, found: Found, most: int) -> Measured:
    digest, crc, size = hashlib.sha256(), 0, 0
    try:
        for part in parts(data, found, most):
            digest.update(part)
            crc, size = zlib.crc32(part, crc), size + len(part)
    except (zlib.error, ValueError):
        return Measured("", crc, size, whole=False)
    return Measured(digest.hexdigest(), crc, size, whole=True)


def _walked(data: Data) -> Container:
    """The files that the local headers tell, up to the first that cannot be read."""
    found: list[Found] = []
    offset = 0
    while (each := _local(data, offset)) is not None and len(found) < MOST_FILES:
        found.append(each)
        offset = each.end
    return Container(data, found, offset)


def _local(data: Data, offset: int) -> Found | None:
    if not _at(data, archive.LOCAL, offset) or offset + archive.LOCAL_SIZE > len(data):
        return None
    flags, method = struct.unpack_from("<2H", data, offset + 6)
    crc, packed, size, length, extra = struct.unpack_from("<3I2H", data, offset + 14)
    start = offset + archive.LOCAL_SIZE + length + extra
    raw = bytes(data[offset + archive.LOCAL_SIZE : start - extra])
    wide = _extra(bytes(data[start - extra : start]))
    if archive.FULL in {packed, size} and len(wide) >= 2:
        size, packed = wide[:2]
    name = _named(raw, flags)
    entry = Entry(name, crc, size, offset, method, packed if method else -1)
    found = Found(name, entry, start, flags)
    # A name that does not come back as it was read would move everything behind it.
    return found if name.encode() == raw and found.end <= len(data) else None


def _listed(data: Data, behind: int) -> Container:
    """The files that the directory tells; it may lie *behind* the last one, if nobody says where."""
    directory, comment = _directory(data) or (behind, 0)
    found: list[Found] = []
    place = directory
    while _at(data, archive.CENTRAL, place) and place + archive.CENTRAL_SIZE <= len(data):
        if len(found) == MOST_FILES:
            break
        lengths = struct.unpack_from("<3H", data, place + 28)
        end = place + archive.CENTRAL_SIZE + sum(lengths)
        each = _central(bytes(data[place:end]), lengths, data)
        if each.end <= len(data):
            found.append(each)
        place = end
    found.sort(key=lambda each: each.entry.offset)
    return Container(data, found, directory, comment)


def _central(record: bytes, lengths: tuple[int, ...], data: Data) -> Found:
    flags, method = struct.unpack_from("<2H", record, 8)
    crc, packed, size = struct.unpack_from("<3I", record, 16)
    mode, offset = struct.unpack_from("<2I", record, 38)
    raw = record[archive.CENTRAL_SIZE : archive.CENTRAL_SIZE + lengths[0]]
    extra = record[archive.CENTRAL_SIZE + lengths[0] :][: lengths[1]]
    wide = iter(_extra(extra))
    if size == archive.FULL:
        size = next(wide, size)
    if packed == archive.FULL:
        packed = next(wide, packed)
    if offset == archive.FULL:
        offset = next(wide, offset)
    name = _named(raw, flags)
    entry = Entry(name, crc, size, offset, method, packed if method else -1, _packed_crc(extra))
    entry = entry if method else replace(entry, size=packed)
    return Found(name, entry, _start(data, raw, entry), flags, mode, record)


def _start(data: Data, raw: bytes, entry: Entry) -> int:
    """Where the bytes begin: by the local header, unless that is not the file's own."""
    name = entry.offset + archive.LOCAL_SIZE
    if _at(data, archive.LOCAL, entry.offset) and name + len(raw) <= len(data):
        length, extra = struct.unpack_from("<2H", data, entry.offset + 26)
        if length == len(raw) and bytes(data[name : name + length]) == raw:
            return int(name + length + extra)
    return entry.data_offset


def _directory(data: Data) -> tuple[int, int] | None:
    """Return where the directory begins, and the length of the ZIP's comment; None when unsaid."""
    end = data.rfind(archive.END, max(0, len(data) - 0xFFFF - archive.END_SIZE))
    if end >= 0 and end + archive.END_SIZE <= len(data):
        offset, comment = struct.unpack_from("<IH", data, end + 16)
        locator = end - archive.LOCATOR_SIZE
        if offset == archive.FULL and locator >= 0 and _at(data, archive.LOCATOR64, locator):
            (place,) = struct.unpack_from("<Q", data, locator + 8)
            if _at(data, archive.END64, place) and place + archive.END64_SIZE <= len(data):
                (offset,) = struct.unpack_from("<Q", data, place + 48)
        if _at(data, archive.CENTRAL, offset):
            return int(offset), int(comment)
    return None


def is_cut_off(data: Data) -> bool:
    """Say whether the ZIP ends before its directory begins, as a broken download does."""
    return not _is_ended(data) and not _at(data, archive.CENTRAL, _walked(data).directory)


def _is_ended(data: Data) -> bool:
    """Say whether the end of the ZIP is there; a table in it may have one of its own."""
    end = data.rfind(archive.END, max(0, len(data) - 0xFFFF - archive.END_SIZE))
    if end < 0 or end + archive.END_SIZE > len(data):
        return False
    (comment,) = struct.unpack_from("<H", data, end + 20)
    return bool(end + archive.END_SIZE + comment == len(data))


def _at(data: Data, mark: bytes, place: int) -> bool:
    return bool(data[place : place + len(mark)] == mark)


def _extra(extra: bytes) -> list[int]:
    """Return the numbers of the ZIP64 field."""
    for kind, body in _fields(extra):
        if kind == archive.ZIP64:
            return [each for (each,) in struct.iter_unpack("<Q", body[: len(body) // 8 * 8])]
    return []


def _packed_crc(extra: bytes) -> int:
    found = [body for kind, body in _fields(extra) if kind == archive.PACKED and len(body) == 4]
    return int.from_bytes(found[0], "little") if found else 0


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _named(raw: bytes, flags: int) -> str:
    """Return a name, composed as the portal writes it: macOS takes Hangul apart."""
    for encoding in ("utf-8",) if flags & _UTF8 else _ENCODINGS:
        try:
            return unicodedata.normalize("NFC", raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")
