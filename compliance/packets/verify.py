"""Say of a packet's PDF or ZIP what is as it was frozen, what was altered, is missing or was added.

Works on the file alone: no database, no key, no network. A single changed byte is found wherever it
is: the signature covers the PDF but for its own place, and that place and the ZIP's own structure
have one canonical form that is compared byte by byte.
"""

from pathlib import Path

from django.utils.translation import gettext as _

from compliance.packets import _verify_pdf, _verify_zip, seal
from compliance.packets.report import Report, Unreadable

END_MARKS = {"zip": b"PK\x05\x06", "pdf": b"%%EOF"}


def verify(path: Path, *, name: str = "") -> Report:
    """Verify the packet at *path*. Raises Unreadable with a sentence when it is none."""
    name = name or path.name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(
            _("%(name)s cannot be read (%(error)s).") % {"name": name, "error": error.strerror}
        ) from error
    kind = _kind(data)
    if not kind:
        raise Unreadable(_("%(name)s is neither a PDF nor a ZIP.") % {"name": name})
    ended = END_MARKS[kind] in data[-64:]
    try:
        judge = _verify_zip.verify if kind == "zip" else _verify_pdf.verify
        report = judge(data, name)
    except Unreadable as refusal:
        if ended:
            raise
        raise _cut_off(name) from refusal
    if not ended and (report.signature is None or (kind == "pdf" and seal.reaches_beyond(data))):
        # Its files were found all the same, since a PDF can be read without its end.
        raise _cut_off(name)
    return report


def _cut_off(name: str) -> Unreadable:
    return Unreadable(
        _("%(name)s ends too early: a part is missing. Get the whole file again.") % {"name": name}
    )


def _kind(data: bytes) -> str:
    """Look at both ends: one of them may be what was damaged."""
    if data.startswith(b"PK\x03\x04"):
        return "zip"
    if data.startswith(b"%PDF-"):
        return "pdf"
    return next((kind for kind, mark in END_MARKS.items() if mark in data[-64:]), "")
