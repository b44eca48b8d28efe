"""Workbooks a row at a time: for those too long to be held."""

import io
import tracemalloc
import zipfile

import openpyxl
import pytest

from compliance.shared.errors import Refused
from compliance.vault import tables
from compliance.vault._grids import BLANK_RUN


def workbook(change=None, **sheets) -> io.BytesIO:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, row in rows.items():
            for column, value in enumerate(row, start=1):
                sheet.cell(number, column, value)
    stream = io.BytesIO()
    book.save(stream)
    if change is None:
        return stream
    made = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return made


def test_rows_keep_their_numbers_and_sheets():
    stream = workbook(one={1: ["a", None, 3], 4: [True, 1.5]}, two={2: ["가"]})
    assert list(tables.stream_xlsx(stream)) == [
        ("one", 0, []),
        ("one", 1, ["a", "", "3"]),
        ("one", 4, ["TRUE", "1.5"]),
        ("two", 0, []),
        ("two", 2, ["가"]),
    ]


def test_what_stands_far_below_the_last_text_is_not_looked_for():
    stream = workbook(one={1: ["a"], 2 + BLANK_RUN: ["b"]}, two={1: ["c"]})
    assert [row[2] for row in tables.stream_xlsx(stream) if row[1]] == [["a"], ["c"]]


def test_a_formula_counts_by_its_saved_value_whatever_it_asks():
    def change(name, content):
        old = b"<v>1</v>"
        new = b'<f>WEBSERVICE("http://192.0.2.1/")</f><v>1</v>'
        return content.replace(old, new) if "sheet1" in name else content

    assert list(tables.stream_xlsx(workbook(change, one={1: [1]})))[1] == ("one", 1, ["1"])


def test_many_rows_take_little_memory():
    stream = workbook(one={n: [f"U-{n:02}", "양호", "web"] for n in range(1, 4001)})
    tracemalloc.start()
    try:
        assert sum(1 for _row in tables.stream_xlsx(stream)) == 4001
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.99])
def test_a_damaged_workbook_is_refused(cut):
    content = workbook(one={1: ["a"]}).getvalue()
    with pytest.raises(Refused):
        list(tables.stream_xlsx(io.BytesIO(content[: int(len(content) * cut)])))
