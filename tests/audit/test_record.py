"""The stream: chained, append-only, and honest about where it was broken."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from compliance.accounts import services as accounts
from compliance.accounts.roles import Role
from compliance.audit import chain, checking, selectors, triggers
from compliance.audit.models import Entry, Head
from compliance.audit.services import SYSTEM, record


def entries_of(organisation):
    return Entry.objects.filter(organisation_id=organisation.pk).order_by("seq")


def test_it_chains_each_entry_to_the_one_before(manna, alice):
    first, second = entries_of(manna)[:2]
    assert first.previous == ""
    assert second.previous == first.digest
    assert second.digest == chain.digest(second)


def test_it_keeps_one_chain_an_organisation(manna, alice, elsewhere, sam):
    assert [entry.seq for entry in entries_of(elsewhere)] == [1, 2]
    assert all(not report.broken for report in checking.check_all())


@pytest.mark.django_db(transaction=True)
def test_it_refuses_to_record_outside_a_transaction(manna):
    with pytest.raises(RuntimeError, match="outside the transaction"):
        record(SYSTEM, "organisation.created", manna)


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_refuses(manna, verb):
    rows = entries_of(manna)
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        rows.update(actor_name="nobody") if verb == "update" else rows._raw_delete("default")


@pytest.fixture
def unlocked(manna, alice):
    """Somebody with the database's keys takes the triggers away."""
    triggers.drop(connection)
    yield manna
    triggers.create(connection)


def test_it_names_the_altered_entry(unlocked):
    entries_of(unlocked).filter(seq=2).update(actor_name="nobody")
    [report] = checking.check_all()
    assert report.broken == "entry 2 (member.added) was altered"


def test_it_names_the_missing_entry(unlocked):
    entries_of(unlocked).filter(seq=1)._raw_delete("default")
    [report] = checking.check_all()
    assert report.broken == "entry 1 is missing"


def test_it_sees_a_cut_tail(unlocked):
    entries_of(unlocked).filter(seq=2)._raw_delete("default")
    [report] = checking.check_all()
    assert "ends at entry 1, but entry 2 was written" in report.broken


def test_a_failed_verb_leaves_no_entry(manna, alice):
    before = entries_of(manna).count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(alice, "person.signed_in", manna)
        raise ZeroDivisionError
    assert entries_of(manna).count() == before
    assert Head.objects.get(organisation_id=manna.pk).seq == before


def test_the_sentence_speaks_the_readers_language(manna, alice, olga, bob):
    membership = bob.memberships.get()
    accounts.add_member(manna, bob, Role.AUDITOR, by=olga)
    entry = selectors.history(membership)[0]
    with translation.override("en"):
        assert entry.sentence.endswith("as Internal auditor")
    with translation.override("ko"):
        assert "심사원 역할로 추가했습니다" in entry.sentence
