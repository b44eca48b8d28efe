"""Hangul documents. HWP 5 is an OLE compound file with streams that are deflated each by itself;
HWPX is an archive. Almost every one carries a script of empty functions, made by the program."""

import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import olefile
from django.utils.translation import gettext_noop as _

from compliance.vault import _archives, _polyglots
from compliance.vault.problems import Problem

SIGNATURE = b"HWP Document File"
COMPRESSED, LOCKED, PROTECTED = 0x01, 0x02, 0x10
_STREAM_LIMIT = 64 * 1024**2
_SCRIPT_LIMIT = 4 * 1024**2
# What Hangul itself writes: two variables and handlers without a body.
_EMPTY = re.compile(
    r"var\s+Documents\s*=\s*XHwpDocuments\s*;?"
    r"|var\s+Document\s*=\s*Documents\.Active_XHwpDocument\s*;?"
    r"|function\s+On\w+\s*\(\s*\)\s*\{\s*(//[^\r\n]*\s*)?\}"
)
_WORD = re.compile(r"[A-Za-z가-힣_$(]")
_TEXT = re.compile(r"[\t\r\n\x20-\x7e가-힣]{2,}")
_SCRIPTED = _("This Hangul document has a script. Remove its macros and upload it again.")
_PROGRAM = _("This Hangul document has a program or a PostScript picture in it. Remove it first.")
_LOCKED = _("This Hangul document has a password. Save it without one and upload it again.")
_NOT_HANGUL = _("This is not a Hangul document. Check the file.")
_NATIVE = "\x01Ole10Native".encode("utf-16-le")


def check_hwp(path: Path) -> None:
    """A real HWP 5 without password, script, PostScript and packaged programs."""
    _polyglots.check_no_archive(path)
    try:
        with olefile.OleFileIO(path) as ole:
            flags = header_flags(ole)
            if flags & (LOCKED | PROTECTED):
                raise Problem(_LOCKED)
            for name in ole.listdir():
                _check_stream(ole, name, bool(flags & COMPRESSED))
    except (OSError, ValueError, IndexError, KeyError, RecursionError) as fault:
        raise Problem(_NOT_HANGUL) from fault


def check_hwpx(path: Path) -> None:
    entries = _archives.directory(path)
    with zipfile.ZipFile(path) as archive:
        if _archives.read(archive, "mimetype", 100).strip() != b"application/hwp+zip":
            raise _archives.not_that_document()
        for entry in entries:
            _check_part(archive, entry)
    own = [each for each in entries if not each.filename.lower().startswith("scripts/")]
    _archives.check_members(path, own)


def header_flags(ole: Any) -> int:
    """Return the properties of a HWP's file header. Raises Problem for another OLE file."""
    if not ole.exists("FileHeader"):
        raise Problem(_NOT_HANGUL)
    header = ole.openstream("FileHeader").read(256)
    if not header.startswith(SIGNATURE):
        raise Problem(_NOT_HANGUL)
    return int.from_bytes(header[36:40], "little")


def content_of(ole: Any, name: list[str], *, compressed: bool) -> bytes:
    """Return a stream, inflated at most to a limit. Raises Problem for a bomb or nonsense."""
    raw: bytes = ole.openstream(name).read()
    if not compressed:
        return raw
    inflater = zlib.decompressobj(-15)
    try:
        data = inflater.decompress(raw, _STREAM_LIMIT)
    except zlib.error:
        return raw  # some streams are kept as they are
    if inflater.unconsumed_tail:
        raise _archives.too_big()
    return data


def _check_stream(ole: Any, name: list[str], compressed: bool) -> None:  # noqa: FBT001 - private
    folder = name[0].lower()
    if folder == "scripts" and name[-1].lower().endswith("script"):
        _check_script(content_of(ole, name, compressed=compressed).decode("utf-16-le", "replace"))
    elif folder == "bindata":
        _check_object(name[-1], content_of(ole, name, compressed=compressed))


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    name = entry.filename.lower()
    if name.startswith("scripts/"):
        script = _archives.read(archive, entry, _SCRIPT_LIMIT)
        codec = "utf-16-le" if b"\0" in script[:4] else "utf-8"
        _check_script(script.decode(codec, "replace"))
    elif name.startswith("bindata/"):
        _check_object(name, _archives.read(archive, entry, 4096))


def _check_script(script: str) -> None:
    """Lengths stand between the texts of a stream; what is printable is looked at."""
    text = " ".join(_TEXT.findall(script))
    if _WORD.search(_EMPTY.sub(" ", text)):
        raise Problem(_SCRIPTED)


def _check_object(name: str, data: bytes) -> None:
    if name.lower().endswith((".ps", ".eps")) or data.startswith((b"%!PS", b"\xc5\xd0\xd3\xc6")):
        raise Problem(_PROGRAM)
    if data.startswith((b"MZ", b"\x7fELF")) or _NATIVE in data:
        raise Problem(_PROGRAM)
