"""What stands in a document, for looking at: sheets, paragraphs, a mail, the entries of an archive.

Only a beginning is read, and of that only so much as one looks through. What cannot be read gives
an empty answer: a preview is a courtesy.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl
from lxml import etree, html

from compliance.vault.archive_names import name_of

ROWS, COLUMNS, SHEETS = 200, 30, 20
PARAGRAPHS, LETTERS = 1500, 200_000
ENTRIES = 500
_PART_LIMIT = 20 * 1024**2
_MAIL_LIMIT = 32 * 1024**2
_HEADERS = ("From", "To", "Cc", "Date", "Subject", "Message-ID", "Reply-To")
# The part that holds the text, by media type; several are read by their number.
_PARTS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (
        r"word/document\d*\.xml"
    ),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (
        r"ppt/slides/slide\d+\.xml"
    ),
    "application/hwp+zip": r"contents/section\d+\.xml",
}
DOCUMENTS = frozenset(_PARTS)
_BLOCKS, _BREAKS = {"p"}, {"br", "tab", "lineBreak"}


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


def sheets(path: Path) -> list[Sheet]:
    """Return the sheets of an XLSX as they are shown, hidden ones too."""
    with zipfile.ZipFile(path) as archive:
        sizes = {each.filename: each.file_size for each in archive.infolist()}
    if sizes.get("xl/sharedStrings.xml", 0) > _PART_LIMIT:
        return []
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        return [_sheet(each) for each in book.worksheets[:SHEETS]]


def _sheet(sheet: Any) -> Sheet:
    sheet.reset_dimensions()
    found = sheet.iter_rows(max_row=ROWS + 1, max_col=COLUMNS, values_only=True)
    rows = [_filled(row) for row in found]
    while rows and not rows[-1]:
        rows.pop()
    return Sheet(sheet.title, rows[:ROWS], whole=len(rows) <= ROWS)


def _filled(row: Iterable[Any]) -> list[str]:
    cells = ["" if cell is None else str(cell) for cell in row]
    last = max((at for at, cell in enumerate(cells, 1) if cell), default=0)
    return cells[:last]


def paragraphs(path: Path, media_type: str) -> list[str]:
    """Return the text of a DOCX, PPTX or HWPX, a paragraph each; a slide begins with its number."""
    found: list[str] = []
    letters = 0
    for each in _paragraphs(path, media_type):
        letters += len(each)
        if len(found) >= PARAGRAPHS or letters > LETTERS:
            break
        found.append(each)
    return found


def _paragraphs(path: Path, media_type: str) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        wanted = re.compile(_PARTS[media_type], re.IGNORECASE)
        parts = [each for each in archive.infolist() if wanted.fullmatch(each.filename)]
        for number, part in enumerate(sorted(parts, key=_number), 1):
            if part.file_size > _PART_LIMIT:
                continue
            if "slide" in part.filename:
                yield f"— {number} —"
            with archive.open(part) as file:
                yield from _texts_of(etree.fromstring(file.read(_PART_LIMIT), _parser()))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _number(entry: zipfile.ZipInfo) -> int:
    digits = re.findall(r"\d+", entry.filename)
    return int(digits[-1]) if digits else 0


def _texts_of(root: Any) -> Iterator[str]:
    """The paragraphs in the order of the document. One within another (a cell, a text box) stands
    by itself."""
    for block in root.iter("{*}p"):
        text = "".join(_words(block)).strip()
        if text:
            yield text


def _words(block: Any) -> Iterator[str]:
    for child in block:
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname
        if name in _BLOCKS:
            continue
        if name in _BREAKS:
            yield " "
        elif name == "t":
            yield "".join(child.itertext())
        elif name == "tbl":
            continue
        else:
            yield from _words(child)


def mail(path: Path) -> Mail:
    """Return what a saved mail says; of a larger one only the beginning."""
    with path.open("rb") as file:
        raw = file.read(_MAIL_LIMIT)
    parsed = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    headers = [(name, str(parsed[name])) for name in _HEADERS if parsed[name]]
    hung = [_attachment(each) for each in islice(parsed.iter_attachments(), 100)]
    return Mail(headers, _body(parsed), hung)


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


def _attachment(part: Any) -> Attachment:
    payload = part.get_payload(decode=True)
    size = len(payload) if isinstance(payload, bytes) else 0
    return Attachment(part.get_filename() or "—", part.get_content_type(), size)


def entries(path: Path) -> list[Entry]:
    """Return what stands in a ZIP, with names as they were given."""
    with zipfile.ZipFile(path) as archive:
        return [Entry(name_of(each), each.file_size) for each in archive.infolist()[:ENTRIES]]
