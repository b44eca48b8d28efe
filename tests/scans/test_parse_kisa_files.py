"""KISA results that are no CSV: workbooks, JSON, what scripts print. And the guide's edition."""

import io

import openpyxl
import pytest

from compliance.scans import reasons
from compliance.shared.errors import Refused
from tests.scans import mutations
from tests.scans.reading import SAMPLES, by_rule, outcomes, read, read_bytes

KOREAN = (SAMPLES / "kisa_results.csv").read_text()


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_with_a_sheet_a_host():
    header = ["항목코드", "점검항목", "중요도", "점검결과", "현황"]
    content = workbook(
        표지=[["서버 취약점 점검"], ["2026년 상세가이드 기준"]],
        웹=[
            ["호스트명", "order-web-01"],
            [],
            header,
            ["U-01", "root 계정 원격 접속 제한", "상", "취약", "PermitRootLogin\nyes"],
            ["U-02", "비밀번호 관리정책 설정", "상", "양호", 9],
        ],
        DB=[
            ["호스트명: order-db-01"],
            [*header, "비고"],
            ["D-01", "기본 계정의 비밀번호 변경", "상", "N/A", None, "없음"],
            ["D-02", "불필요한 계정", "중", "글쎄"],
        ],
    )
    rows, problems, run = read_bytes(content)
    assert [(row.asset.key, row.rule, row.outcome.value, row.position) for row in rows] == [
        ("order-web-01", "U-01", "fail", "웹!4"),
        ("order-web-01", "U-02", "pass", "웹!5"),
        ("order-db-01", "D-01", "not_applicable", "DB!3"),
    ]
    assert rows[0].refs == ("kisa2026:U-01",)
    assert [problem.position for problem in problems] == ["DB!4"]
    assert run.tool_version == "2026"


def test_one_check_alone_as_json_and_a_pass_that_could_not_look():
    rows, problems, run = read("kisa_one.json")
    assert [(row.rule, row.outcome.value, row.suspicious) for row in rows] == [
        ("U-02", "pass", True)
    ]
    assert (rows[0].asset.key, rows[0].refs) == ("order-web-01", ("kisa2026:U-02",))
    assert "Permission denied" in rows[0].excerpt
    assert run.started_at.isoformat() == "2026-11-20T10:00:00+09:00"
    assert not problems


def test_json_with_a_list_of_checks_a_host():
    rows, problems, _run = read("kisa_host.json")
    assert [(row.asset.key, row.rule, row.outcome.value) for row in rows] == [
        ("order-web-01", "U-01", "pass"),
        ("order-web-01", "U-05", "fail"),
        ("order-web-01", "U-06", "not_applicable"),
        ("order-db-01", "U-01", "manual"),
        ("order-db-01", "U-64", "error"),
    ]
    assert (rows[1].severity, rows[1].excerpt) == ("high", "toor:0")
    assert [problem.position for problem in problems] == ["record 1.4"]


def test_json_whose_host_stands_behind_its_checks():
    content = """{"결과": [{"항목코드": "U-01", "점검결과": "양호"}, {"항목코드": "U-02", "점검결과": "취약"}],
        "meta": {"edition": "2021"}, "host": {"name": "order-web-01", "ip": "10.0.1.11"}}"""
    rows, _problems, _run = read_bytes(content.encode())
    assert [(row.rule, row.asset.key, row.refs[0]) for row in rows] == [
        ("U-01", "order-web-01", "kisa2021:U-01"),
        ("U-02", "order-web-01", "kisa2021:U-02"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("name", ["kisa_host.json", "kisa_report.txt"])
def test_every_encoding_reads_the_same(name, encoding):
    text = (SAMPLES / name).read_text("utf-8")
    assert read_bytes(text.encode(encoding))[0] == read(name)[0]


def test_what_a_script_prints():
    rows, problems, run = read("kisa_report.txt")
    assert [(row.rule, row.title, row.outcome.value) for row in rows] == [
        ("U-01", "root 계정 원격접속 제한", "fail"),
        ("U-02", "패스워드 복잡성 설정", "pass"),
        ("U-03", "계정 잠금 임계값 설정", "pass"),
        ("U-04", "패스워드 파일 보호", "not_applicable"),
        ("U-05", "root 홈, 패스 디렉터리 권한 및 패스 설정", "manual"),
    ]
    assert {row.asset.key for row in rows} == {"order-web-01"}
    assert rows[0].excerpt == "PermitRootLogin yes"
    assert [row.rule for row in rows if row.suspicious] == ["U-03"]
    assert [problem.position for problem in problems] == ["line 20"]
    assert run.tool_version == "2021"


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("U-01|root 계정 원격 접속 제한|양호", "pass"),
        ("U-01\troot 계정 원격 접속 제한\t취약", "fail"),
        ("[U-01] root 계정 원격 접속 제한 ........ [ 취약 ]", "fail"),
        ("※ U-01 결과 : 양호(Good)", "pass"),
        ("U-01 VULN", "fail"),
    ],
)
def test_lines_as_scripts_write_them(line, outcome):
    rows, problems, _run = read_bytes(f"점검\n{line}\n".encode(), asset="web", edition="2026")
    assert [(row.rule, row.outcome.value) for row in rows] == [("U-01", outcome)]
    assert not problems


# Editions


