"""ZIP and the documents that are ZIPs. Judged by the central directory; nothing is unpacked."""

import os
import re
import stat
import struct
import zipfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.utils.translation import gettext as _

from compliance.shared.errors import Refused

MOST_ENTRIES = 10_000
MOST_UNPACKED = 2 * 1024**3
# Text packs to a fiftieth at best in practice; what claims more is meant to fill a disk.
MOST_RATIO = 200
RATIO_FROM = 50 * 1024**2
_DIRECTORY_LIMIT = 4 * 1024**2
_END = struct.Struct("<4s4H2IH")


def check_zip(path: Path) -> None:
    _directory(path)


def check_xlsx(source: Path | BinaryIO) -> None:
    # Excel on the web has written xl/workbook2.xml; which one counts, the relations say.
    _check_office(source, r"xl/workbook\d*\.xml")


def check_docx(path: Path) -> None:
    _check_office(path, r"word/document\d*\.xml")


def check_pptx(path: Path) -> None:
    _check_office(path, r"ppt/presentation\d*\.xml")


def check_hwpx(path: Path) -> None:
    _directory(path)
    with zipfile.ZipFile(path) as archive:
        try:
            with archive.open("mimetype") as member:
                kind = member.read(100)
        except KeyError:
            kind = b""
    if kind.strip() != b"application/hwp+zip":
        raise _not_that_document()


def _check_office(source: Path | BinaryIO, main: str) -> None:
    """*main*: a pattern of the main part's name. Names of parts are equal whatever their case."""
    names = {each.filename.lower() for each in _directory(source)}
    if "[content_types].xml" not in names or not any(re.fullmatch(main, n) for n in names):
        raise _not_that_document()
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Refused(_("This document has macros. Save it without macros and upload it again."))


def _directory(source: Path | BinaryIO) -> list[zipfile.ZipInfo]:
    """Return the entries, after bounding the directory before it is read."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return _entries(file)
    return _entries(source)


def _entries(file: BinaryIO) -> list[zipfile.ZipInfo]:
    size = _check_end(file)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as fault:
        raise _broken() from fault
    if len(entries) > MOST_ENTRIES:
        raise _too_big()
    for entry in entries:
        _check_entry(entry)
    _check_sizes(entries, size)
    return entries


def _check_end(file: BinaryIO) -> int:
    """The end record must be the end of the file, and its directory of a size one may read.

    Returns the size of the file in bytes.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise _broken()
    entries, directory, _offset, comment = _END.unpack_from(tail, at)[-4:]
    if at + _END.size + comment != len(tail):
        raise Refused(_("There is something after the end of this archive. Pack it anew."))
    if entries > MOST_ENTRIES or directory > _DIRECTORY_LIMIT:
        raise _too_big()
    return size


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in (name.parts or ("",))[0]:
        raise Refused(_("This archive has paths that lead out of it. Pack it anew."))
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused(_("This archive has symbolic links. Pack the files themselves."))
    if entry.flag_bits & 0x1:
        raise Refused(_("This archive has a password. Pack it without one and upload it again."))


def _check_sizes(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if sum(entry.compress_size for entry in entries) > size:
        raise _broken()
    if unpacked > MOST_UNPACKED or (unpacked > RATIO_FROM and unpacked > size * MOST_RATIO):
        raise _too_big()


def _not_that_document() -> Refused:
    return Refused(_("This is an archive, not the document its name says. Check the file."))


def _broken() -> Refused:
    return Refused(_("This archive is broken. Pack it anew and upload that."))


def _too_big() -> Refused:
    return Refused(_("Unpacked, this archive is too large or has too many entries. Split it."))
