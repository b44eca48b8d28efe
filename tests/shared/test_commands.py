"""Commands with stable names fail in one line, and in one JSON object for machines."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

WRONG = [
    ["parse_scan", "nowhere.xml"],
    ["import_profile", "nowhere.yaml"],
    ["verify_packet", "nowhere.pdf"],
    ["import_scan", "--organisation", "nowhere", "nowhere.xml"],
    ["add_evidence", "--organisation", "nowhere", "--requirement", "OI-NET-03", "nowhere.pdf"],
    ["build_packet", "GP-0000-0001", "--out", "."],
    [
        "export_profile",
        "--organisation",
        "nowhere",
        "--profile",
        "x",
        "--format",
        "csv",
        "--out",
        "x",
    ],
]


@pytest.mark.django_db
@pytest.mark.parametrize("command", WRONG, ids=lambda command: command[0])
def test_a_machine_reads_what_is_wrong_as_one_object(command, capsys):
    with pytest.raises(CommandError) as failure:
        call_command(*command, "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["error"] == str(failure.value)
    assert "\n" not in told["error"]


@pytest.mark.django_db
def test_a_database_without_tables_is_said_in_one_line():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_organisation RENAME TO away")
    try:
        # The savepoint: after a failed statement PostgreSQL takes no other in this transaction.
        with pytest.raises(CommandError, match="migrate") as failure, transaction.atomic():
            call_command("import_scan", "--organisation", "manna", "nowhere.xml")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO accounts_organisation")
    assert "\n" not in str(failure.value)


def test_a_folder_that_cannot_be_made_is_refused_before_the_database_is_asked(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(CommandError, match=str(file)):
        call_command("build_packet", "GP-2026-0001", "--out", str(file))


@pytest.mark.parametrize("port", ["99999", "-1", "web"])
def test_up_names_a_port_that_is_none(port):
    with pytest.raises(CommandError, match="port"):
        call_command("up", "--port", port)
