"""A platform's form of 1,000 rows: into a profile, by the verbs that the pages call."""

import io
import time
from collections.abc import Iterator

import openpyxl

from compliance.accounts.models import Organisation, User
from compliance.exchange import services

ROWS = 1_000
ABOUT = {
    "platform": "baemin",
    "platform_title_ko": "배달의민족",
    "title_ko": "성능 측정용 점검표",
    "identifier": "bench-form",
    "version": "1",
    "status": "platform",
    "published": "2026-11-01",
    "adopt": True,
}


def measure() -> Iterator[str]:
    yield from importing()


def importing() -> Iterator[str]:
    """Upload, choices and publishing with the self-assessment begun; the database included."""
    organisation = Organisation.objects.get(slug="bareun")
    by = User.objects.get(email="seoyeon@bareun.example")
    content = workbook(ROWS)
    wall, cpu = time.perf_counter(), time.process_time()
    imported = services.begin(organisation, io.BytesIO(content), name="bench.xlsx", by=by)
    uploaded = time.perf_counter() - wall
    services.choose(imported, revision=0, by=by, about=ABOUT)
    profile = services.publish(imported, revision=1, by=by)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert profile.requirements.count() == ROWS  # noqa: S101
    yield (
        f"import of {ROWS} rows ({len(content) // 1024} KB): {wall:.2f} s wall, {cpu:.2f} s CPU, "
        f"upload {uploaded:.2f} s of it"
    )


def workbook(rows: int) -> bytes:
    """A form as platforms send it: areas merged downwards, texts of a few lines, answer columns."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "점검표"
    sheet.append(
        ["분야", "번호", "요구사항", "세부내용", "중요도", "증적", "이행여부", "이행내용", "비고"]
    )
    for number in range(1, rows + 1):
        first = number % 50 == 1
        sheet.append(
            [
                f"분야 {number // 50 + 1}" if first else None,
                f"{number // 50 + 1}.{number}",
                f"요구사항 {number}: 외부 연결 구간을 나누고 접근을 통제한다",
                "정책을 문서로 둔다\n분기마다 검토한다\n예외는 승인을 받는다",
                "상중하"[number % 3],
                "정책 문서\n검토 기록",
                None,
                None,
                None,
            ]
        )
    for top in range(2, rows + 2, 50):
        sheet.merge_cells(
            start_row=top, end_row=min(top + 49, rows + 1), start_column=1, end_column=1
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
