"""A table of anybody's making: headings are guessed, or bound to our fields when importing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from compliance.scans.parsers import _checklist, _json, _text, _words
from compliance.scans.parsers._checklist import Entry
from compliance.scans.parsers._checkrows import Reader
from compliance.scans.records import Options, Outcome, Record

FORMAT = "table"
LABEL = "CSV / XLSX"
TOOL = "table"

_CCE = re.compile(r"\bCCE-\d+-\d\b")
_CCI = re.compile(r"\bCCI-\d{6}\b")
_ISMS_P = re.compile(r"ISMS-?P\D{0,8}([123]\.\d{1,2}(?:\.\d{1,2})?)", re.IGNORECASE)


def sniff(head: bytes) -> int:
    if _json.looks_like_json(head) or head.lstrip().startswith(b"<"):
        return 0
    text = _text.head_text(head)
    if not _checklist.delimiter(text):
        return 0
    return 30 if _checklist.has_results(text) else 15


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    yield from _Reader(options or Options()).table(stream)


class _Reader(Reader):
    format = FORMAT
    tool = TOOL
    name = "Table"

    def code(self, entry: Entry) -> str:
        """Lists without codes are known by their titles."""
        return _words.short(entry.get("code") or entry.get("title"), 200)

    def outcome(self, entry: Entry) -> Outcome | None:
        """A list of flaws has no column of results: what stands in it failed."""
        return super().outcome(entry) if "status" in entry.values else Outcome.FAIL

    def place(self, entry: Entry) -> tuple[str, ...]:
        return () if entry.get("code") and entry.get("status") else (entry.get("title"),)

    def refs(self, code: str, entry: Entry) -> list[str]:
        raw = entry.get("raw")[:8000]
        return [
            f"check:{code}",
            *_words.cves(raw),
            *_words.cwes(raw),
            *(f"cce:{found}" for found in _CCE.findall(raw)),
            *(f"cci:{found}" for found in _CCI.findall(raw)),
            *(f"ismsp2023:{found}" for found in _ISMS_P.findall(raw)),
        ]
