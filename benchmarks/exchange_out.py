"""Documents out: CPU of filling a form of 1,000 rows, of the checklist and of OSCAL."""

import io
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from openpyxl import Workbook

from compliance.exchange import checklists, oscal_out
from compliance.exchange.answers import About, Answer, Answers, Asked, Given, Words
from compliance.exchange.filling import fill
from compliance.exchange.layouts import Layout, Sheet

ROWS = 1000
ROUNDS = 3
LIMIT_S = 3.0


def measure() -> Iterator[str]:
    yield from filling()


def filling() -> Iterator[str]:
    """A workbook and a CSV of 1,000 rows, statements of 1,000 characters, three evidence each."""
    answers = _answers()
    workbook, layout = _workbook(answers)
    table, table_layout = _table(answers)
    seconds = _median(lambda: fill(workbook, "xlsx", layout, answers))
    assert seconds <= LIMIT_S, seconds  # noqa: S101
    yield f"{'fill a workbook':<28} {ROWS} rows {seconds:>6.2f} s CPU"
    seconds = _median(lambda: fill(table, "csv", table_layout, answers))
    yield f"{'fill a CP949 CSV':<28} {ROWS} rows {seconds:>6.2f} s CPU"
    for name, make in {
        "checklist XLSX": checklists.xlsx,
        "checklist CSV": checklists.csv,
        "OSCAL catalog": oscal_out.catalog,
        "OSCAL results": oscal_out.results,
    }.items():
        size = len(make(answers)) / 1024
        seconds = _median(lambda make=make: make(answers))
        yield f"{name:<28} {ROWS} rows {seconds:>6.2f} s CPU {size:>6.0f} KB"


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return sorted(times)[ROUNDS // 2]


def _answers() -> Answers:
    title = Words("연동 보안 요구사항", "Integration security requirements")
    about = About(
        organisation="바른걸음",
        organisation_slug="bareun",
        platform=Words("플랫폼"),
        identifier="bench",
        version="1",
        edition="",
        title=title,
        status="platform",
        disclaimer=Words(""),
        published_on=date(2026, 1, 1),
        valid_from=None,
        valid_to=None,
        loaded_at=datetime(2026, 1, 1, tzinfo=UTC),
        digest="0" * 64,
        sources=[],
        provenance_codes={},
        parameters={},
        areas=[("NET", Words("네트워크"))],
    )
    return Answers(about, [_answer(number) for number in range(1, ROWS + 1)])


def _answer(number: int) -> Answer:
    asked = Asked(
        f"R-{number:04}",
        "NET",
        "",
        Words("요구사항 제목"),
        Words("요구사항의 세부 내용입니다. " * 10),
        mandatory=True,
        severity="high",
        provenance="platform",
        provenance_details=[],
        tests=[],
        mappings={"isms_p": ["2.6.1"]},
        evidence_kinds=[],
    )
    evidence = [
        Given(
            f"EV-{n:04}",
            "방화벽 룰셋",
            [("룰셋.png", "a" * 64)],
            "accepted",
            stands=True,
            collected_at=date(2026, 1, 1),
            reviewed_at=None,
        )
        for n in range(3)
    ]
    return Answer(asked, "met", "", "이행내용을 적습니다. " * 80, "윤서연", evidence)


COLUMNS = {"code": 1, "title": 2, "answer": 3, "implementation": 4, "evidence_given": 5, "owner": 6}


def _workbook(answers: Answers) -> tuple[bytes, Layout]:
    book = Workbook()
    sheet = book.active
    sheet.append(["번호", "요구사항", "결과", "이행내용", "증적", "담당자"])
    for item in answers.items:
        sheet.append([item.asked.code, item.asked.statement.ko, None, None, None, None])
    out = io.BytesIO()
    book.save(out)
    rows = {item.asked.code: [row] for row, item in enumerate(answers.items, start=2)}
    return out.getvalue(), Layout([Sheet("Sheet", 1, COLUMNS, rows)])


def _table(answers: Answers) -> tuple[bytes, Layout]:
    lines = ["번호,요구사항,결과,이행내용,증적,담당자"]
    lines += [f"{item.asked.code},{item.asked.title.ko},,,," for item in answers.items]
    rows = {item.asked.code: [row] for row, item in enumerate(answers.items, start=2)}
    layout = Layout([Sheet("", 1, COLUMNS, rows)], encoding="cp949", delimiter=",")
    return "\r\n".join(lines).encode("cp949"), layout
