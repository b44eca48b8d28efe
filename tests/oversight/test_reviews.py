"""Reviews of accounts and of access records: what stands out, what must be said, where it lands."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.accounts import limits
from compliance.accounts import services as accounts
from compliance.accounts.models import ApiToken, Membership, User
from compliance.audit import context
from compliance.audit.models import Entry
from compliance.audit.services import record_read
from compliance.evidence.actions import Action as Evidence
from compliance.evidence.models import EvidenceLink
from compliance.oversight import reviewing, signing
from compliance.oversight.models import Review
from compliance.remediation import keeping
from compliance.remediation.keeping import NewDuty
from compliance.remediation.models import DutyOccurrence

REVIEWS = "/o/manna/audit/reviews/"


@pytest.fixture(autouse=True)
def _a_thursday_noon():
    with time_machine.travel("2026-11-26T12:00:00+09:00", tick=False):
        yield


def accounts_now(manna):
    today = timezone.localdate()
    return reviewing.snapshot(manna, "accounts", today, today)


def keys(seen):
    return {point["key"] for point in seen["points"]}


def test_accounts_that_nobody_uses_stand_out(manna, olga, alice, bob, dave):
    User.objects.filter(pk=alice.pk).update(last_login=timezone.now() - timedelta(days=91))
    User.objects.filter(pk=bob.pk).update(last_login=timezone.now() - timedelta(days=89))
    Membership.objects.filter(user=dave).update(started_at=timezone.now() - timedelta(days=91))
    assert keys(accounts_now(manna)) == {f"dormant:{alice.pk}", f"never:{dave.pk}", "owners"}


def test_the_last_day_of_a_membership_is_shown(manna, olga, carol):
    day = timezone.localdate() + timedelta(days=40)
    member = Membership.objects.get(organisation=manna, user=carol)
    limits.set_terms(member, limits.Terms(ends_on=day), by=olga)
    seen = reviewing.snapshot(manna, "accounts", day, day)
    terms = {each["name"]: each["terms"] for each in seen["people"]}
    assert [day.isoformat() in each for each in terms.pop(carol.name)] == [True]
    assert not any(terms.values())


def test_tokens_of_leavers_and_unused_ones_stand_out(manna, olga, alice, bob):
    for person in (alice, bob):
        accounts.create_token(manna, by=person, name=f"CI of {person.name}", days=365)
    ApiToken.objects.filter(user=alice).update(created_at=timezone.now() - timedelta(days=100))
    Membership.objects.filter(user=bob).update(ended_at=timezone.now())
    first, second = ApiToken.objects.order_by("pk")
    assert {f"token:{first.pk}", f"left:{second.pk}"} <= keys(accounts_now(manna))


def look(manna, person, when, *, times=1, address="10.0.0.5"):
    facts = context.RequestFacts("r", address, "a browser")
    with time_machine.travel(when, tick=False), context.of_request(facts):
        for _each in range(times):
            record_read(person, Evidence.VIEWED, manna, name="a.pdf")


def accesses(manna):
    return reviewing.snapshot(manna, "accesses", date(2026, 10, 1), date(2026, 10, 31))


def test_unusual_accesses_stand_out(manna, alice, bob, carol, dave):
    look(manna, alice, "2026-10-14T10:00:00+09:00", times=50)
    look(manna, bob, "2026-10-14T10:00:00+09:00", times=49)
    look(manna, bob, "2026-10-15T23:30:00+09:00")
    look(manna, carol, "2026-09-20T10:00:00+09:00")
    look(manna, carol, "2026-10-14T10:00:00+09:00", address="203.0.113.9")
    look(manna, dave, "2026-10-17T10:00:00+09:00")  # a Saturday
    look(manna, dave, "2026-11-02T10:00:00+09:00", times=60)  # after the period
    seen = accesses(manna)
    assert keys(seen) == {
        f"many:{alice.pk}:2026-10-14",
        f"late:{bob.pk}",
        f"from:{carol.pk}:203.0.113.9",
        f"late:{dave.pk}",
    }
    assert seen["totals"]["reads"] == 102


def test_queries_do_not_grow_with_people_and_reads(manna, alice, bob):
    look(manna, alice, "2026-10-14T10:00:00+09:00")
    with CaptureQueriesContext(connection) as few:
        accesses(manna)
    for person in (alice, bob):
        look(manna, person, "2026-10-14T10:00:00+09:00", times=30)
    with CaptureQueriesContext(connection) as many:
        accesses(manna)
    assert len(many) == len(few)


@pytest.fixture
def duty(manna, adopted, alice) -> DutyOccurrence:
    requirement = adopted.requirements.get(code="OI-LOG-04")
    new = NewDuty(title="접속기록 점검", rhythm="monthly", requirement=requirement)
    series = keeping.create(manna, new, by=alice)
    return series.occurrences.get(first_day="2026-11-01")


def form_of(page: str) -> dict:
    """What the page's form would send, without answers."""
    hidden = dict(re.findall(r'type="hidden" name="(kind|first|last|seen)" value="([^"]*)"', page))
    return {**hidden, "key": re.findall(r'name="key" value="([^"]*)"', page)}


