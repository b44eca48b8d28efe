"""Results of KISA-style checks as CSV, XLSX, JSON and text: 양호 / 취약 / 해당없음 / 수동점검 / 오류."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from compliance.scans.parsers import _checklist, _collector, _json, _text, _words
from compliance.scans.parsers._checklist import Entry
from compliance.scans.parsers._checkrows import Reader
from compliance.scans.records import Options, Record

# The name that runs already have; the other kinds of file close the same findings.
FORMAT = "kisa-csv"
LABEL = "KISA CSV / XLSX / JSON / TXT (양호/취약)"
TOOL = "kisa"

MOST_DETAIL = 8000
LONGEST_WORD = 30


def sniff(head: bytes) -> int:
    if _json.looks_like_json(head):
        return _sniff_json(head)
    if head.lstrip().startswith(b"<"):
        return 0
    text = _text.head_text(head)
    if _checklist.delimiter(text):
        return _sniff_table(text)
    return 45 if _is_report(text) else 0


def _sniff_json(head: bytes) -> int:
    if _collector.is_ours(head):
        return 95
    keys = {_checklist.COLUMN.get(_checklist.plain(key)) for key in _json.keys(head)}
    if not {"code", "status"} <= keys:
        return 0
    text = _text.head_text(head)
    codes = re.findall(rf'"\s*({_checklist.CODE.pattern})\s*"', text)
    return 65 if codes else 0


def _sniff_table(text: str) -> int:
    """Items of the guides have to be in it: a column of codes, or "[U-01] root 계정 …"."""
    return 50 if _checklist.mentions_kisa(text) and _checklist.has_results(text) else 0


def _is_report(text: str) -> bool:
    """A text with codes at the beginning of lines, and result words."""
    found = 0
    for line in text.splitlines()[:2000]:
        found += bool(_checklist.leading_code(line))
    return bool(found) and re.search(r"양호|취약|GOOD|VULN|PASS|FAIL", text) is not None


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    reader = _Reader(options or Options())
    stream.seek(0)
    head = stream.read(1 << 16)
    if _collector.is_ours(head):
        _collector.check_digest(stream)
    kind = _kind(head, reader.options)
    if kind == "json":
        yield from reader.records(lambda: _of_json(stream))
    elif kind == "table":
        yield from reader.table(stream)
    else:
        yield from _of_report(reader, stream)


def _kind(head: bytes, options: Options) -> str:
    if _json.looks_like_json(head):
        return "json"
    text = _text.head_text(head)
    return "table" if _checklist.delimiter(text, options.columns) else "report"


def entries(stream: BinaryIO, options: Options) -> Iterable[Entry | _checklist.Broken]:
    """The lines of a file of any of the kinds, before anything is made of them."""
    stream.seek(0)
    kind = _kind(stream.read(1 << 16), options)
    if kind == "json":
        return _of_json(stream)
    if kind == "table":
        return _checklist.Table(stream, options.columns)
    return _Report(stream, _checklist.Vocabulary(options.words))


def _of_report(reader: _Reader, stream: BinaryIO) -> Iterator[Record]:
    for line in _first_lines(stream):
        if not _checklist.leading_code(line):
            reader.votes.word(line)
    yield from reader.records(lambda: _Report(stream, reader.vocabulary))


def _first_lines(stream: BinaryIO) -> Iterator[str]:
    for number, line in enumerate(_text.lines(stream)):
        if number >= _checklist.HEADER_ROWS:
            return
        yield line


class _Reader(Reader):
    """Items of the guides are references; their edition is said, or found out, or unknown."""

    format = FORMAT
    tool = TOOL
    name = "KISA"

    def refs(self, code: str, entry: Entry) -> list[str]:
        if not _checklist.is_kisa(code):
            return [f"check:{code}"]
        edition = _checklist.edition_of(entry.get("edition")) or self.edition
        self.editions.add(edition)
        return [f"kisa{edition}:{code}"]


# JSON: a list of checks, an object with such a list and facts of the host, or one check alone

_REPEATED = frozenset({"guideline", "criteria"})  # the guide's words, the same in each result
_LISTS = frozenset(
    {
        *("items", "results", "checks", "findings", "details", "list", "data", "rows"),
        *("점검결과", "진단결과", "결과", "점검항목", "항목"),
    }
)
_AROUND = ("host", "ip", "edition", "date")
_NESTED = 3
_LIST_ITEM = rf"(?:[^.]+\.)?(?:{'|'.join(sorted(_LISTS))})\.item"


def _of_json(stream: BinaryIO) -> Iterator[Entry]:
    stream.seek(0)
    is_list = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    # Facts of the host may stand behind its list of checks.
    facts, has_list = ({}, True) if is_list else _facts(stream)
    pattern = "item" if is_list else _LIST_ITEM if has_list else ""
    for leaf in _json.leaves(stream, pattern, arrays=False):
        yield from _entries(leaf.value, facts, f"record {leaf.index}", _NESTED)


def _facts(stream: BinaryIO) -> tuple[dict[str, str], bool]:
    """What an object says of all its checks, and whether it has a list of them."""
    facts: dict[str, str] = {}
    has_list = False
    for step in _json.walk(stream, _LIST_ITEM, arrays=False):
        if isinstance(step, _json.Leaf):
            has_list = True
        elif step.frame.prefix.count(".") == 0:  # the object itself, and host, env, meta in it
            for name, value in _flat({step.frame.prefix: step.frame.values}).items():
                facts.setdefault(name, value)
    return {name: value for name, value in facts.items() if name in _AROUND}, has_list


def _entries(value: Any, around: Mapping[str, str], position: str, depth: int) -> Iterator[Entry]:
    """The checks of an object: those of its list, or itself."""
    if not isinstance(value, dict):
        yield Entry(position, {"raw": _words.short(value)})
        return
    found = _flat(value)
    inner = _list_of(value) if depth else []
    if not inner:
        yield Entry(position, {**around, **found})
        return
    known = {**around, **{k: v for k, v in found.items() if k in _AROUND}}
    for number, each in enumerate(inner, start=1):
        yield from _entries(each, known, f"{position}.{number}", depth - 1)


def _list_of(value: dict[str, Any]) -> list[Any]:
    for key, found in value.items():
        if key in _LISTS and isinstance(found, list) and any(isinstance(f, dict) for f in found):
            return found
    return []


def _flat(value: Mapping[str, Any], depth: int = 2) -> dict[str, str]:
    """The fields of an object and of objects inside it; all its details together."""
    found: dict[str, str] = {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            more = _flat(inner, depth - 1) if depth and key not in _REPEATED else {}
            name_of_host = inner.get("name") if _checklist.plain(key) == "host" else None
            if name_of_host:
                more["host"] = _words.short(name_of_host)
                more.pop("title", None)
        else:
            name = _checklist.COLUMN.get(_checklist.plain(key), "")
            more = {name: _scalar(inner)} if name else {}
        for name, words in more.items():
            if name == "detail" and found.get("detail"):
                found["detail"] = f"{found['detail']}\n{words}"[:MOST_DETAIL]
            elif words:
                found.setdefault(name, words)
    found["raw"] = " | ".join(found.values())[:1000]
    return found


def _scalar(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(filter(None, (_words.text(each)[:2000] for each in value[:50])))
    return _words.text(value)[:MOST_DETAIL]


# Text: what scripts print, a heading with a code, details, and the result before or behind them

_LABEL = (
    r"(?:점검|진단|평가|최종|판정|check|final)?\s*(?:결과|판정|상태|진단|result|status|verdict)"
)
_RESULT = re.compile(rf"^\W*{_LABEL}\W*[:=\-\]>|]+\s*(.+)$", re.IGNORECASE)
_ALONE = re.compile(r"^[\W_]*([^\W\d_]+(?:\s?[^\W\d_]+)?(?:\([^)]*\))?)[\W_]*$")
_LAST = re.compile(r"[:|=\-\[>\t\s]\s*\[?\s*([^\s:|=\[\]<>]+(?:\([^)]*\))?)[\s\])>.]*$")
_FACT = re.compile(r"^\W*([^\W_][\w /]{0,20}?)\s*[:=]\s*(\S.*)$")
_FRAME = re.compile(r"\b(?:START|END|시작|종료|끝)\b\W*$", re.IGNORECASE)


class _Report:
    """A text as entries, one a code."""

    def __init__(self, stream: BinaryIO, vocabulary: _checklist.Vocabulary) -> None:
        self.stream = stream
        self.vocabulary = vocabulary
        self.around: dict[str, str] = {}
        self.current: dict[str, str] = {}
        self.position = ""

    def __iter__(self) -> Iterator[Entry]:
        for number, line in enumerate(_text.lines(self.stream), start=1):
            line = line.rstrip("\r\n")
            code = _checklist.leading_code(line)
            if code and _checklist.code_of(code) != self.current.get("code"):
                yield from self._close()
                self._open(code, line, f"line {number}")
            elif code and not self.current.get("status"):
                self._again(code, line)
            elif self.current:
                self._more(line)
            else:
                self._fact(line)
        yield from self._close()

    def _close(self) -> Iterator[Entry]:
        if self.current:
            unknown = self.current.pop("unknown", "")
            self.current.setdefault("status", unknown)
            yield Entry(self.position, {**self.around, **self.current})
        self.current = {}

    def _open(self, code: str, line: str, position: str) -> None:
        self.position = position
        self.current = {"code": _checklist.code_of(code), "raw": line[:1000]}
        title, status = self._split(_after(code, line))
        self.current["title"] = title
        if status:
            self.current["status"] = status

    def _again(self, code: str, line: str) -> None:
        """The code a second time: "U-01 결과 : 양호", "[U-01] END"."""
        _title, status = self._split(_after(code, line))
        if status:
            self.current["status"] = status

    def _split(self, words: str) -> tuple[str, str]:
        """(title, result) of a line whose last word may be the result."""
        words = _FRAME.sub("", words).strip()
        match = _LAST.search(f" {words}")
        if match and self.vocabulary.outcome(match[1]) is not None:
            title = f" {words}"[: match.start()].strip(" :|=-[]<>\t.")
            return title, match[1]
        return words.strip(" :|=-[]<>\t."), ""

    def _more(self, line: str) -> None:
        status = self._status(line)
        if status and not self.current.get("status"):
            self.current["status"] = status
            return
        says = any(map(str.isalnum, line)) and not _checklist.leading_code(line)
        if says and len(self.current.get("detail", "")) < MOST_DETAIL:
            self.current["detail"] = f"{self.current.get('detail', '')}\n{line[:500]}".strip()

    def _status(self, line: str) -> str:
        for pattern in (_RESULT, _ALONE):
            match = pattern.match(line[:300])
            if match and self.vocabulary.outcome(match[1]) is not None:
                return match[1]
            if match and pattern is _RESULT and len(match[1]) <= LONGEST_WORD:
                # A result by its label, of a word that nobody knows yet.
                self.current.setdefault("unknown", match[1].strip())
        return ""

    def _fact(self, line: str) -> None:
        """Above the first code: whose list this is, and when it was made."""
        match = _FACT.match(line[:300])
        name = _checklist.COLUMN.get(_checklist.plain(match[1])) if match else None
        if match and name in _AROUND:
            self.around.setdefault(name, match[2].strip())


def _after(code: str, line: str) -> str:
    return line[line.find(code) + len(code) :].lstrip(" ])>.:|-=\t")[:500]
