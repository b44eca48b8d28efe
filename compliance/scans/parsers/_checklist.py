"""Check lists as teams and their scripts write them: headings, result words, guide editions.

What KISA-style results, in whatever kind of file, and mapped tables have in common.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import BinaryIO

from compliance.scans.parsers import _sheet, _text
from compliance.scans.records import Outcome
from compliance.shared.severity import Severity

HEADER_ROWS = 60
_HEADERS = {
    "code": "code 코드 항목코드 점검코드 진단코드 평가코드 항목번호 점검번호 점검항목코드 취약점코드 항목id itemid checkid checkcode id vulid ruleid controlid 통제번호",
    "title": "title 제목 항목 항목명 점검항목 진단항목 평가항목 점검항목명 취약점명 itemname checkname name item vulname rule control 점검기준명",
    "status": "status 상태 결과 점검결과 진단결과 평가결과 최종결과 판단결과 판정 판정결과 점검판정 양호취약 취약여부 result finalresult verdict checkresult outcome compliance 이행여부 준수여부 점검결과판정",
    "severity": "severity 중요도 위험도 심각도 등급 위험등급 importance risk risklevel level 위험수준",
    "host": "host 호스트 호스트명 서버 서버명 자산 자산명 장비 장비명 시스템 시스템명 대상 점검대상 hostname server asset assetname target system 진단대상 대상서버",
    "ip": "ip ip주소 아이피 ipaddress ipaddr 주소 address serverip hostip",
    "detail": "detail 상세 상세내용 상세결과 결과상세 현황 점검현황 점검내용 설정현황 현재설정 근거 점검근거 비고 의견 details evidence remark remarks commandresult output note comment summary description 세부현황 진단현황 결과내용 판단근거 reason message actual",
    "edition": "edition 판 기준연도 기준년도 가이드연도 가이드 guide guideedition 기준 baseline 점검기준 standard 적용기준",
    "date": "date 점검일 점검일자 점검일시 진단일 진단일자 timestamp checkedat datetime 일시 scandate 점검시간 scantime generatedat",
}
COLUMN = {word: name for name, words in _HEADERS.items() for word in words.split()}
_WORDS = {
    Outcome.PASS: "양호 적합 준수 안전 이행 good pass passed ok secure compliant y safe 정상 충족 o",
    Outcome.FAIL: "취약 부적합 미준수 미흡 불량 부분양호 부분취약 부분이행 미이행 vuln vulnerable fail failed bad weak noncompliant n unsafe 위험 미충족 x",
    Outcome.NOT_APPLICABLE: "해당없음 해당사항없음 대상아님 비대상 점검제외 na n/a notapplicable skip skipped 미해당 제외 미사용",
    Outcome.MANUAL: "수동 수동점검 수동진단 수동확인 수동확인필요 확인필요 인터뷰 인터뷰필요 검토 검토필요 manual review interview manualcheck info 인터뷰점검 담당자확인 수동점검필요",
    Outcome.ERROR: "오류 에러 점검불가 진단불가 확인불가 점검실패 error err exception unknown timeout 실패 점검오류",
    Outcome.SUPPRESSED: "예외 예외처리 위험수용 조치예외 suppressed accepted riskaccepted exempt waived",
}
GRADES = {"상": Severity.HIGH, "중": Severity.MEDIUM, "하": Severity.LOW}


def plain(word: str) -> str:
    """A heading or a result, without case, spacing, brackets and full-width forms."""
    return _plain(word[:200])


@lru_cache(maxsize=4096)
def _plain(word: str) -> str:
    """Every row is asked whether it is one of headings again, and most cells repeat."""
    word = unicodedata.normalize("NFKC", word).casefold()
    word = re.sub(r"\([^)]*\)", "", word) or word
    return re.sub(r"[\s_\-./·:()\[\]*※★☆■□▶●\"'\ufeff]", "", word)


_OUTCOME_OF = {plain(word): outcome for outcome, words in _WORDS.items() for word in words.split()}


class Vocabulary:
    """Result words → outcomes: ours, and those that somebody bound for this file."""

    def __init__(self, bound: Mapping[str, str] | None = None) -> None:
        own = {plain(word): Outcome(value) for word, value in (bound or {}).items()}
        self.words = {**_OUTCOME_OF, **own}

    def outcome(self, word: str) -> Outcome | None:
        found = self.words.get(plain(word))
        if found is not None or "(" not in word:
            return found
        inner = re.search(r"\(([^)]*)\)", word[:200])  # "N/A(해당없음)", "취약(VULN)"
        return self.words.get(plain(inner[1])) if inner else None


def outcome(word: str) -> Outcome | None:
    return _OUTCOME_OF.get(plain(word)) or Vocabulary().outcome(word)


# Headings


def fields(row: list[str], bound: Mapping[str, str] | None = None) -> dict[str, int]:
    """Field → column of a header row; bound columns first, else the first that fits."""
    named = {plain(heading): name for name, heading in (bound or {}).items()}
    found: dict[str, int] = {}
    titles = []
    for index, cell in enumerate(row):
        name = named.get(plain(cell))
        if name:
            found[name] = index
    for index, cell in enumerate(row):
        name = COLUMN.get(plain(cell))
        if name and index not in found.values():
            found.setdefault(name, index)
        if name == "title":
            titles.append(index)
    if "code" not in found and len(titles) > 1:
        found["code"], found["title"] = titles[:2]  # "항목" beside "점검항목" holds the codes
    return found


def is_header(found: Mapping[str, int]) -> bool:
    return "status" in found and bool({"code", "title"} & found.keys())


def is_finding_list(found: Mapping[str, int]) -> bool:
    """A header of a list of flaws, where a row means that the check failed."""
    return {"title", "severity"} <= found.keys() and bool({"host", "ip"} & found.keys())


def delimiter(head: str, bound: Mapping[str, str] | None = None) -> str:
    """The delimiter whose rows contain a header, or "" if none does."""
    first = head.splitlines()[:HEADER_ROWS]
    for each in (",", "\t", ";", "|"):
        try:
            rows = list(csv.reader(first, delimiter=each))
            found = [fields(row, bound) for row in rows]
            if any(is_header(each_row) or is_finding_list(each_row) for each_row in found):
                return each
            if not bound and _has_matrix(rows):
                return each
        except csv.Error:
            continue
    return ""


def has_results(head: str) -> bool:
    """Whether a header among the first lines has a column of results."""
    each = delimiter(head)
    try:
        rows = list(csv.reader(head.splitlines()[:HEADER_ROWS], delimiter=each or ","))
        return any(is_header(fields(row)) for row in rows) or _has_matrix(rows)
    except csv.Error:
        return False


# Matrices: an item a row, a host a column, results where they meet

# Headings of columns that hold results, but of no host: rounds, years, before and after.
_NO_HOST = re.compile(
    r"결과|조치|판정|여부|확인|비고|차|년|이전|이후|전$|후$|result|status|before|after"
)


def matrix(heading: list[str], below: list[str]) -> dict[int, str]:
    """{column: host} of a heading whose other columns are hosts, by the first row below it.

    That row has to hold an item of KISA's guides, and results in those columns.
    """
    found = fields(heading)
    if {"status", "host", "ip"} & found.keys() or not {"code", "title"} & found.keys():
        return {}
    named = [below[at] for name in ("code", "title") if (at := found.get(name, -1)) < len(below)]
    if not any(is_kisa(code_of(cell)) or leading_code(cell) for cell in named):
        return {}
    return {
        at: cell.strip()
        for at, cell in enumerate(heading[: len(below)])
        if at not in found.values()
        and cell.strip()
        and not _NO_HOST.search(plain(cell))
        and outcome(below[at]) is not None
    }


def _has_matrix(rows: list[list[str]]) -> bool:
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    return any(matrix(*pair) for pair in pairwise(filled))


# Rows of a table


@dataclass(slots=True)
class Preamble:
    """What stands above a header: host, address, date and edition as label and value."""

    values: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def add(self, cells: list[str]) -> None:
        if len(self.words) < HEADER_ROWS:
            self.words.append(" ".join(cells)[:500])
        for cell, following in zip(cells, [*cells[1:], ""], strict=True):
            label, colon, value = cell.partition(":")
            name = COLUMN.get(plain(label))
            if name in ("host", "ip", "date", "edition"):
                self.values.setdefault(name, (value if colon else following).strip())


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a check list by its fields."""

    position: str
    values: dict[str, str]

    def get(self, name: str) -> str:
        return self.values.get(name, "")


