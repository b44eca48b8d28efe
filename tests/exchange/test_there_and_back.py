"""A form that nobody here designed goes in, is answered, and comes back out in its own shape."""

import io

import openpyxl
import pytest

from compliance.exchange import exporting
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment
from tests.exchange import workbooks


@pytest.fixture
def answered(alice):
    """answered(profile): the first item is met with a statement, the last one does not apply."""

    def done(profile):
        rows = Assessment.objects.filter(requirement__profile=profile).order_by(
            "requirement__order"
        )
        first, last = rows.first(), rows.last()
        requirements.write_statement(
            first, text="두 대로 나누었다", revision=first.revision, by=alice
        )
        requirements.set_verdict(first, verdict="met", reason="", revision=first.revision, by=alice)
        requirements.set_verdict(
            last,
            verdict="not_applicable",
            reason="해당 업무가 없다",
            revision=last.revision,
            by=alice,
        )

    return done


def filled(manna, profile):
    made = exporting.make(manna, profile, exporting.Format.FORM)
    return made.content


@pytest.mark.parametrize(
    ("content", "name", "cells"),
    [
        (workbooks.two_row_header(), "1.xlsx", {"F4": "Y", "G4": "두 대로 나누었다", "F7": "N/A", "C7": "주문 정보는 30일 뒤 지운다"}),
        (workbooks.sheets_per_area(), "2.xlsx", {"D3": "적합", "E3": "두 대로 나누었다"}),
        (workbooks.english_sections(), "3.xlsx", {"D3": "○", "E3": "두 대로 나누었다", "D6": "N/A"}),
    ],
)  # fmt: skip
def test_three_companies_get_their_own_form_back(
    bring, publish, answered, manna, content, name, cells
):
    profile = publish(bring(content, name))
    answered(profile)
    book = openpyxl.load_workbook(io.BytesIO(filled(manna, profile)))
    before = openpyxl.load_workbook(io.BytesIO(content))
    sheet = next(
        each for each in book if each[next(iter(cells))].value == next(iter(cells.values()))
    )
    assert {cell: sheet[cell].value for cell in cells} == cells
    assert [each.merged_cells.ranges for each in book] == [
        each.merged_cells.ranges for each in before
    ]


def test_the_csv_twin_comes_back_in_cp949(bring, publish, answered, manna):
    profile = publish(bring(workbooks.two_row_csv(), "twin.csv"))
    answered(profile)
    lines = filled(manna, profile).decode("cp949").splitlines()
    assert "두 대로 나누었다" in lines[3]
    assert lines[0].startswith("보안 점검표")
