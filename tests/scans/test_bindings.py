"""Headings and result words of one's own, bound when a table is parsed or imported."""

import json
from argparse import ArgumentTypeError

import pytest
from django.core.management import CommandError, call_command

from compliance.scans.management import _bindings
from compliance.scans.models import ScanRun

TABLE = "관리번호;내용;O/X 여부;기기\nA-7;원격 접속;조치함;web\nA-8;로그;조치 안 함;web\n"
BOUND = [
    *("--column", "code=관리번호", "--column", "title=내용"),
    *("--column", "status=O/X 여부", "--column", "host=기기"),
    *("--word", "조치함=pass", "--word", "조치 안 함=fail"),
]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(TABLE, "utf-8")
    return path


def test_a_table_is_parsed_with_bound_columns(table, capsys):
    call_command("parse_scan", str(table), *BOUND, "--json")
    counts = json.loads(capsys.readouterr().out)
    assert (counts["outcomes"]["pass"], counts["outcomes"]["fail"]) == (1, 1)


def test_without_them_it_is_refused(table):
    with pytest.raises((CommandError, SystemExit)):
        call_command("parse_scan", str(table))


@pytest.mark.django_db
def test_a_run_remembers_what_was_bound(table, manna, adopted, capsys):
    call_command("import_scan", str(table), "--organisation", manna.slug, *BOUND, "--json")
    run = ScanRun.objects.get()
    assert (run.state, run.format) == ("imported", "table")
    assert run.options["words"] == {"조치함": "pass", "조치 안 함": "fail"}
    call_command("import_scan", str(table), "--organisation", manna.slug, *BOUND, "--json")
    assert ScanRun.objects.count() == 1


@pytest.mark.parametrize("value", ["nonsense=x", "status", "status= "])
def test_a_column_has_to_be_one_of_ours(value):
    with pytest.raises(ArgumentTypeError):
        _bindings._column(value)


@pytest.mark.parametrize("value", ["조치함=maybe", "=pass", "pass"])
def test_a_word_has_to_mean_an_outcome(value):
    with pytest.raises(ArgumentTypeError):
        _bindings._word(value)