Broken = str  # the position of a line that cannot be split


class Table:
    """Reads the rows below each header of a CSV or of a workbook turned into lines."""

    def __init__(self, stream: BinaryIO, bound: Mapping[str, str] | None = None) -> None:
        self.stream = stream
        self.bound = bound or {}
        self.fields: dict[str, int] = {}
        self.hosts: dict[int, str] = {}  # columns of a matrix
        self.above: list[str] = []  # the line before, while there is no header yet
        self.preamble = Preamble()
        self.sheet = ""
        self.first = 0

    def __iter__(self) -> Iterator[Entry | Broken]:
        self.stream.seek(0)
        found = delimiter(_text.head_text(self.stream.read(1 << 16)), self.bound)
        for number, cells in _text.columns(self.stream, found or ","):
            if cells is None:
                yield self._position(number)
            elif cells and cells[0].startswith(_sheet.MARK):
                self._sheet(cells[0][1:], number)
            elif any(cell.strip() for cell in cells):
                yield from self._entries(number, cells)

    def _sheet(self, name: str, number: int) -> None:
        self.sheet, self.first = name, number
        self.fields, self.preamble = {}, Preamble(words=self.preamble.words)
        self.hosts, self.above = {}, []

    def _position(self, number: int) -> str:
        return f"{self.sheet}!{number - self.first}" if self.sheet else f"line {number}"

    def _entries(self, number: int, cells: list[str]) -> Iterator[Entry]:
        if not self.fields and not self.bound:
            self.hosts = matrix(self.above, cells)
            self.fields = fields(self.above) if self.hosts else {}
        self.above = cells
        entry = self._entry(number, cells)
        if entry is None:
            return
        if not self.hosts:
            yield entry
        for column, host in self.hosts.items():
            word = cells[column].strip() if column < len(cells) else ""
            if word:  # a blank cell: this host was not asked
                raw = f"{entry.get('code')} | {entry.get('title')} | {host} | {word}"
                told = {"host": host, "status": word, "raw": raw}
                yield Entry(entry.position, {**entry.values, **told})

    def _entry(self, number: int, cells: list[str]) -> Entry | None:
        found = fields(cells, self.bound)
        if (is_header(found) or is_finding_list(found)) and not self._is_data(cells):
            self.fields, self.hosts = found, {}  # workbooks repeat the header, with other columns
            return None
        if not self.fields:
            self.preamble.add(cells)
            return None
        values = {n: cells[i].strip() for n, i in self.fields.items() if i < len(cells)}
        values["raw"] = " | ".join(cells)
        around = {n: v for n, v in self.preamble.values.items() if v and not values.get(n)}
        return Entry(self._position(number), {**values, **around})

    def _is_data(self, cells: list[str]) -> bool:
        """Words such as "결과" may stand in a row as well; then its result is a result."""
        index = self.fields.get("status", len(cells))
        return index < len(cells) and outcome(cells[index]) is not None


