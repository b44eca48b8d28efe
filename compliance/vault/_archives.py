"""ZIP and the documents that are ZIPs: judged by the directory first, then by what the members are.

Nothing is unpacked to disk. What a member says of its size bounds what is ever read of it.
"""

import io
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext_noop as _

from compliance.vault import _signatures
from compliance.vault.names import extension
from compliance.vault.problems import Problem

MOST_ENTRIES = 10_000
MOST_UNPACKED = 2 * 1024**3
# Text packs to a fiftieth at best in practice; what claims more is meant to fill a disk.
MOST_RATIO = 200
RATIO_FROM = 50 * 1024**2
# An archive in an archive is how mail programs send folders; a third storey is how bombs are built.
DEEPEST = 2
_NESTED_LIMIT = 64 * 1024**2
_DIRECTORY_LIMIT = 4 * 1024**2
_END = struct.Struct("<4s4H2IH")
_LOCAL_HEADER = 30
_HEAD = 4096
_NEVER = {"program", "html", "svg", "script", "rtf", "postscript", "shortcut"}
_RUN_ENDINGS = """
exe dll com scr msi bat cmd ps1 vbs vbe js jse wsf hta lnk jar cpl reg app dmg pkg
"""
RUN_BY_NAME = frozenset(_RUN_ENDINGS.split())
_FAULTS = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, zlib.error, EOFError)


class _Total:
    """What an archive and all archives in it come to."""

    def __init__(self, size: int) -> None:
        self.size, self.entries, self.unpacked = size, 0, 0

    def add(self, entries: list[zipfile.ZipInfo]) -> None:
        self.entries += len(entries)
        self.unpacked += sum(each.file_size for each in entries)
        much = self.unpacked > RATIO_FROM and self.unpacked > self.size * MOST_RATIO
        if self.entries > MOST_ENTRIES or self.unpacked > MOST_UNPACKED or much:
            raise too_big()


def check_zip(path: Path) -> None:
    check_members(path, directory(path))


def check_folders(path: Path) -> None:
    """Bound an archive whose members are looked at one by one when they are unpacked."""
    directory(path)


def directory(path: Path) -> list[zipfile.ZipInfo]:
    """Return the entries, after bounding the directory before it is read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        return _directory(file, size)


def check_members(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse programs, pages and scripts among the members, in nested archives too."""
    total = _Total(path.stat().st_size)
    total.add(entries)
    with path.open("rb") as file:
        _check_members(file, entries, total, 1)


def read(archive: zipfile.ZipFile, member: "str | zipfile.ZipInfo", limit: int) -> bytes:
    """Return the first *limit* bytes of a member, b"" when there is none by that name."""
    try:
        with archive.open(member) as file:
            return file.read(limit)
    except KeyError:
        return b""
    except (*_FAULTS, RuntimeError) as fault:
        raise broken() from fault


def _directory(file: IO[bytes], size: int) -> list[zipfile.ZipInfo]:
    _check_end(file, size)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except _FAULTS as fault:
        raise broken() from fault
    if len(entries) > MOST_ENTRIES:
        raise too_big()
    for entry in entries:
        _check_entry(entry)
    _check_places(entries, size)
    _Total(size).add(entries)
    return entries


def _check_end(file: IO[bytes], size: int) -> None:
    """The end record must be the end of the file, and its directory of a size one may read."""
    file.seek(max(0, size - 65557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise broken()
    entries, directory_size, _offset, comment = _END.unpack_from(tail, at)[-4:]
    if at + _END.size + comment != len(tail):
        raise Problem(_("There is something after the end of this archive. Pack it anew."))
    if entries > MOST_ENTRIES or directory_size > _DIRECTORY_LIMIT:
        raise too_big()


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in (name.parts or ("",))[0]:
        raise Problem(_("This archive has paths that lead out of it. Pack it anew."))
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Problem(_("This archive has symbolic links. Pack the files themselves."))
    if entry.flag_bits & 0x1:
        raise Problem(_("This archive has a password. Pack it without one and upload it again."))


def _check_places(entries: list[zipfile.ZipInfo], size: int) -> None:
    """No two members may share bytes: that is how a small file unpacks to petabytes."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise Problem(_("Members of this archive lie upon each other. Pack it anew."))
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size
    if end > size:
        raise broken()


def _check_members(
    file: IO[bytes], entries: list[zipfile.ZipInfo], total: _Total, depth: int
) -> None:
    with zipfile.ZipFile(file) as archive:
        for entry in entries:
            if entry.is_dir() or not entry.file_size:
                continue
            head = read(archive, entry, _HEAD)
            _check_member(entry, head)
            if _signatures.family_of(head) == "zip":
                _check_nested(archive, entry, total, depth + 1)


def _check_member(entry: zipfile.ZipInfo, head: bytes) -> None:
    family = _signatures.family_of(head)
    if family not in _NEVER:
        if extension(entry.filename) not in RUN_BY_NAME:
            return
        family = "script" if family == _signatures.TEXT else "program"
    raise Problem(
        _("This archive holds “%(member)s”, which is %(real)s. Take it out and pack the rest."),
        member=PurePosixPath(entry.filename).name[:100],
        real=_signatures.name_of(family),
    )


def _check_nested(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, total: _Total, depth: int
) -> None:
    if depth > DEEPEST:
        if extension(entry.filename) in ("docx", "xlsx", "pptx", "hwpx"):
            return  # a document is no further storey; nothing unpacks it by itself
        raise Problem(_("This archive holds archives in archives. Unpack them and pack it anew."))
    if entry.file_size > _NESTED_LIMIT:
        raise too_big()
    inner = io.BytesIO(read(archive, entry, entry.file_size + 1))
    entries = _directory(inner, len(inner.getbuffer()))
    total.add(entries)
    check_macros(each.filename for each in entries)
    _check_members(inner, entries, total, depth)


def check_macros(names: Any) -> None:
    """Refuse by the names of parts, which are equal whatever their case."""
    for name in map(str.lower, names):
        if name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in f"/{name}":
            raise Problem(
                _("This document has macros. Save it without macros and upload it again.")
            )


def not_that_document() -> Problem:
    return Problem(_("This is an archive, not the document its name says. Check the file."))


def broken() -> Problem:
    return Problem(_("This archive is broken. Pack it anew and upload that."))


def too_big() -> Problem:
    return Problem(_("Unpacked, this archive is too large or has too many entries. Split it."))
