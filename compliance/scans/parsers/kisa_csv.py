"""CSV of KISA-style checks: 양호 / 취약 / 해당없음 / 수동점검 / 오류, one check of one host a row."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _errors, _json, _text, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "kisa-csv"
LABEL = "KISA CSV (양호/취약)"
TOOL = "kisa"

HEADER_ROWS = 30
_HEADERS = {
    "code": "code 코드 항목코드 점검코드 진단코드 평가코드 항목번호 점검번호 점검항목코드 취약점코드 항목id itemid checkid checkcode id",
    "title": "title 제목 항목 항목명 점검항목 진단항목 평가항목 점검항목명 취약점명 itemname checkname name item",
    "status": "status 상태 결과 점검결과 진단결과 평가결과 최종결과 판단결과 판정 판정결과 점검판정 양호취약 취약여부 result finalresult verdict checkresult",
    "severity": "severity 중요도 위험도 심각도 등급 위험등급 importance risk risklevel level",
    "host": "host 호스트 호스트명 서버 서버명 자산 자산명 장비 장비명 시스템 시스템명 대상 점검대상 hostname server asset assetname target system",
    "ip": "ip ip주소 아이피 ipaddress ipaddr 주소 address",
    "detail": "detail 상세 상세내용 상세결과 결과상세 현황 점검현황 점검내용 설정현황 현재설정 근거 점검근거 비고 의견 details evidence remark remarks commandresult output note comment summary description",
    "edition": "edition 판 기준연도 기준년도 가이드연도 가이드 guide guideedition 기준 baseline",
    "date": "date 점검일 점검일자 점검일시 진단일 진단일자 timestamp checkedat datetime 일시 scandate",
}
_COLUMN = {word: field for field, words in _HEADERS.items() for word in words.split()}
_WORDS = {
    Outcome.PASS: "양호 적합 준수 안전 이행 good pass passed ok secure compliant y",
    Outcome.FAIL: "취약 부적합 미준수 미흡 불량 부분양호 부분취약 부분이행 미이행 vuln vulnerable fail failed bad weak noncompliant n",
    Outcome.NOT_APPLICABLE: "해당없음 해당사항없음 대상아님 비대상 점검제외 na n/a notapplicable skip skipped",
    Outcome.MANUAL: "수동 수동점검 수동진단 수동확인 수동확인필요 확인필요 인터뷰 인터뷰필요 검토 검토필요 manual review interview manualcheck info",
    Outcome.ERROR: "오류 에러 점검불가 진단불가 확인불가 점검실패 error err exception unknown timeout",
}
_OUTCOMES = {word: outcome for outcome, words in _WORDS.items() for word in words.split()}
# Codes of KISA's guides: U-01, WEB-3, PC-18; web application items have letters only.
_CODE = re.compile(r"(U|W|D|N|S|C|PC|M|WEB|HV|CA|WS|V|CL)[-_ ]?(\d{1,3})(?:[-_.](\d{1,2}))?")
_WEB_APP = frozenset(
    [
        "CI",
        "SI",
        "DI",
        "EP",
        "IL",
        "XS",
        "CF",
        "SF",
        "BF",
        "IA",
        "IN",
        "PR",
        "PV",
        "FU",
        "FD",
        "IS",
        "SN",
        "CT",
        "AE",
        "AA",
        "WM",
    ]
)
_DEFAULT = {"상": Severity.HIGH, "중": Severity.MEDIUM, "하": Severity.LOW}


def _plain(word: str) -> str:
    """A heading or a result, without case, spacing, brackets and full-width forms."""
    word = unicodedata.normalize("NFKC", word).casefold()
    word = re.sub(r"\([^)]*\)", "", word) or word
    return re.sub(r"[\s_\-./·:()\[\]*\ufeff]", "", word)


_OUTCOME_OF = {_plain(word): outcome for word, outcome in _OUTCOMES.items()}


def _outcome(word: str) -> Outcome | None:
    found = _OUTCOME_OF.get(_plain(word))
    if found is not None or "(" not in word:
        return found
    inner = re.search(r"\(([^)]*)\)", word)  # "N/A(해당없음)", "취약(VULN)"
    return _OUTCOME_OF.get(_plain(inner[1])) if inner else None


def _fields(row: list[str]) -> dict[str, int]:
    """Field → column of a header row; the first column that fits wins."""
    found: dict[str, int] = {}
    titles = []
    for index, cell in enumerate(row):
        field = _COLUMN.get(_plain(cell))
        if field:
            found.setdefault(field, index)
        if field == "title":
            titles.append(index)
    if "code" not in found and len(titles) > 1:
        found["code"], found["title"] = titles[:2]  # "항목" beside "점검항목" holds the codes
    return found


def _is_header(fields: dict[str, int]) -> bool:
    return "status" in fields and bool({"code", "title"} & fields.keys())


def _delimiter(head: str) -> str:
    """The delimiter whose rows contain a header, or "" if none does."""
    first = head.splitlines()[:HEADER_ROWS]
    for delimiter in (",", "\t", ";", "|"):
        try:
            if any(_is_header(_fields(row)) for row in csv.reader(first, delimiter=delimiter)):
                return delimiter
        except csv.Error:
            continue
    return ""


def sniff(head: bytes) -> int:
    if _json.looks_like_json(head) or head.lstrip().startswith(b"<"):
        return 0
    text = _text.head_text(head)
    delimiter = _delimiter(text)
    if not delimiter:
        return 0
    rows = csv.reader(text.splitlines()[:HEADER_ROWS], delimiter=delimiter)
    try:
        coded = any("code" in _fields(row) for row in rows)
    except csv.Error:
        return 0
    # Without a column of codes, the titles have to begin with them: "[U-01] root 계정 …".
    return 50 if coded or _CODE.search(text) else 0


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    yield from _Reader(options or Options()).records(stream)


class _Reader:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.fields: dict[str, int] = {}
        self.targets: dict[Seen, None] = {}
        self.dates: list[str] = []

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        stream.seek(0)
        delimiter = _delimiter(_text.head_text(stream.read(1 << 16)))
        if not delimiter:
            raise _errors.no_header()
        for number, cells in _text.columns(stream, delimiter):
            record = self._row(number, cells)
            if isinstance(record, Row):
                self.targets[record.asset] = None
            if record is not None:
                yield record
        yield self._run()

    def _run(self) -> Run:
        moments = (
            sorted(filter(None, map(_words.moment, {min(self.dates), max(self.dates)})))
            if (self.dates)
            else []
        )
        return Run(
            format=FORMAT,
            tool="KISA",
            tool_version=self.options.edition,
            started_at=moments[0] if moments else None,
            finished_at=moments[-1] if moments else None,
            targets=tuple(self.targets),
        )

    def _row(self, number: int, cells: list[str] | None) -> Record | None:
        if cells is None:
            return Problem(f"line {number}", reasons.BROKEN_LINE)
        if not any(cell.strip() for cell in cells):
            return None
        if not self.fields:
            fields = _fields(cells)
            self.fields = fields if _is_header(fields) else {}
            return None
        return self._check(f"line {number}", cells)

    def _get(self, cells: list[str], field: str) -> str:
        index = self.fields.get(field, len(cells))
        return cells[index] if index < len(cells) else ""

    def _check(self, position: str, cells: list[str]) -> Record:
        raw = _words.short(" | ".join(cells))
        code = _code(self._get(cells, "code") or _leading_code(self._get(cells, "title")))
        outcome = _outcome(self._get(cells, "status"))
        if "\ufffd" in "".join(cells):
            return Problem(position, reasons.UNREADABLE_LETTERS, _words.mask(raw))
        if not code:
            return Problem(position, reasons.NO_RULE, _words.mask(raw))
        if outcome is None:
            return Problem(position, reasons.UNKNOWN_OUTCOME, _words.mask(raw))
        asset = self._asset(cells)
        if asset is None:
            return Problem(position, reasons.NO_ASSET, _words.mask(raw))
        return self._result(position, cells, code, outcome, asset)

    def _asset(self, cells: list[str]) -> Seen | None:
        name = self._get(cells, "host") or self.options.asset
        address = self._get(cells, "ip")
        if not (name or address).strip():
            return None
        # Names are what these lists call a host everywhere; addresses change.
        return _words.host(name or address, name or address)

    def _result(
        self, position: str, cells: list[str], code: str, outcome: Outcome, asset: Seen
    ) -> Row:
        detail = self._get(cells, "detail")
        word = unicodedata.normalize("NFKC", self._get(cells, "severity")).strip()
        date = self._get(cells, "date").strip()
        if date:
            self.dates = [min([date, *self.dates]), max([date, *self.dates])]
        return Row(
            tool=TOOL,
            outcome=outcome,
            rule=code,
            title=_words.short(self._get(cells, "title")) or code,
            asset=asset,
            location=_words.short(self._get(cells, "ip"), 60),
            refs=_words.refs(self._refs(code, self._get(cells, "edition"))),
            severity=_DEFAULT.get(word[:1], _words.severity(word, Severity.MEDIUM)),
            tool_severity=_words.short(word, 40),
            excerpt=_words.excerpt(detail),
            position=position,
            suspicious=_words.suspicious(outcome, detail),
        )

    def _refs(self, code: str, edition_cell: str) -> list[str]:
        year = re.search(r"20\d\d", edition_cell)
        edition = year[0] if year else self.options.edition
        known = _CODE.fullmatch(code) or code in _WEB_APP
        return [f"kisa{edition}:{code}" if known else f"check:{code}"]


def _leading_code(title: str) -> str:
    match = re.match(rf"\W*({_CODE.pattern})(?!\w)", title)
    return match[1] if match else ""


def _code(cell: str) -> str:
    """U-1, u_01 and "U - 01" are U-01. Codes of other guides stay as they are."""
    code = _words.short(unicodedata.normalize("NFKC", cell), 60).upper().strip("[]() ")
    match = _CODE.fullmatch(re.sub(r"\s+", "", code))
    if not match:
        return code
    suffix = f"-{int(match[3])}" if match[3] else ""
    return f"{match[1]}-{int(match[2]):02d}{suffix}"