def begin(client, kind="accounts"):
    return form_of(client.get(f"{REVIEWS}new", {"kind": kind}).content.decode())


def test_the_signed_report_is_evidence_of_the_duty(browse, manna, alice, bob, duty):
    lead = browse(alice)
    said = begin(lead)
    assert said["key"] == ["owners"]
    said |= {"answer": ["올해 안에 한 명 더"], "occurrence": duty.pk, "note": "이상 없음"}
    assert lead.post(f"{REVIEWS}sign", said).status_code == 302
    review = Review.objects.get()
    duty.refresh_from_db()
    assert duty.done_by == alice
    assert duty.evidence_links.get().evidence == review.evidence
    link = EvidenceLink.objects.get(evidence=review.evidence)
    assert (link.requirement.code, link.state) == ("OI-LOG-04", "in_review")
    assert review.snapshot["points"][0]["answer"] == "올해 안에 한 명 더"
    entry = Entry.objects.filter(organisation_id=manna.pk).latest("seq")
    assert (entry.action, entry.data["evidence"]) == ("audit.review_signed", review.evidence.code)
    shown = lead.get(f"{REVIEWS}{review.pk}/").content.decode()
    assert "올해 안에 한 명 더" in shown


def test_the_report_says_what_was_answered(browse, manna, alice, duty):
    import pypdfium2

    lead = browse(alice)
    said = begin(lead) | {"answer": ["한 명 더 지정"], "note": "이상 없음"}
    lead.post(f"{REVIEWS}sign", said)
    from compliance.vault import services as vault

    file = Review.objects.get().evidence.versions.get().files.get()
    pdf = pypdfium2.PdfDocument(vault.read_checked(file.blob))
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert "한 명 더 지정" in text
    assert "이상 없음" in text
    assert "앨리스" in text


def test_each_point_needs_an_answer(browse, alice, manna):
    lead = browse(alice)
    refused = lead.post(f"{REVIEWS}sign", begin(lead) | {"answer": [" "], "note": "그래도"})
    assert refused.status_code == 200
    assert "그래도" in refused.content.decode()
    assert not Review.objects.exists()


def test_what_came_in_since_must_be_seen(browse, manna, alice, bob):
    lead = browse(alice)
    said = begin(lead) | {"answer": ["x"]}
    Membership.objects.filter(user=bob).update(role="owner")
    assert lead.post(f"{REVIEWS}sign", said).status_code == 200
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    "period",
    [{"first": "2026-11-27", "last": "2026-11-27"}, {"first": "2026-11-02", "last": "2026-11-01"}],
)
def test_a_period_that_is_none_is_refused(browse, alice, period):
    answer = browse(alice).get(f"{REVIEWS}new", {"kind": "accesses", **period})
    assert answer.status_code == 409


def test_a_duty_of_somebody_else_cannot_be_completed(browse, manna, alice, elsewhere, sam):
    other = keeping.create(elsewhere, NewDuty(title="점검", rhythm="monthly"), by=sam)
    lead = browse(alice)
    occurrence = other.occurrences.get(first_day="2026-11-01")
    said = begin(lead) | {"answer": ["x"], "occurrence": occurrence.pk}
    assert lead.post(f"{REVIEWS}sign", said).status_code == 404
    assert not Review.objects.exists()


def test_the_list_says_which_duty_waits(browse, carol, manna, duty):
    shown = browse(carol).get(REVIEWS).content.decode()
    assert "아직" in shown or "점검" in shown
    assert signing.open_periods(manna).count() == 1
