"""What stands in a document, for looking at: sheets, paragraphs, a mail, the entries of an archive.

Only a beginning is read, and of that only so much as one looks through. The functions run in the
jail and answer in JSON; what cannot be read raises there and is shown as nothing: a preview is a courtesy.
"""

import csv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from itertools import islice
from pathlib import Path
from typing import Any

from lxml import html

from compliance.shared.errors import Refused
from compliance.vault import _texts, tables
from compliance.vault.archive_names import name_of
from compliance.vault.personal import office
from compliance.vault.personal.pieces import Reader, Unreadable

ROWS, COLUMNS, SHEETS = 200, 30, 20
PARAGRAPHS, LETTERS = 1500, 200_000
ENTRIES = 500
_MAIL_LIMIT = 32 * 1024**2
_HEADERS = ("From", "To", "Cc", "Date", "Subject", "Message-ID", "Reply-To")
# One reader of a document's text: what is shown here is what the search for personal data reads.
_READERS: dict[str, Reader] = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": office.read_docx,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": office.read_pptx,
    "application/hwp+zip": office.read_hwpx,
    "application/x-hwp": office.read_hwp,
}
DOCUMENTS = frozenset(_READERS)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first rows of one sheet; `whole` says that there are no more."""

    name: str
    rows: list[list[str]]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Mail:
    """A saved mail: the headers that people read, its text, and what hangs on it."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""
    attachments: list[Attachment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    size: int


def sheets(path: str) -> list[dict[str, Any]]:
    """Return the sheets of an XLSX as they are shown, hidden ones too, as fields of Sheet."""
    found: list[dict[str, Any]] = []
    with Path(path).open("rb") as file:
        for name, number, cells in tables.stream_xlsx(file):
            if number == 0:
                if len(found) == SHEETS:
                    break
                found.append({"name": name, "rows": [], "whole": True})
            elif number > ROWS:
                found[-1]["whole"] = False
            else:
                rows = found[-1]["rows"]
                rows += [[]] * (number - 1 - len(rows))
                rows.append(cells[:COLUMNS])
    return found


def table(path: str) -> list[list[str]]:
    """Return the first rows of a CSV."""
    with Path(path).open(encoding=encoding_of(Path(path)), newline="") as file:
        sample = file.read(4096)
        file.seek(0)
        delimiter = "\t" if sample.count("\t") > sample.count(",") else ","
        rows = csv.reader(file, delimiter=delimiter)
        return [list(islice(row, COLUMNS)) for row in islice(rows, ROWS)]


def encoding_of(path: Path) -> str:
    """How the beginning of a text is written."""
    try:
        return _texts.encoding_of(path, _texts.HEAD)
    except Refused:
        return "utf-8"  # a mail may mix character sets


def paragraphs(path: str, media_type: str) -> list[str]:
    """Return the text of a DOCX, PPTX, HWPX or HWP, a paragraph each; slides begin with their number,
    headers, notes and comments with what they are."""
    found: list[str] = []
    letters = 0
    for each in _paragraphs(Path(path), media_type):
        letters += len(each)
        if len(found) >= PARAGRAPHS or letters > LETTERS:
            break
        found.append(each)
    return found


def _paragraphs(path: Path, media_type: str) -> Iterator[str]:
    last = ""
    try:
        for piece in _READERS[media_type](path):
            slide, part = piece.place.get("slide", ""), piece.place.get("part", "")
            where = " ".join(str(each) for each in (slide, part) if each)
            if where != last and where:
                yield f"— {where} —"
            last = where
            if text := piece.text.strip():
                yield text
    except Unreadable:
        return


def mail(path: str) -> dict[str, Any]:
    """Return what a saved mail says, as fields of Mail; of a larger one only the beginning."""
    with Path(path).open("rb") as file:
        raw = file.read(_MAIL_LIMIT)
    parsed = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    headers = [(name, str(parsed[name])) for name in _HEADERS if parsed[name]]
    hung = [_attachment(each) for each in islice(parsed.iter_attachments(), 100)]
    return {"headers": headers, "text": _body(parsed), "attachments": hung}


def _body(parsed: EmailMessage) -> str:
    part = parsed.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):
        # A character set that nobody knows.
        text = part.get_payload(decode=True).decode("cp949", errors="replace")  # type: ignore[union-attr]
    if part.get_content_subtype() == "html" and text.strip():
        tree: Any = html.fromstring(text)
        for hidden in tree.xpath("//script|//style|//head"):
            hidden.drop_tree()
        text = "\n".join(line for each in tree.itertext() if (line := each.strip()))
    return text[:LETTERS]


def _attachment(part: Any) -> dict[str, Any]:
    payload = part.get_payload(decode=True)
    size = len(payload) if isinstance(payload, bytes) else 0
    name = part.get_filename() or "—"
    return {"name": name, "media_type": part.get_content_type(), "size": size}


def entries(path: str) -> list[dict[str, Any]]:
    """Return what stands in a ZIP, with names as they were given, as fields of Entry."""
    with zipfile.ZipFile(path) as archive:
        return [
            {"name": name_of(each), "size": each.file_size} for each in archive.infolist()[:ENTRIES]
        ]