# Codes of KISA's guides: U-01, WEB-3, PC-18; web application items have letters only.

CODE = re.compile(r"(U|W|D|N|S|C|PC|M|WEB|HV|CA|WS|V|CL)[-_ ]?(\d{1,3})(?:[-_.](\d{1,2}))?")
WEB_APP = frozenset(
    [
        *("CI", "SI", "DI", "EP", "IL", "XS", "CF", "SF", "BF", "IA", "IN"),
        *("PR", "PV", "FU", "FD", "IS", "SN", "CT", "AE", "AA", "WM"),
    ]
)


def code_of(cell: str) -> str:
    """U-1, u_01 and "U - 01" are U-01. Codes of other guides stay as they are."""
    code = " ".join(unicodedata.normalize("NFKC", cell[:300]).split()).upper().strip("[]() ")[:60]
    match = CODE.fullmatch(re.sub(r"\s+", "", code))
    if not match:
        return code
    suffix = f"-{int(match[3])}" if match[3] else ""
    return f"{match[1]}-{int(match[2]):02d}{suffix}"


def leading_code(title: str) -> str:
    """The code at the beginning of a title: "[U-01] root 계정 …"."""
    match = re.match(rf"\W*({CODE.pattern})(?!\w)", title[:200])
    return match[1] if match else ""


