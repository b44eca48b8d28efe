"""Changing many assessments at once, and taking it back."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from compliance.audit.checking import check_all
from compliance.audit.models import Entry
from compliance.audit.selectors import history
from compliance.requirements import bulk, services
from compliance.requirements.bulk import Chosen
from compliance.requirements.models import Assessment
from compliance.shared.errors import Refused, Unauthorised

LIST = "/o/manna/requirements/"
BULK = f"{LIST}bulk/"


@pytest.fixture
def rows(manna, adopted):
    """The first five rows of the list."""
    return list(Assessment.objects.filter(organisation=manna).select_related("requirement")[:5])


def ticked(rows):
    return [f"{row.pk}:{row.revision}" for row in rows]


def send(client, rows, op="verdict", **data):
    return client.post(BULK, {"op": op, "scope": "rows", "row": ticked(rows), **data})


def verdicts(rows):
    return [Assessment.objects.get(pk=row.pk).verdict for row in rows]


def test_alice_signs_five_at_once_with_one_entry_a_row_and_one_request(browse, alice, rows):
    send(browse(alice), rows, verdict="met")
    assert verdicts(rows) == ["met"] * 5
    entries = Entry.objects.filter(action="assessment.verdict_set")
    assert entries.count() == 5
    assert len({entry.request_id for entry in entries}) == 1
    signed = Assessment.objects.get(pk=rows[0].pk)
    assert (signed.decided_by, signed.revision) == (alice, 1)
    assert all(not report.broken for report in check_all())


def test_a_row_changed_meanwhile_is_named_and_the_others_go_on(browse, alice, olga, rows):
    services.set_verdict(rows[2], verdict="not_met", reason="", revision=0, by=olga)
    rows[2].revision = 0
    client = browse(alice)
    send(client, rows, verdict="met")
    assert verdicts(rows) == ["met", "met", "not_met", "met", "met"]
    page = client.get(LIST)
    [[name, sentence]] = page.context["last_change"]["refused"]
    assert name.startswith(rows[2].requirement.code)
    assert sentence in page.content.decode()
    # It is said once; undoing stays possible.
    assert client.get(LIST).context["last_change"]["refused"] == []


def test_not_applicable_needs_a_reason_and_nothing_is_changed_without(browse, alice, rows):
    response = send(browse(alice), rows, verdict="not_applicable", reason=" ")
    assert response.status_code == 409
    assert verdicts(rows) == ["not_checked"] * 5
    send(browse(alice), rows, verdict="not_applicable", reason="다른 법인의 시스템이다.")
    assert verdicts(rows) == ["not_applicable"] * 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"row": []},
        {"row": ["x:1"]},
        {"row": ["1"]},
        {"op": "delete"},
        {"verdict": "perfect"},
        {"op": "assign", "owner": "999999", "due": ""},
        {"op": "assign", "owner": "keep", "due": "morgen"},
        {"op": "assign", "owner": "keep", "due": ""},
    ],
)
def test_nonsense_is_refused_with_a_sentence(browse, alice, rows, wrong):
    data = {"op": "verdict", "scope": "rows", "row": ticked(rows), "verdict": "met", **wrong}
    assert browse(alice).post(BULK, data).status_code == 409
    assert verdicts(rows) == ["not_checked"] * 5


def test_htmx_is_sent_back_to_the_list_with_its_filters(browse, alice, rows):
    data = {"op": "verdict", "scope": "rows", "row": ticked(rows), "verdict": "met"}
    answer = browse(alice).post(BULK, data | {"query": "area=NET"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"{LIST}?area=NET"


def test_owner_and_due_are_given_and_what_is_left_alone_stays(browse, alice, bob, rows):
    send(browse(alice), rows, op="assign", owner=bob.pk, due="2027-03-01")
    row = Assessment.objects.get(pk=rows[0].pk)
    assert (row.owner, row.due) == (bob, date(2027, 3, 1))
    fresh = list(Assessment.objects.filter(pk__in=[row.pk for row in rows]))
    send(browse(alice), fresh, op="assign", owner="keep", no_due="1")
    row.refresh_from_db()
    assert (row.owner, row.due) == (bob, None)
    fresh = list(Assessment.objects.filter(pk__in=[row.pk for row in rows]))
    send(browse(alice), fresh, op="assign", owner="", due="")
    row.refresh_from_db()
    assert row.owner is None


def test_everything_that_the_filters_find(browse, alice, manna, adopted):
    client = browse(alice)
    page = client.get(LIST, {"area": "NET"})
    n = page.context["listing"].page.paginator.count
    data = {"op": "verdict", "scope": "filtered", "query": "area=NET", "verdict": "partial"}
    data |= {"expected": n, "seen_at": page.context["seen_at"]}
    client.post(BULK, data)
    changed = Assessment.objects.filter(verdict="partial", organisation=manna)
    assert set(changed.values_list("requirement__area__code", flat=True)) == {"NET"}
    assert changed.count() == n
    # The same again: the filters find the same number, the rows have the verdict already.
    client.post(BULK, data | {"expected": n + 1, "verdict": "met"})
    assert not Assessment.objects.filter(verdict="met").exists()


def test_a_row_that_was_changed_after_the_page_was_made_is_refused(manna, alice, rows):
    before = timezone.now() - timedelta(seconds=5)
    services.set_verdict(rows[0], verdict="not_met", reason="", revision=0, by=alice)
    chosen = [Chosen(row.pk, seen_at=before) for row in rows]
    outcome = bulk.set_verdicts(manna, chosen, verdict="met", reason="", by=alice)
    assert (outcome.changed, len(outcome.refused)) == (4, 1)


def test_alice_takes_it_back_and_the_old_signature_stands_again(browse, alice, olga, rows):
    services.set_verdict(rows[0], verdict="not_met", reason="아직", revision=0, by=olga)
    client = browse(alice)
    send(client, rows, verdict="met")
    client.post(f"{BULK}undo/")
    assert verdicts(rows) == ["not_met", *["not_checked"] * 4]
    row = Assessment.objects.get(pk=rows[0].pk)
    assert (row.decided_by, row.reason) == (olga, "아직")
    assert history(row).first().action == "assessment.taken_back"
    # Taken back once is taken back.
    assert client.post(f"{BULK}undo/").status_code == 409


def test_what_was_changed_since_is_not_taken_back(browse, alice, rows):
    client = browse(alice)
    send(client, rows, verdict="met")
    row = Assessment.objects.get(pk=rows[1].pk)
    services.set_verdict(row, verdict="partial", reason="", revision=row.revision, by=alice)
    client.post(f"{BULK}undo/")
    assert verdicts(rows) == ["not_checked", "partial", *["not_checked"] * 3]


def test_nobody_takes_back_anothers_change_or_an_old_one(manna, alice, olga, rows, settings):
    from compliance.audit.context import RequestFacts, of_request

    with of_request(RequestFacts(request_id="r1")):
        bulk.set_verdicts(
            manna, [Chosen(row.pk, 0) for row in rows], verdict="met", reason="", by=alice
        )
    with pytest.raises(Refused):
        bulk.take_back(manna, "r1", by=olga)
    with pytest.raises(Refused):
        bulk.take_back(manna, "", by=alice)
    bulk.take_back(manna, "r1", by=alice)
    assert verdicts(rows) == ["not_checked"] * 5


def test_another_organisations_rows_are_not_touched(elsewhere, sam, rows, adopted):
    services.adopt(elsewhere, adopted, by=sam)
    outcome = bulk.set_verdicts(
        elsewhere, [Chosen(row.pk, 0) for row in rows], verdict="met", reason="", by=sam
    )
    assert outcome.changed == 0
    assert verdicts(rows) == ["not_checked"] * 5


def test_bob_cannot_tick_rows(browse, bob, manna, rows):
    assert 'name="row"' not in browse(bob).get(LIST).content.decode()
    with pytest.raises(Unauthorised):
        bulk.set_verdicts(manna, [Chosen(rows[0].pk, 0)], verdict="met", reason="", by=bob)
