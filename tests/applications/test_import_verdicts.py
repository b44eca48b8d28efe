"""The platform's list comes as a file: headers guessed, mistakes beside their rows."""

import io
import json
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from compliance.applications import verdict_files
from compliance.applications.models import ReceivedVerdict
from compliance.shared.errors import Refused

HEAD = "No,항목번호,심사결과,보완요청 내용,회신기한\n"
GOOD = HEAD + "1,OI-NET-03,보완요청,증적을 보완,2026.12.20\n2,OI-NET-05,적합,,\n3,OI-NET-06,,,\n"


def filled(*rows) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def saved(book, *merged) -> bytes:
    for area in merged:
        book.active.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes, name: str, adopted, stored=None):
    rows = verdict_files.read_table(data, name)
    layout = verdict_files.guess(rows)
    return verdict_files.understand(rows, layout, adopted.requirements.all(), stored or {})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_a_csv_in_every_encoding_of_korean_offices(adopted, encoding):
    lines = read(GOOD.encode(encoding), "결과.csv", adopted)
    assert [(line.code, line.word.verdict, str(line.word.due)) for line in lines] == [
        ("OI-NET-03", "supplement", "2026-12-20"),
        ("OI-NET-05", "met", "None"),
    ], "a row without a verdict is not judged yet"


def test_a_workbook_with_a_title_above_the_header(adopted):
    book = filled(
        ["2026년 심사 결과"],
        [],
        ["영역", "요구사항 번호", "판정", "심사 의견"],
        ["네트워크", "oi-net-03", "부적합", "분리되지 않음"],
    )
    (line,) = read(saved(book), "결과.xlsx", adopted)
    assert (line.number, line.word.verdict, line.word.words) == (4, "not_met", "분리되지 않음")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("OI-XXX-99,적합,,", "“OI-XXX-99” is no requirement of this round."),
        ("OI-NET-05,애매,,", "“애매” is no verdict."),
        ("OI-NET-05,보완,,", "Write the platform's words"),
        ("OI-NET-05,적합,,언젠가", "The day is not readable."),
        ("OI-NET-05,적합,,2026-02-31", "The day is not readable."),
        ("OI-NET-03,적합,,", "The requirement stands in row 2 already."),
        (",적합,,", "The requirement number is missing."),
        ("OI-NET-05,,내용만,", "The verdict is missing."),
    ],
)
def test_a_mistake_is_one_sentence_beside_its_row(adopted, in_english, row, sentence):
    data = f"번호,판정,의견,기한\nOI-NET-03,적합,,\n{row}\n"
    good, bad = read(data.encode(), "결과.csv", adopted)
    assert not good.lack
    assert bad.lack.startswith(sentence)
    assert bad.number == 3


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"PK\x03\x04 nothing", "x.xlsx"),
        (b"%PDF-1.4", "x.pdf"),
        (b"", "x.csv"),
        (b"\x00\x01\x02", "x.csv"),
        (b"\x81\xff\xfd" * 20, "x.csv"),
        (b"a" * (verdict_files.LARGEST_FILE + 1), "x.csv"),
        (b"a\n" * (verdict_files.MOST_ROWS + 1), "x.csv"),
        (b'a,"' + b"b" * 200_000 + b'"\n', "x.csv"),
    ],
    ids=["no workbook", "a PDF", "empty", "binary", "no text", "too large", "long", "wide cell"],
)
def test_what_is_no_list_is_refused_with_a_sentence(data, name):
    with pytest.raises(Refused):
        verdict_files.read_table(data, name)


def test_headers_over_two_rows_and_titles_of_sections_are_understood(adopted):
    book = filled(
        ["항목번호", "심사 결과", None, "회신기한"],
        [None, "판정", "심사의견", None],
        ["네트워크 및 정보보호 시스템"],
        ["OI-NET-03", "조건부 적합", "접근 목록을 보완", date(2026, 12, 20)],
        ["OI-NET-05", "N/A", None, "2026년 12월 20일"],
    )
    data = saved(book, "A1:A2", "B1:C1", "D1:D2", "A3:D3")
    lines = read(data, "결과.xlsx", adopted)
    assert [(line.number, line.lack, line.word.verdict, str(line.word.due)) for line in lines] == [
        (4, "", "supplement", "2026-12-20"),
        (5, "", "not_applicable", "2026-12-20"),
    ]


def test_a_day_merged_over_rows_holds_for_each_of_them(adopted):
    book = filled(
        ["번호", "판정", "의견", "기한"],
        ["OI-NET-03", "보완", "가", "2026-12-20"],
        ["OI-NET-05", "부적합", "나", None],
    )
    lines = read(saved(book, "D2:D3"), "결과.xlsx", adopted)
    assert {str(line.word.due) for line in lines} == {"2026-12-20"}


