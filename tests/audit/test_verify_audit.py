"""manage.py verify_audit"""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from compliance.audit import triggers
from compliance.audit.models import Entry, Head


def test_it_says_that_every_chain_is_intact(manna, alice, capsys):
    call_command("verify_audit", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert answer["intact"] is True
    assert answer["chains"][0]["entries"] == 2


def test_it_fails_and_names_the_broken_entry(manna, alice, capsys):
    triggers.drop(connection)
    Entry.objects.filter(seq=1).update(data={"forged": True})
    triggers.create(connection)
    with pytest.raises(CommandError, match="1 of 1 audit chains are broken"):
        call_command("verify_audit")
    assert "entry 1 (organisation.created) was altered" in capsys.readouterr().out


def test_a_head_that_was_taken_away_is_missed(manna, alice, capsys):
    Head.objects.all().delete()
    with pytest.raises(CommandError, match="1 of 1 audit chains are broken"):
        call_command("verify_audit")
    assert "the head of the chain is missing" in capsys.readouterr().out


def test_the_last_entries_taken_away_are_missed(manna, alice, capsys):
    triggers.drop(connection)
    Entry.objects.order_by("-seq")[:1].get().delete()
    triggers.create(connection)
    with pytest.raises(CommandError):
        call_command("verify_audit")
    assert "the chain ends at entry 1, but entry 2 was written" in capsys.readouterr().out


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps times times")
def test_a_time_that_is_none_is_a_broken_chain(manna, alice, capsys):
    triggers.drop(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET at = 'yesterday' WHERE seq = 2")
    triggers.create(connection)
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_audit")
    assert "cannot be read" in capsys.readouterr().out
