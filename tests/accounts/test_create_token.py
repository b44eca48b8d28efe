"""manage.py create_token"""

import json

import pytest
from django.core.management import CommandError, call_command

from compliance.accounts.models import ApiToken


def run(*options):
    call_command("create_token", "--organisation", "manna", "--name", "ci", *options)


def test_the_printed_token_opens_the_api(adopted, bob, capsys, client):
    run("--by", bob.email, "--json")
    secret = json.loads(capsys.readouterr().out)["token"]
    answer = client.get(
        "/api/v1/o/manna/requirements", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 200


def test_a_stranger_gets_none(manna, sam):
    with pytest.raises(CommandError, match=r"sam@example\.com"):
        run("--by", sam.email)
    assert ApiToken.objects.count() == 0


def test_scopes_and_days_are_said_on_the_line(adopted, bob, capsys, client):
    run("--by", bob.email, "--scope", "read:scans", "--scope", "write:evidence")
    assert ApiToken.objects.get().scopes == ["write:evidence", "read:scans"]
    for wrong in (["--days", "0"], ["--scope", "all"]):
        with pytest.raises(CommandError):
            run("--by", bob.email, *wrong)
    assert ApiToken.objects.count() == 1


def test_an_expired_token_is_no_token(adopted, bob, capsys, client, time_machine):
    run("--by", bob.email, "--days", "1")
    secret = capsys.readouterr().out.strip()
    time_machine.move_to("2099-01-01", tick=False)
    answer = client.get(
        "/api/v1/o/manna/requirements", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 401
