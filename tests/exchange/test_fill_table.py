"""The CSV that came in goes out in its own encoding, every untouched byte as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.exchange.delimited import Table
from compliance.exchange.filling import Why, fill
from compliance.exchange.layouts import Layout, Sheet
from tests.exchange.answered import EVERY, answer, answers
from tests.exchange.forms import CSV_HEADER, table


def filled(form, *items, **options):
    content, layout = form
    return fill(content, "csv", layout, answers(*(items or EVERY)), **options)


def records(content, encoding="cp949", delimiter=","):
    text = content.decode(encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_a_cp949_form_comes_back_as_cp949_with_its_answers():
    rows = records(filled(table()).content)
    assert rows[2][4:] == [
        "Y", "'- 방화벽으로 분리\n- 매월 점검", "EV-0001 방화벽 룰셋 (룰셋.png)", "밥", "",
    ]  # fmt: skip
    assert rows[4][4:] == ["N/A", "", "", "", "서버를 쓰지 않음"]
    assert rows[6][4] == "보류"


def test_untouched_records_keep_their_very_bytes():
    before, after = table()[0], filled(table()).content
    assert CSV_HEADER.encode("cp949") in after
    untouched = [line for line in before.split(b"\r\n") if b"S-02" in line]
    assert untouched[0] in after.split(b"\r\n")
    assert after.endswith(b"\r\n")


def test_nothing_to_say_gives_the_very_same_bytes():
    assert filled(table(), answer("N-01", "not_checked")).content == table()[0]


def test_characters_that_cp949_lacks_are_told_and_utf8_holds_them():
    item = answer("N-01", statement="완료 😀 ᄒᆞᆫ글")
    made = filled(table(), item)
    assert records(made.content)[2][5] == "완료 [U+1F600] [U+1112][U+119E][U+11AB]글"
    assert {note.why for note in made.notes} == {Why.ENCODING}
    assert made.lacking.startswith("😀")
    whole = filled(table(), item, as_utf8=True)
    assert whole.content.startswith(b"\xef\xbb\xbf")
    assert records(whole.content, "utf-8-sig")[2][5] == "완료 😀 ᄒᆞᆫ글"
    assert not whole.notes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp949"])
def test_each_encoding_comes_back_as_itself(encoding):
    content, layout = table(encoding)
    made = fill(content, "csv", layout, answers(answer("N-01", statement="분리함")))
    assert made.content.decode(encoding).count("분리함") == 1
    assert made.content[:3] == content[:3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_and_line_ends_stay(delimiter, end):
    text = delimiter.join(["번호", "요구", "답", "내용"]) + end
    text += delimiter.join(["N-01", "망분리", "", ""]) + end + end
    text += delimiter.join(["N-02", "접근", "", "그대로"])
    layout = Layout(
        [Sheet("", 1, {"title": 2, "answer": 3, "implementation": 4}, {"N-01": [2], "N-02": [4]})],
        encoding="utf-8",
        delimiter=delimiter,
    )
    said = f"한 줄{delimiter}둘"
    made = fill(
        text.encode(), "csv", layout, answers(answer("N-01", statement=said), answer("N-02"))
    )
    assert made.content.decode() == end.join(
        [
            delimiter.join(["번호", "요구", "답", "내용"]),
            delimiter.join(["N-01", "망분리", "Y", f'"{said}"']),
            "",
            delimiter.join(["N-02", "접근", "Y", "그대로"]),
        ]
    )


def test_a_file_that_quotes_everything_goes_on_doing_so():
    text = '"번호","요구","답"\r\n"N-01","망""분리""",""\r\n'
    layout = Layout([Sheet("", 1, {"title": 2, "answer": 3}, {"N-01": [2]})], encoding="utf-8")
    made = fill(text.encode(), "csv", layout, answers(answer("N-01")))
    assert made.content.decode() == '"번호","요구","답"\r\n"N-01","망""분리""","Y"\r\n'


def test_a_record_that_is_too_short_gets_its_columns():
    layout = Layout([Sheet("", 1, {"title": 1, "answer": 4}, {"N-01": [2]})], encoding="utf-8")
    made = fill("요구\n망분리\n".encode(), "csv", layout, answers(answer("N-01")))
    assert made.content.decode() == "요구\n망분리,,,Y\n"


def test_a_row_that_is_gone_is_told():
    layout = Layout([Sheet("", 1, {"title": 1, "answer": 2}, {"N-01": [9]})], encoding="utf-8")
    made = fill("요구\n망분리\n".encode(), "csv", layout, answers(answer("N-01")))
    assert [note.why for note in made.notes] == [Why.NO_ROW]


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ("=1+1", "'=1+1"),
        ("+82-2-123", "'+82-2-123"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1+1", "'＝1+1"),
        ("＠SUM(A1)", "'＠SUM(A1)"),
        ("　=1+1", "'=1+1"),
        ("가\n=1+1", "가\n'=1+1"),
        ("가\n\t=1+1", "가\n'\t=1+1"),
        ("- 분리\n- 점검", "'- 분리\n- 점검"),
        ("가\n- cmd|' /C calc'!A0", "가\n'- cmd|' /C calc'!A0"),
        ('",=1+1', '",=1+1'),
        ("가=나", "가=나"),
    ],
)
def test_nothing_in_a_csv_runs(said, stands):
    made = filled(table(), answer("N-01", statement=said))
    assert records(made.content)[2][5] == stands


@given(text=st.text(alphabet=st.sampled_from(',"\r\n;가a ='), max_size=60))
def test_whatever_was_not_answered_keeps_its_characters(text):
    content = text.encode()
    assert Table(content, encoding="utf-8", delimiter=",").saved() == content


@given(said=st.text(max_size=200), rows=st.integers(1, 4))
def test_an_answer_never_leaves_its_field(said, rows):
    lines = "".join(f"N-{row},요구,,그대로\r\n" for row in range(rows))
    table = Table(lines.encode(), encoding="utf-8", delimiter=",")
    table.put(1, 3, "".join(c for c in said if not "\ud800" <= c <= "\udfff"))
    read = list(csv.reader(io.StringIO(table.saved().decode(), newline="")))
    assert len(read) == rows
    assert {len(row) for row in read} == {4}
    assert not read[0][2].lstrip().startswith(tuple("=+@＝＋－＠"))