def test_the_list_is_found_on_whichever_sheet_it_stands(adopted):
    book = filled(["공문"], ["심사 결과를 통지합니다."])
    sheet = book.create_sheet("심사결과")
    sheet.append(["번호", "판정"])
    sheet.append(["OI-NET-03", "적합"])
    (line,) = read(saved(book), "결과.xlsx", adopted)
    assert line.word.verdict == "met"


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_line_break_in_a_cell_and_every_delimiter(adopted, delimiter):
    text = delimiter.join(["번호", "판정", "의견"]) + "\n"
    text += delimiter.join(["OI-NET-03", "보완요청", '"첫째\n둘째"']) + "\n"
    (line,) = read(text.encode("cp949"), "결과.csv", adopted)
    assert line.word.words == "첫째\n둘째"


def test_a_workbook_that_fetches_from_elsewhere_is_refused(in_english):
    book = filled(["번호", "판정"], ["OI-NET-03", "=cmd|'/c calc'!A0"])
    with pytest.raises(Refused, match="starts other programs"):
        verdict_files.read_table(saved(book), "결과.xlsx")


# The page: preview, then apply


def address(application):
    return f"/o/manna/applications/{application.number}/rounds/1/verdicts/import/"


def preview(client, application, text=GOOD, name="결과.csv"):
    page = client.post(address(application), {"file": SimpleUploadedFile(name, text.encode())})
    return page, page.context


def test_nothing_is_stored_before_it_is_applied(in_review, alice, browse):
    client = browse(alice)
    page, context = preview(client, in_review)
    assert page.status_code == 200
    assert (context["total"], context["new"], context["wrong"]) == (2, 2, 0)
    assert not ReceivedVerdict.objects.exists()
    columns = {f"column-{key}": chosen for key, _label, chosen in context["layout"]}
    sent = {"rows": context["packed"], "header": context["header"], "apply": "all", **columns}
    assert client.post(address(in_review), sent).status_code == 302
    assert ReceivedVerdict.objects.count() == 2


def test_rows_with_mistakes_are_left_out_only_when_that_is_said(in_review, alice, browse):
    client = browse(alice)
    _page, context = preview(client, in_review, GOOD + "4,OI-XXX-99,적합,,\n")
    columns = {f"column-{key}": chosen for key, _label, chosen in context["layout"]}
    sent = {"rows": context["packed"], "header": context["header"], **columns}
    assert client.post(address(in_review), sent | {"apply": "all"}).status_code == 200
    assert not ReceivedVerdict.objects.exists()
    assert client.post(address(in_review), sent | {"apply": "rest"}).status_code == 302
    assert ReceivedVerdict.objects.count() == 2


def test_unknown_headers_are_chosen_by_hand(in_review, alice, browse):
    client = browse(alice)
    text = "ㄱ,ㄴ\nOI-NET-05,적합\n"
    page, context = preview(client, in_review, text)
    assert not context["is_whole"]
    assert "인식" in page.content.decode() or "찾지 못했습니다" in page.content.decode()
    sent = {"rows": context["packed"], "header": 1, "column-code": 0, "column-verdict": 1}
    again = client.post(address(in_review), sent)
    assert again.context["new"] == 1


def test_a_preview_of_another_round_or_an_altered_one_is_refused(in_review, alice, browse):
    client = browse(alice)
    _page, context = preview(client, in_review)
    for packed in ("", context["packed"][:-3], "x" * 50):
        answer = client.post(address(in_review), {"rows": packed, "apply": "all"})
        assert answer.status_code == 409
    assert not ReceivedVerdict.objects.exists()


# The command


def test_the_command_stores_the_list(in_review, alice, tmp_path, capsys):
    file = tmp_path / "결과.csv"
    file.write_text(GOOD, "utf-8")
    arguments = ["import_verdicts", str(file), "--organisation", "manna"]
    call_command(*arguments, "--application", in_review.number, "--json")
    told = json.loads(capsys.readouterr().out)
    assert told == {"application": in_review.number, "round": 1, "rows": 2, "changed": 2}
    assert ReceivedVerdict.objects.get(verdict="supplement").words == "증적을 보완"


def test_the_command_stores_nothing_of_a_list_with_a_mistake(in_review, alice, tmp_path, capsys):
    file = tmp_path / "결과.csv"
    file.write_text(GOOD + "4,OI-XXX-99,적합,,\n", "utf-8")
    arguments = ["import_verdicts", str(file), "--organisation", "manna"]
    with pytest.raises(CommandError):
        call_command(*arguments, "--application", in_review.number, "--json")
    assert json.loads(capsys.readouterr().out)["rows"][0]["row"] == 5
    assert not ReceivedVerdict.objects.exists()


@pytest.mark.parametrize("number", ["GP-1999-0001", "x"])
def test_the_command_names_what_is_not_there(in_review, tmp_path, number):
    file = tmp_path / "x.csv"
    file.write_text(GOOD, "utf-8")
    with pytest.raises(CommandError):
        call_command(
            "import_verdicts", str(file), "--organisation", "manna", "--application", number
        )
