"""What the server's own log says of refusals and of errors, and what strangers hear of them."""

import json
import logging
from datetime import datetime

import pytest
from django.test import Client

from compliance.audit.models import Entry

VERDICT = "/o/manna/requirements/order-integration-reference/OI-NET-03/verdict/"


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.WARNING)
    return lambda name: [each.getMessage() for each in caplog.records if each.name == name]


def test_whom_the_server_refused_what_is_one_line(browse, dave, assessment, lines):
    answer = browse(dave).post(VERDICT, REMOTE_ADDR="203.0.113.9")
    [said] = lines("gatepass.refusals")
    assert answer.status_code == 403
    assert f"person={dave.pk} " in said
    assert "403 POST requirements:verdict" in said
    assert "address=203.0.113.9" in said
    assert answer["X-Request-ID"] in said


def test_a_machine_without_a_token_is_a_line_and_its_token_is_not(client, manna, lines):
    secret = "gp_not_a_token_of_anybody"
    answer = client.get(
        "/api/v1/o/manna/requirements", headers={"Authorization": f"Bearer {secret}"}
    )
    [said] = lines("gatepass.refusals")
    assert answer.status_code == 401
    assert "person=-" in said
    assert secret not in said


def test_who_passes_is_no_line(browse, alice, manna, lines):
    assert browse(alice).get("/o/manna/requirements/").status_code == 200
    assert lines("gatepass.refusals") == []


def test_an_unexpected_error_is_logged_and_strangers_hear_nothing_of_it(
    alice, manna, monkeypatch, caplog
):
    from compliance.accounts.views import people

    def broken(*_arguments, **_named):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(people, "render", broken)
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    answer = client.get("/o/manna/members/")
    assert answer.status_code == 500
    assert b"ZeroDivisionError" not in answer.content
    assert b"secret detail" not in answer.content
    [record] = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert record.exc_info[0] is ZeroDivisionError


def test_an_entry_says_when_where_who_what_and_to_what(browse, alice, carol, assessment):
    facts = {"verdict": "not_met", "reason": "", "revision": assessment.revision}
    answer = browse(alice).post(VERDICT, facts, REMOTE_ADDR="203.0.113.9")
    entry = Entry.objects.get(action="assessment.verdict_set")
    assert (entry.actor_id, entry.address) == (alice.pk, "203.0.113.9")
    assert entry.request_id == answer["X-Request-ID"]
    assert entry.target_id == str(assessment.pk) or entry.target_id == assessment.pk
    told = browse(carol).get("/o/manna/audit/export.jsonl").getvalue().decode().splitlines()
    [line] = [each for each in map(json.loads, told) if each["seq"] == entry.seq]
    assert datetime.fromisoformat(line["at"]) == entry.at
    assert datetime.fromisoformat(line["at"]).utcoffset() is not None
