"""Say of a packet's PDF or ZIP what is as it was frozen, what was altered, is missing or was added.

Works on the file alone: no database, no key, no network. A single changed byte is found wherever it
is: the signature covers the PDF but for its own place, and that place and the ZIP's own structure
have one canonical form that is compared byte by byte.
"""

import hashlib
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from compliance.packets import _container, _verify_pdf, _verify_zip, archive, seal
from compliance.packets._container import Data
from compliance.packets.report import Report, Unreadable

END_MARKS = {"zip": archive.END, "pdf": b"%%EOF"}


def verify(path: Path, *, name: str = "", whole: bool = False) -> Report:
    """Verify the packet at *path*. Raises Unreadable with a sentence when it is none.

    With *whole* the report has the digest of the file itself, by which a record of it is found.
    """
    name = name or path.name
    with _mapped(path, name) as data:
        report = _judged(data, name)
        report.sha256 = hashlib.sha256(data).hexdigest() if whole else ""
    return report


def _judged(data: Data, name: str) -> Report:
    kind = _kind(data)
    if not kind:
        raise Unreadable(_("%(name)s is neither a PDF nor a ZIP.") % {"name": name})
    return _judged_zip(data, name) if kind == "zip" else _judged_pdf(bytes(data), name)


def _judged_zip(data: Data, name: str) -> Report:
    if _container.is_cut_off(data):
        raise _cut_off(name)
    return _verify_zip.verify(data, name)


def _judged_pdf(data: bytes, name: str) -> Report:
    ended = END_MARKS["pdf"] in data[-64:]
    try:
        report = _verify_pdf.verify(data, name)
    except Unreadable as refusal:
        if ended:
            raise
        raise _cut_off(name) from refusal
    if not ended and (report.signature is None or seal.reaches_beyond(data)):
        # Its files were found all the same, since a PDF can be read without its end.
        raise _cut_off(name)
    return report


@contextmanager
def _mapped(path: Path, name: str) -> Iterator[Data]:
    """The file as a map: what is not looked at is not read, whatever its size."""
    try:
        with path.open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                yield b""
                return
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise Unreadable(
            _("%(name)s cannot be read (%(error)s).") % {"name": name, "error": error.strerror}
        ) from error
    yield data  # views on it may outlive this block; it closes with the last of them


def _cut_off(name: str) -> Unreadable:
    return Unreadable(
        _("%(name)s ends too early: a part is missing. Get the whole file again.") % {"name": name}
    )


def _kind(data: Data) -> str:
    """Look at both ends: one of them may be what was damaged."""
    if data[:4] == archive.LOCAL:
        return "zip"
    if data[:5] == b"%PDF-":
        return "pdf"
    return next((kind for kind, mark in END_MARKS.items() if mark in data[-64:]), "")