@pytest.mark.parametrize(
    ("above", "rows", "edition"),
    [
        ("주요정보통신기반시설 상세가이드 2021년판", "U-01,root 원격접속 제한", "2021"),
        ("KISA 2026 기준", "U-01,root 원격접속 제한", "2026"),
        ("점검 결과 2021-03-04", "U-05,root 이외의 UID가 0", "2026"),
        ("점검 결과", 'U-05,"root 홈, 패스 디렉터리 권한"', "2021"),
        ("점검 결과", "U-72,정책에 따른 로깅", "2021"),
        ("점검 결과", "WEB-03,비밀번호 파일 권한", "2026"),
    ],
)
def test_an_edition_is_found_by_what_the_file_says(above, rows, edition):
    content = f"{above}\n코드,항목명,결과,호스트\n{rows},양호,web\n".encode()
    found, _problems, run = read_bytes(content)
    assert found[0].refs[0].startswith(f"kisa{edition}:")
    assert not run.notes


def test_an_edition_nobody_names_is_said_to_be_unknown():
    content = "코드,결과,호스트\nU-01,양호,web\n".encode()
    rows, problems, run = read_bytes(content)
    assert rows[0].refs == ("kisa:U-01",)
    assert run.notes == (reasons.UNKNOWN_EDITION,)
    assert not problems
    assert read_bytes(content, edition="2021")[0][0].refs == ("kisa2021:U-01",)


def test_an_edition_somebody_chose_beats_what_the_titles_look_like():
    assert by_rule(read("kisa_results.csv", edition="2021")[0])["U-66"].refs == ("kisa2021:U-66",)


# Words and columns of one's own


def test_words_and_columns_can_be_bound():
    content = (
        "관리번호;내용;O/X 여부;기기\nA-7;원격 접속;조치함;web\nA-8;로그;조치 안 함;web\n".encode()
    )
    with pytest.raises(Refused):
        read_bytes(content)
    rows, problems, run = read_bytes(
        content,
        columns={"code": "관리번호", "title": "내용", "status": "O/X 여부", "host": "기기"},
        words={"조치함": "pass", "조치 안 함": "fail"},
    )
    assert [(row.rule, row.title, row.outcome.value, row.asset.key) for row in rows] == [
        ("A-7", "원격 접속", "pass", "web"),
        ("A-8", "로그", "fail", "web"),
    ]
    assert (problems, run.format) == ([], "table")


def test_a_table_of_anybody_is_guessed():
    rows, problems, run = read("table.csv")
    assert [(row.rule, row.outcome.value, row.severity.value) for row in rows] == [
        ("AC-1", "pass", "medium"),
        ("AC-2", "fail", "high"),
    ]
    assert "ismsp2023:2.6.6" in rows[0].refs
    assert "cwe:284" in rows[1].refs
    assert (len(problems), run.finished_at.date().isoformat()) == (1, "2026-11-19")


def test_a_list_of_flaws_needs_no_column_of_results():
    content = "취약점명,위험도,IP\nCVE-2026-1234 취약한 버전,상,10.0.1.11\n".encode()
    rows, _problems, _run = read_bytes(content)
    assert outcomes(rows) == {"fail": 1}
    assert "cve:CVE-2026-1234" in rows[0].refs


def test_a_matrix_of_items_and_hosts_is_a_row_for_each_cell():
    rows, problems, run = read("kisa_matrix.csv")
    found = {(row.asset.key, row.rule): row.outcome.value for row in rows}
    assert found == {
        ("order-web-01", "U-01"): "pass",
        ("order-web-02", "U-01"): "fail",
        ("settle-db", "U-01"): "pass",
        ("order-web-01", "U-02"): "fail",
        ("order-web-02", "U-02"): "fail",
        ("settle-db", "U-02"): "not_applicable",
        ("order-web-01", "U-16"): "pass",
        ("settle-db", "U-16"): "manual",
        ("order-web-01", "U-66"): "pass",
        ("order-web-02", "U-66"): "pass",
    }
    assert [problem.reason for problem in problems] == [reasons.UNKNOWN_OUTCOME]
    assert (run.format, run.tool_version) == ("kisa-csv", "2026")
    assert {seen.key for seen in run.targets} == {"order-web-01", "order-web-02", "settle-db"}
    assert {ref for row in rows for ref in row.refs if row.rule == "U-01"} == {"kisa2026:U-01"}


def test_a_matrix_in_a_workbook_and_in_korean_letters_of_windows():
    lines = (SAMPLES / "kisa_matrix.csv").read_text().splitlines()
    as_csv, _problems, _run = read("kisa_matrix.csv")
    korean, _problems, _run = read_bytes("\n".join(lines).encode("cp949"))
    assert [row.identity for row in korean] == [row.identity for row in as_csv]
    sheet, _problems, _run = read_bytes(mutations.workbook(SAMPLES / "kisa_matrix.csv"))
    assert [row.identity for row in sheet] == [row.identity for row in as_csv]


@pytest.mark.parametrize("heading", ["1차 점검,2차 점검", "조치 전,조치 후", "2025년,2026년"])
def test_rounds_and_years_are_no_hosts(heading):
    table = f"항목코드,점검항목,{heading}\nU-01,root,양호,취약\nU-02,암호,양호,취약\n"
    rows, _problems, _run = read_bytes(table.encode(), asset="order-web-01")
    assert {row.asset.key for row in rows} <= {"order-web-01"}
