"""PDF and HWP."""

import mmap
from pathlib import Path
from typing import Any

import pikepdf
from django.utils.translation import gettext as _

from compliance.shared.errors import Refused

MOST_OBJECTS = 500_000
_DEEPEST = 12
_RUNS = {"/Launch", "/ImportData"}


def check_pdf(path: Path) -> None:
    """It opens, has pages and no password, runs nothing, and ends where it says."""
    _check_tail(path)
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            _check_content(pdf)
    except pikepdf.PasswordError as locked:
        raise _locked() from locked
    except (pikepdf.PdfError, OSError, ValueError, RuntimeError) as fault:
        raise _broken() from fault


def check_hwp(path: Path) -> None:
    """An OLE file whose FileHeader stream says that it is Hangul's."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        named = data.find("FileHeader".encode("utf-16-le")) >= 0
        if not named or data.find(b"HWP Document File") < 0:
            raise Refused(_("This is not a Hangul document. Check the file."))


def _check_tail(path: Path) -> None:
    """Nothing may hide after the last end mark (an archive, a page)."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 70_000))
        tail = file.read()
    at = tail.rfind(b"%%EOF")
    if at < 0:
        raise _broken()
    if tail[at + 5 :].strip(b"\0\r\n\t "):
        raise Refused(_("There is something after the end of this PDF. Export it anew."))


def _check_content(pdf: Any) -> None:
    if pdf.is_encrypted:
        raise _locked()
    if len(pdf.pages) == 0:
        raise _broken()
    if len(pdf.objects) > MOST_OBJECTS:
        raise Refused(_("This PDF has too many parts to be checked. Print it to a new PDF."))
    for each in pdf.objects:
        _check_object(each, 0)


def _check_object(each: Any, depth: int) -> None:
    """Refuse what runs. References are not followed: every object comes by in its own turn."""
    if depth > _DEEPEST or (depth and getattr(each, "is_indirect", False)):
        return
    if isinstance(each, pikepdf.Array):
        for item in each:
            _check_object(item, depth + 1)
    elif isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
        _check_action(each)
        for _key, value in each.items():
            _check_object(value, depth + 1)


def _check_action(each: Any) -> None:
    kind = str(each.get("/S", ""))
    if kind == "/JavaScript" or "/JS" in each:
        raise Refused(_("This PDF has JavaScript. Print it to a new PDF and upload that."))
    if kind in _RUNS:
        raise Refused(_("This PDF starts programs. Print it to a new PDF and upload that."))


def _locked() -> Refused:
    return Refused(_("This PDF has a password. Save it without one and upload it again."))


def _broken() -> Refused:
    return Refused(_("This PDF is broken and does not open. Export it anew and upload that."))
