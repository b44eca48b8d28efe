"""Write texts into fields of a CSV and leave every other byte of it as it is.

Records and fields count from 1; a blank line is a record without fields, as a spreadsheet shows it.
"""

import codecs
from dataclasses import dataclass

from compliance.shared.tables import neutral

QUOTE = '"'
_MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
# A lone dash is how many forms say "does not apply"; no spreadsheet runs it.
_DASHES = {"-", "－", "–", "—"}


@dataclass(slots=True)
class _Field:
    raw: str
    quoted: bool


@dataclass(slots=True)
class _Record:
    fields: list[_Field]
    end: str  # "\r\n", "\n", "\r" or "" at the end of the file


class Table:
    """A CSV opened for writing. *encoding*, *delimiter*: as the import found them."""

    name = ""

    def __init__(self, content: bytes, *, encoding: str, delimiter: str) -> None:
        self.encoding = encoding or "utf-8-sig"
        self.delimiter = delimiter or ","
        self._mark = b""
        for mark, marked in _MARKS:
            if content.startswith(mark):
                self._mark, content, self.encoding = mark, content[len(mark) :], marked
                break
        if self.encoding.lower().replace("_", "-") == "utf-8-sig":
            self.encoding = "utf-8"
        self._records = _split(content.decode(self.encoding), self.delimiter)
        filled = [f for record in self._records for f in record.fields if f.raw not in {"", '""'}]
        self._all_quoted = bool(filled) and all(each.quoted for each in filled)

    def has_row(self, row: int) -> bool:
        return 0 < row <= len(self._records)

    def current(self, row: int, column: int) -> str:
        """Return the text that stands in the field now."""
        fields = self._records[row - 1].fields if self.has_row(row) else []
        if column > len(fields):
            return ""
        field = fields[column - 1]
        return field.raw[1:-1].replace(QUOTE * 2, QUOTE) if field.quoted else field.raw

    def put(self, row: int, column: int, text: str) -> None:
        """Make *text* the field's content, neutralised; columns that the record lacks are added."""
        fields = self._records[row - 1].fields
        while len(fields) < column:
            fields.append(_Field('""' if self._all_quoted else "", self._all_quoted))
        safe = text if text in _DASHES else neutral(text)
        quoted = self._all_quoted or fields[column - 1].quoted or self._needs_quotes(safe)
        doubled = safe.replace(QUOTE, QUOTE * 2)
        fields[column - 1] = _Field(f"{QUOTE}{doubled}{QUOTE}" if quoted else safe, quoted)

    def _needs_quotes(self, text: str) -> bool:
        special = {self.delimiter, QUOTE, "\r", "\n"}
        return any(char in text for char in special) or text != text.strip()

    def cannot_hold(self, text: str) -> str:
        """Return the characters of *text* that this encoding lacks, each once."""
        if _holds(text, self.encoding):
            return ""
        return "".join(char for char in dict.fromkeys(text) if not _holds(char, self.encoding))

    def saved(self, *, as_utf8: bool = False) -> bytes:
        """Return the bytes, in the form's own encoding or as UTF-8 with a mark, which Excel reads."""
        parts = []
        for record in self._records:
            parts.append(self.delimiter.join(field.raw for field in record.fields))
            parts.append(record.end)
        text = "".join(parts)
        if as_utf8:
            return codecs.BOM_UTF8 + text.encode()
        return self._mark + text.encode(self.encoding)


def _holds(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _split(text: str, delimiter: str) -> list[_Record]:
    """Return records with their fields' very characters, quotes included."""
    records: list[_Record] = []
    fields: list[_Field] = []
    at, end = 0, len(text)
    while at < end:
        field, at = _field(text, at, delimiter)
        fields.append(field)
        if text[at : at + 1] == delimiter:
            at += 1
            if at == end:
                fields.append(_Field("", quoted=False))
            continue
        line_end = "\r\n" if text.startswith("\r\n", at) else text[at : at + 1]
        at += len(line_end)
        records.append(_Record(fields, line_end))
        fields = []
    if fields:
        records.append(_Record(fields, ""))
    return records


def _field(text: str, at: int, delimiter: str) -> tuple[_Field, int]:
    """Read the field that begins at *at*; return it and where it ends."""
    begin, quoted = at, text[at : at + 1] == QUOTE
    if quoted:
        at = _after_quotes(text, at + 1)
    while at < len(text) and text[at] not in {delimiter, "\r", "\n"}:
        at += 1
    return _Field(text[begin:at], quoted), at


def _after_quotes(text: str, at: int) -> int:
    """Return the place after the closing quote; a doubled one is a character of the text."""
    while (close := text.find(QUOTE, at)) != -1:
        if text[close + 1 : close + 2] != QUOTE:
            return close + 1
        at = close + 2
    return len(text)
