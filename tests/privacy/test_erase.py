"""Somebody who has left is erased: the name goes everywhere, the audit log stays whole."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from compliance.accounts import services as accounts
from compliance.accounts.models import Membership, User
from compliance.accounts.roles import Role
from compliance.audit import checking, erasing, keys, proofs
from compliance.audit.models import Alias, Entry
from compliance.audit.services import SYSTEM, sign
from compliance.privacy import services
from compliance.shared.errors import Refused
from tests.conftest import PASSWORD, make_person
from tests.privacy.conftest import ADDRESS, MAIL, NAME, TRACES
from tests.privacy.dumps import columns_with


def report(organisation):
    return checking.check(organisation.pk, known=keys.verifiers())


def test_before_it_the_name_is_everywhere_but_in_entries(left):
    found = columns_with(NAME)
    assert {"accounts_user.name", "audit_alias.text", "requirements_comment.text"} <= found
    assert not any(
        each.startswith("audit_entry.") for text in TRACES for each in columns_with(text)
    )


def test_afterwards_no_column_of_the_database_holds_it(left, manna, olga, garam):
    services.erase(garam, manna, by=olga)
    assert {text: columns_with(text) for text in TRACES} == {text: set() for text in TRACES}


def test_the_chain_its_proofs_and_its_digests_stay(left, manna, olga, garam):
    sign(manna.pk)
    proof = proofs.prove(manna.pk, 3)
    before = list(Entry.objects.filter(organisation_id=manna.pk).values_list("seq", "digest"))
    assert report(manna).intact
    services.erase(garam, manna, by=olga)
    after = list(Entry.objects.filter(organisation_id=manna.pk).values_list("seq", "digest"))
    assert set(before) < set(after)
    assert report(manna).intact
    assert proofs.holds(proof)
    assert proofs.holds(proofs.prove(manna.pk, 3))
    out = StringIO()
    call_command("verify_audit", stdout=out)


def test_pages_and_files_show_the_pseudonym(left, manna, olga, carol, garam, browse):
    services.erase(garam, manna, by=olga)
    said = f"지워진 사람 #{garam.pk}"
    log = browse(carol)
    assert said in log.get("/o/manna/audit/").content.decode()
    for form in ("csv", "jsonl"):
        text = log.get(f"/o/manna/audit/export.{form}").getvalue().decode()
        assert said in text
        assert not any(trace in text for trace in TRACES)
    in_english = browse(carol, language="en").get("/o/manna/audit/").content.decode()
    assert f"Erased person #{garam.pk}" in in_english
    page = browse(carol).get("/o/manna/requirements/order-integration-reference/OI-NET-03/")
    assert f"@{said}" in page.content.decode()


def test_sentences_still_read(left, manna, olga, garam):
    services.erase(garam, manna, by=olga)
    said = {
        entry.action: entry.sentence for entry in Entry.objects.filter(organisation_id=manna.pk)
    }
    assert said["person.signed_in"].startswith(f"지워진 사람 #{garam.pk}")
    assert f"지워진 사람 #{garam.pk}" in said["member.removed"]
    assert "이름 없음" not in "".join(said.values())


def test_the_address_of_mail_is_free_again(left, manna, olga, garam, browse, client):
    services.erase(garam, manna, by=olga)
    assert (
        client.post("/accounts/sign-in/", {"username": MAIL, "password": PASSWORD}).status_code
        == 200
    )
    again = User.objects.create_user(MAIL, PASSWORD, name=NAME)
    accounts.add_member(manna, again, Role.VIEWER, by=olga)
    entry = Entry.objects.filter(organisation_id=manna.pk).latest("seq")
    assert NAME in entry.target_name
    assert f"#{garam.pk}" not in entry.sentence
    assert report(manna).intact


def test_access_records_are_kept_sealed_for_as_long_as_the_law_asks(left, manna, olga, garam):
    services.erase(garam, manna, by=olga)
    assert erasing.read_kept(manna, garam.pk, "침해 사고 조사", by=SYSTEM) == sorted(
        [ADDRESS, MAIL, NAME]
    )
    assert Entry.objects.filter(action="person.kept_read").count() == 1
    assert erasing.over(timezone.now() + timedelta(days=360)) == set()
    assert erasing.over(timezone.now() + timedelta(days=367)) == {(manna.pk, garam.pk)}
    Alias.objects.exclude(kept="").update(kept_until=timezone.now())
    assert services.end_kept() == 1
    assert not Alias.objects.exclude(kept="").exists()
    assert report(manna).intact


def test_a_name_that_nobody_erased_is_missed(left, manna, garam):
    Alias.objects.filter(person_id=garam.pk, kind="name").update(text="", salt="")
    assert [p for p in report(manna).problems if f"a name of person {garam.pk} was removed" in p]


def test_a_name_that_was_changed_is_found(left, manna, garam):
    Alias.objects.filter(person_id=garam.pk, kind="name").update(text="다른 사람")
    assert [p for p in report(manna).problems if f"a name of person {garam.pk} was altered" in p]


def test_a_name_that_is_gone_is_found(left, manna, garam):
    Alias.objects.filter(person_id=garam.pk, kind="address").delete()
    assert [p for p in report(manna).problems if "a name that entries hold is missing" in p]


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_entries_of_somebody_erased_are_not_changed_either(left, manna, olga, garam, verb):
    services.erase(garam, manna, by=olga)
    rows = Entry.objects.filter(actor_id=garam.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(actor_name="") if verb == "update" else rows._raw_delete("default")


def test_who_is_a_member_is_not_erased(worked, manna, olga, garam):
    with pytest.raises(Refused, match="아직"):
        services.erase(garam, manna, by=olga)
    assert User.objects.get(pk=garam.pk).name == NAME


def test_nobody_is_erased_twice(left, manna, olga, garam):
    services.erase(garam, manna, by=olga)
    with pytest.raises(Refused):
        services.erase(User.objects.get(pk=garam.pk), manna, by=olga)


def test_only_an_owner_erases(left, manna, alice, garam, browse):
    with pytest.raises(Refused):
        services.erase(garam, manna, by=alice)
    assert browse(alice).post(f"/o/manna/members/left/{left.pk}/erase").status_code == 403


def test_another_organisations_records_are_not_the_owners(left, manna, olga, sam, elsewhere, garam):
    accounts.add_member(elsewhere, garam, Role.VIEWER, by=sam)
    accounts.remove_member(Membership.objects.get(user=garam, organisation=elsewhere), by=sam)
    with pytest.raises(Refused, match="erase_person"):
        services.erase(garam, manna, by=olga)
    with pytest.raises(CommandError):
        call_command("erase_person", MAIL)
    out = StringIO()
    call_command("erase_person", MAIL, "--yes", "--json", stdout=out)
    assert json.loads(out.getvalue())["person"] == garam.pk
    assert report(manna).intact
    assert report(elsewhere).intact
    assert columns_with(NAME) == set()


def test_a_name_that_two_bear_stays_in_free_texts(left, manna, olga, garam):
    other = make_person("garam2", NAME, manna, Role.VIEWER)
    services.erase(garam, manna, by=olga)
    assert User.objects.get(pk=other.pk).name == NAME
    assert "requirements_comment.text" in columns_with(NAME)
    assert columns_with(MAIL) == set()
    assert report(manna).intact


def test_the_page_says_what_goes_and_asks_who_one_is(
    left, manna, olga, garam, client, time_machine
):
    client.post("/accounts/sign-in/", {"username": "olga@example.com", "password": PASSWORD})
    page = client.get(f"/o/manna/members/left/{left.pk}/").content.decode()
    assert "지워지는 것" in page
    assert "남는 것" in page
    at = timezone.now() + timedelta(seconds=django_settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 5)
    time_machine.move_to(at, tick=False)
    answer = client.post(f"/o/manna/members/left/{left.pk}/erase")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/again/")
    assert User.objects.get(pk=garam.pk).name == NAME


def test_an_entry_from_before_shows_no_erased_name(left, manna, olga, garam):
    """Before names were held apart, entries had them in clear; readers do not see them."""
    with transaction.atomic():
        services.record(garam, "person.signed_out", manna)
    last = Entry.objects.filter(organisation_id=manna.pk).latest("seq")
    services.erase(garam, manna, by=olga)
    found = Entry.objects.get(pk=last.pk)
    found.__dict__["actor_name"] = f"{NAME} <{MAIL}>"
    assert found.actor_name == f"지워진 사람 #{garam.pk}"
