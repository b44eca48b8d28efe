"""What an uploaded document is: by its content; the name only decides what is said of the rest."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from compliance.exchange import ciso_assistant, oscal
from compliance.exchange.models import Kind
from compliance.requirements import plain_yaml
from compliance.requirements.models import Profile
from compliance.shared.errors import Refused
from compliance.vault import inspection, tables
from compliance.vault.names import extension

MOST_BYTES = 20 * 1024**2
ALLOWED = ("xlsx", "csv", "json", "yaml")
TABLES = (Kind.XLSX, Kind.CSV)
_LEADING = b"\xef\xbb\xbf \r\n\t"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ODS = b"mimetypeapplication/vnd.oasis.opendocument"


def check_claim(name: str, size: int | None, head: bytes) -> None:
    """Refuse with its own sentence what people commonly bring and Gatepass does not read."""
    if size is not None and size > MOST_BYTES:
        raise Refused(
            _("“%s” is larger than 20 MB. Delete pictures and sheets without requirements.") % name
        )
    kind = extension(name)
    if head.startswith(_OLE):
        raise Refused(
            _("“%s” is an old XLS or has a password. Save it as XLSX without a password.") % name
        )
    if kind in ("xlsm", "xlsb", "xltm", "xlam"):
        raise Refused(
            _("“%s” may hold macros. Save it as XLSX without macros and upload that.") % name
        )
    if kind in ("xls", "xlt", "ods", "numbers") or _ODS in head[:200]:
        raise Refused(_("“%s” is no XLSX workbook. Save it as XLSX and upload that.") % name)
    called_data = kind in ("json", "yaml", "yml")
    if kind == "xml" or (called_data and head.lstrip(_LEADING).startswith(b"<")):
        raise Refused(
            _("“%s” is XML. Of OSCAL the JSON is read: convert it with the OSCAL tools.") % name
        )
    if kind in ("hwp", "hwpx", "doc", "docx", "pdf"):
        raise Refused(
            _("“%s” is a document, not a table. Copy its table into a workbook (XLSX).") % name
        )


def check_form(path: Path, name: str) -> None:
    """What the vault asks of every file: its first bytes and its structure fit its name."""
    inspection.check_file(path, name, ALLOWED)


def detect(path: Path, name: str) -> Kind:
    """Return the kind after reading the whole file. Raises Refused with one sentence."""
    kind = extension(name)
    if kind == "xlsx":
        book(path, path.stat().st_mtime_ns, Kind.XLSX)
        return Kind.XLSX
    if kind in ("csv", "tsv"):
        book(path, path.stat().st_mtime_ns, Kind.CSV)
        return Kind.CSV
    data = outline(path, path.stat().st_mtime_ns)
    if "catalog" in data:
        return Kind.OSCAL
    return Kind.CISO_ASSISTANT if ciso_assistant.is_library(data) else Kind.YAML


# Stored files never change, so what was read once stays right. Few are kept: a page after page
# of one wizard asks for the same one.
def usual_status(kind: str) -> str:
    """Whose word such a document usually is. A published catalogue is never a platform's own."""
    catalogue = kind in {Kind.OSCAL, Kind.CISO_ASSISTANT}
    return Profile.Status.BASELINE if catalogue else Profile.Status.PLATFORM


@lru_cache(maxsize=4)
def book(path: Path, _when: int, kind: str) -> tables.Book:
    """Return the tables of a stored document. Treat them as read-only."""
    found = tables.read_xlsx(path) if kind == Kind.XLSX else tables.read_csv(path)
    if not any(table.cells for table in found.tables):
        raise Refused(_("This document is empty: no sheet holds any text."))
    return found


@lru_cache(maxsize=4)
def outline(path: Path, _when: int) -> dict[str, Any]:
    """Return the mapping in a stored JSON or YAML document. Treat it as read-only."""
    content = path.read_bytes()
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"["):
        return {"catalog": oscal.parse(content)}
    return plain_yaml.parse(content)
