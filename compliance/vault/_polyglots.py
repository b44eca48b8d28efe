"""Files that are two things at once: a picture or document with an archive or a page inside."""

import re
import zipfile
from pathlib import Path

from django.utils.translation import gettext_noop as _

from compliance.vault.problems import Problem

_PAGE = re.compile(rb"<(!doctype\s+html|html|script|body|iframe|svg)\b", re.IGNORECASE)


def check_no_archive(path: Path) -> None:
    """Java and every unpacker read an archive from its end, whatever the file begins with.

    The comment at an archive's end may cover the whole tail of the other format, so that “nothing
    after the end” does not find it.
    """
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            found = bool(archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return  # four bytes that look like an end record by chance
    if found:
        raise Problem(_("There is an archive hidden in this file. Save it anew and upload that."))


def check_no_page(head: bytes) -> None:
    """A web page in the first lines, where some programs look for one."""
    if _PAGE.search(head[:2048]):
        raise Problem(_("There is a web page hidden in this file. Save it anew and upload that."))
