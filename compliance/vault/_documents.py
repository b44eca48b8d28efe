"""PDF: it opens, and nothing in it runs, sends, or carries other files."""

import re
from pathlib import Path
from typing import Any

import pikepdf
from django.utils.translation import gettext_noop as _

from compliance.vault import _polyglots
from compliance.vault.problems import Problem

MOST_OBJECTS = 300_000
_DEEPEST = 12
_CLAIM = re.compile(rb"/Size\s+(\d{1,12})")
_RUNS = _("This PDF starts programs. Print it to a new PDF and upload that.")
_SCRIPT = _("This PDF has JavaScript. Print it to a new PDF and upload that.")
_SENDS = _("This PDF sends what is entered in it to a server. Print it to a new PDF.")
_ATTACHED = _(
    "This PDF has files embedded in it. Upload those files by themselves, beside the PDF."
)
_FORM = _("This PDF is an XFA form, which can run programs. Print it to a new PDF.")
_MEDIA = _("This PDF has multimedia that can run programs. Print it to a new PDF.")
_ACTIONS = {
    "/JavaScript": _SCRIPT,
    "/Launch": _RUNS,
    "/ImportData": _RUNS,
    "/SubmitForm": _SENDS,
    "/GoToE": _ATTACHED,
}
_KEYS = {"/JS": _SCRIPT, "/XFA": _FORM, "/EF": _ATTACHED, "/EmbeddedFiles": _ATTACHED}
_SUBTYPES = {
    "/FileAttachment": _ATTACHED,
    "/RichMedia": _MEDIA,
    "/3D": _MEDIA,
    "/Movie": _MEDIA,
}
_TOO_MANY = _("This PDF has too many parts to be checked. Print it to a new PDF.")


def check_pdf(path: Path) -> None:
    """No password, no active content, nothing hidden behind its end."""
    _check_ends(path)
    _polyglots.check_no_archive(path)
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            _check_content(pdf)
    except pikepdf.PasswordError as locked:
        raise _locked() from locked
    except (pikepdf.PdfError, OSError, ValueError, RuntimeError) as fault:
        raise _broken() from fault


def _check_ends(path: Path) -> None:
    """Nothing may hide before the first object or after the last end mark."""
    with path.open("rb") as file:
        _polyglots.check_no_page(file.read(2048))
        file.seek(max(0, path.stat().st_size - 70_000))
        tail = file.read()
    at = tail.rfind(b"%%EOF")
    if at < 0:
        raise _broken()
    if tail[at + 5 :].strip(b"\0\r\n\t "):
        raise Problem(_("There is something after the end of this PDF. Export it anew."))
    # Said in the trailer, so that a table of a million entries is not even read.
    if any(int(claim) > MOST_OBJECTS for claim in _CLAIM.findall(tail)):
        raise Problem(_TOO_MANY)


def _check_content(pdf: Any) -> None:
    if pdf.is_encrypted:
        raise _locked()
    if len(pdf.objects) > MOST_OBJECTS:
        raise Problem(_TOO_MANY)
    if len(pdf.pages) == 0:
        raise _broken()
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
    for key, said in _KEYS.items():
        if key in each:
            raise Problem(said)
    sentence = _ACTIONS.get(str(each.get("/S", ""))) or _SUBTYPES.get(str(each.get("/Subtype", "")))
    if sentence:
        raise Problem(sentence)


def _locked() -> Problem:
    return Problem(_("This PDF has a password. Save it without one and upload it again."))


def _broken() -> Problem:
    return Problem(_("This PDF is broken and does not open. Export it anew and upload that."))
