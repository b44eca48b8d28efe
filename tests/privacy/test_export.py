"""A person takes along what is kept about them; an owner what is kept of a leaver."""

import io
import json
import zipfile

import pytest
from django.core.management import call_command
from django.test import Client

from compliance.accounts.models import ApiToken
from compliance.audit.models import Entry
from compliance.privacy import services
from compliance.shared.errors import Refused
from tests.conftest import PASSWORD
from tests.privacy.conftest import ADDRESS, AGENT, MAIL, NAME


def opened(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return {name: found.read(name).decode() for name in found.namelist()}


def test_one_takes_everything_along(worked, garam, at_work, manna):
    files = opened(at_work.post("/accounts/personal-data/take").content)
    account = json.loads(files["account.json"])
    assert (account["name"], account["email"]) == (NAME, MAIL)
    assert account["memberships"][0]["role"] == "contributor"
    assert account["sessions"][0]["address"] == ADDRESS
    assert account["sessions"][0]["user_agent"] == AGENT
    assert account["tokens"][0]["name"] == f"{NAME}의 키"
    kinds = {(row["kind"], *row["as"]) for row in json.loads(files["written.json"])}
    assert ("remediation.Task", "assignee") in kinds
    assert ("requirements.Comment", "by") in kinds
    entries = [json.loads(line) for line in files["audit-manna.jsonl"].splitlines()]
    assert {each["actor_id"] for each in entries} == {garam.pk}
    assert "person.signed_in" in {each["action"] for each in entries}
    assert Entry.objects.get(action="person.exported").actor_id == garam.pk


def test_no_secret_is_in_it(worked, garam):
    whole = "".join(opened(services.export_own(garam, by=garam)).values())
    garam.refresh_from_db()
    assert garam.password not in whole
    assert ApiToken.objects.get(user=garam).digest not in whole
    assert garam.sessions.get().session_key not in whole


def test_nothing_of_others_is_in_it(worked, garam, alice):
    whole = opened(services.export_own(garam, by=garam))
    assert alice.email not in "".join(whole.values())


def test_an_owner_takes_it_of_a_leaver_alone(worked, left, manna, olga, alice, bob, browse):
    page = f"/o/manna/members/left/{left.pk}/take"
    client = Client()
    client.post("/accounts/sign-in/", {"username": olga.email, "password": PASSWORD})
    assert NAME in opened(client.post(page).content)["account.json"]
    assert browse(alice).post(page).status_code == 403
    with pytest.raises(Refused):
        services.export_leaver(bob, manna, by=olga)


def test_the_command_writes_a_file_for_nobody_else(left, tmp_path):
    file = tmp_path / "garam.zip"
    call_command("export_person", MAIL, str(file))
    assert NAME in opened(file.read_bytes())["account.json"]
    assert file.stat().st_mode & 0o077 == 0