_MENTIONED = re.compile(rf"(?<![A-Za-z0-9-])(?:{CODE.pattern})(?![\w-])", re.IGNORECASE)


def mentions_kisa(text: str) -> bool:
    """Whether an item of the guides stands in the text."""
    return _MENTIONED.search(text) is not None


def is_kisa(code: str) -> bool:
    return CODE.fullmatch(code) is not None or code in WEB_APP


# Editions. The same number means something else in each, so an edition is never guessed from
# a number alone: titles, ranges of numbers, and words above the table speak.

_EDITION_SAID = re.compile(r"20(21|26)\s*년?\s*(?:판|도)?")
_ABOUT_GUIDE = re.compile(r"가이드|기준|KISA|기반시설|edition|guide", re.IGNORECASE)
# Number → a word of its title in 2021, and one in 2026.
_TITLES = {
    "U-02": ("복잡성", "관리정책"),
    "U-04": ("패스워드", "비밀번호"),
    "U-05": ("홈", "uid"),
    "U-06": ("소유자", "su "),
    "U-07": ("passwd", "불필요한"),
    "U-08": ("shadow", "관리자 그룹"),
    "U-09": ("hosts", "gid"),
    "U-10": ("inetd", "동일한"),
    "U-11": ("syslog", "shell"),
    "U-12": ("services", "세션"),
    "U-13": ("suid", "암호화"),
    "U-15": ("world", "소유자"),
    "U-16": ("device", "passwd"),
    "U-18": ("접속 ip", "shadow"),
    "U-23": ("dos", "suid"),
    "U-28": ("nis", "접속 ip"),
    "U-42": ("패치", "rpc"),
    "U-44": ("uid", "tftp"),
    "U-45": ("su ", "메일"),
    "U-54": ("session", "ftp"),
    "U-60": ("ssh", "snmp"),
    "U-64": ("ftpusers", "패치"),
}
_ONLY_2021 = re.compile(r"U-(?:68|69|7[0-2])|W-(?:6[5-9]|[78]\d)")
_ONLY_2026 = re.compile(r"WEB-\d\d")


class EditionVotes:
    """Which edition of the guide a list follows, by what its lines say."""

    def __init__(self) -> None:
        self.votes = {"2021": 0, "2026": 0}

    def word(self, text: str) -> None:
        """A line above the table, or a name of the guide."""
        if _ABOUT_GUIDE.search(text):
            for year in _EDITION_SAID.findall(text[:500]):
                self.votes[f"20{year}"] += 100

    def item(self, code: str, title: str) -> None:
        self.votes["2021"] += 3 * (_ONLY_2021.fullmatch(code) is not None)
        self.votes["2026"] += 3 * (_ONLY_2026.fullmatch(code) is not None)
        for year, word in zip(("2021", "2026"), _TITLES.get(code, ("", "")), strict=True):
            self.votes[year] += bool(word) and word in title.casefold()

    @property
    def winner(self) -> str:
        """ "2021", "2026", or "" where the lines do not agree or say nothing."""
        old, new = self.votes["2021"], self.votes["2026"]
        if old > 2 * new:
            return "2021"
        return "2026" if new > 2 * old else ""


def edition_of(text: str) -> str:
    """The year in the cell of an edition."""
    year = re.search(r"20\d\d", text[:100])
    return year[0] if year else ""


def votes_of(entries: Iterable[Entry | Broken], most: int) -> EditionVotes:
    """The votes of the first lines."""
    votes = EditionVotes()
    for number, entry in enumerate(entries):
        if number >= most:
            break
        if isinstance(entry, Entry):
            title = entry.get("title")
            votes.item(code_of(entry.get("code") or leading_code(title)), title)
    return votes
