"""KISA-style CSV, as Korean teams and their Excel write it."""

import pytest

from tests.scans.reading import SAMPLES, by_rule, outcomes, read, read_bytes

KOREAN = (SAMPLES / "kisa_results.csv").read_text()


def test_the_five_words_become_outcomes_and_the_rest_goes_to_quarantine():
    rows, problems, run = read("kisa_results.csv")
    assert outcomes(rows) == {"fail": 2, "pass": 3, "not_applicable": 1, "manual": 1, "error": 1}
    assert [problem.position for problem in problems] == ["line 10", "line 11"]
    assert sorted(seen.key for seen in run.targets) == ["order-db-01", "order-web-01"]
    assert run.started_at.date().isoformat() == "2026-11-20"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_every_encoding_that_excel_writes_reads_the_same(encoding):
    assert read_bytes(KOREAN.encode(encoding))[0] == read("kisa_results.csv")[0]


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters_and_a_title_above_the_header(delimiter):
    lines = KOREAN.replace('"minlen=9, PASS_MAX_DAYS 90"', "minlen=9").replace(",", delimiter)
    rows = read_bytes(f"서버 취약점 점검 결과\n\n{lines}".encode())[0]
    assert len(rows) == 8


def test_english_words_and_the_edition_of_a_row():
    rows, problems, _run = read("kisa_english.csv")
    assert [row.outcome.value for row in rows] == [
        "pass",
        "fail",
        "not_applicable",
        "manual",
        "error",
    ]
    assert rows[0].refs == ("kisa2021:U-44",)
    assert not problems


def test_the_edition_is_found_out_unless_said_otherwise():
    assert by_rule(read("kisa_results.csv")[0])["U-66"].refs == ("kisa2026:U-66",)
    assert read("kisa_results.csv", edition="2021")[0][0].refs == ("kisa2021:U-01",)


def test_one_check_of_two_hosts_is_two_identities_of_one_rule():
    first = [row for row in read("kisa_results.csv")[0] if row.rule == "U-01"]
    assert len({row.identity for row in first}) == 2


def test_a_pass_whose_output_says_that_nothing_ran_is_suspicious():
    suspects = [row.rule for row in read("kisa_results.csv")[0] if row.suspicious]
    assert suspects == ["U-28"]


def test_secrets_are_starred_out():
    assert "hunter2" not in by_rule(read("kisa_results.csv")[0])["D-01"].excerpt


def test_severity_words():
    rows = by_rule(read("kisa_results.csv")[0])
    assert (rows["U-02"].severity, rows["U-66"].severity) == ("high", "medium")


@pytest.mark.parametrize(
    "table",
    [
        "No,호스트명,항목코드,점검항목,점검결과(양호/취약)\n1,web,U-01,root 원격 접속 제한,양호(Good)",
        "순번,서버명,점검항목,진단결과\n1,web,[U-01] root 원격 접속 제한,양 호",
        "자산,항목,점검항목,결과,비고\nweb,U-1,root 원격 접속 제한,GOOD,",
        "host;code;status\nweb;u_01;Pass",
    ],
)
def test_headers_as_teams_write_them(table):
    rows, problems, _run = read_bytes(table.encode(), edition="2026")
    assert [(row.rule, row.outcome.value, row.asset.key) for row in rows] == [
        ("U-01", "pass", "web")
    ]
    assert not problems


def test_results_under_another_usual_heading_are_read():
    content = "진단항목,판단결과,장비명\n[U-15] 월드 라이터블 파일,양호,web1\n".encode()
    assert outcomes(read_bytes(content)[0]) == {"pass": 1}
