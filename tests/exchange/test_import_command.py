"""manage.py import_profile for documents that are no Gatepass profile."""

import json

import pytest
from django.core.management import CommandError, call_command

from compliance.exchange import services
from compliance.exchange.models import ProfileForm
from compliance.requirements.models import Assessment, Profile, Requirement
from tests.exchange import workbooks

CATALOG = {
    "catalog": {
        "uuid": "5c1b3a36-7f0d-4c7e-9a53-5f9f4be0a001",
        "metadata": {
            "title": "Controls of the house",
            "last-modified": "2026-05-01T00:00:00Z",
            "version": "1",
            "oscal-version": "1.2.1",
        },
        "groups": [
            {
                "id": "net",
                "title": "Network",
                "controls": [
                    {
                        "id": "net-1",
                        "title": "Separate networks",
                        "parts": [{"id": "net-1_smt", "name": "statement", "prose": "Do so."}],
                    }
                ],
            }
        ],
    }
}


@pytest.fixture
def load(tmp_path):
    def loaded(content, name, *options):
        path = tmp_path / name
        path.write_bytes(content)
        call_command("import_profile", str(path), *options)

    return loaded


def test_a_table_is_loaded_by_its_headers(load, manna, capsys):
    load(workbooks.two_row_header(), "baemin.xlsx", "--guess", "--platform", "baemin",
         "--organisation", "manna", "--json")  # fmt: skip
    answer = json.loads(capsys.readouterr().out)
    assert (answer["identifier"], answer["requirements"], answer["created"]) == ("baemin", 3, True)
    assert ProfileForm.objects.get().layout["sheets"][0]["rows"]["1.10"] == [5, 6]


def test_the_same_table_twice_changes_nothing(load, manna, capsys):
    for _turn in range(2):
        load(workbooks.two_row_csv(), "baemin.csv", "--guess", "--platform", "baemin",
             "--organisation", "manna")  # fmt: skip
    assert "nothing changed" in capsys.readouterr().out
    assert Profile.objects.count() == 1


def test_the_organisation_may_begin_at_once(load, manna):
    load(workbooks.two_row_csv(), "baemin.csv", "--guess", "--platform", "baemin",
         "--organisation", "manna", "--adopt")  # fmt: skip
    assert Assessment.objects.filter(organisation=manna).count() == 3


def test_a_catalogue_is_no_platforms_word_unless_somebody_says_so(load, manna):
    content = json.dumps(CATALOG).encode()
    load(content, "controls.json", "--platform", "baemin", "--organisation", "manna")
    assert Profile.objects.get().status == "baseline"
    assert set(Requirement.objects.values_list("provenance", flat=True)) == {"inferred"}


def test_a_saved_mapping_is_used_by_its_name(load, bring, alice, manna):
    services.save_mapping(bring(workbooks.two_row_header()), name="배민", by=alice)
    load(workbooks.two_row_csv(), "next.csv", "--mapping", "배민", "--platform", "baemin",
         "--organisation", "manna")  # fmt: skip
    assert Profile.objects.get().requirements.count() == 3
    with pytest.raises(CommandError):
        load(workbooks.two_row_csv(), "next.csv", "--mapping", "없음", "--organisation", "manna")


def test_a_table_needs_a_choice(load, manna):
    with pytest.raises(CommandError, match="--guess"):
        load(workbooks.two_row_csv(), "x.csv")


def test_rows_with_errors_are_named(load, db, capsys):
    content = "번호,요구사항\n1,가\n1,나\n".encode()
    with pytest.raises(CommandError):
        load(content, "twice.csv", "--guess", "--platform", "baemin", "--json")
    assert json.loads(capsys.readouterr().out)["rows"][0]["row"] == 3
    with pytest.raises(CommandError):
        load(content, "twice.csv", "--guess", "--platform", "baemin")
    assert "3:" in capsys.readouterr().err
    assert not Profile.objects.exists()


def test_an_unknown_organisation(load, db):
    with pytest.raises(CommandError, match="nobody"):
        load(b"x", "x.csv", "--organisation", "nobody")


def test_xml_and_old_workbooks_are_told_by_their_content(load, db):
    with pytest.raises(CommandError, match="XML"):
        load(b'<?xml version="1.0"?><catalog/>', "catalog.json")
    with pytest.raises(CommandError, match="XLS"):
        load(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "old.xlsx", "--guess")
    assert not Profile.objects.exists()
