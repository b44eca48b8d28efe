"""manage.py verify_audit"""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from compliance.audit import triggers
from compliance.audit.models import Entry


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
