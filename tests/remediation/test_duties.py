"""Recurring duties: a period is done with evidence of that period, else it is a gap that counts."""

import io
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from compliance.accounts import clocks
from compliance.accounts import services as accounts
from compliance.accounts.models import Membership
from compliance.applications import preflight
from compliance.applications import services as applications
from compliance.audit.models import Entry
from compliance.evidence import services as evidence_room
from compliance.evidence.services import Upload
from compliance.remediation import keeping, proposals, strips
from compliance.remediation.keeping import NewDuty
from compliance.remediation.models import DutyOccurrence, DutySeries
from compliance.remediation.periods import begin_of, rhythm_for
from compliance.requirements import registries
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.shared.errors import Refused, Unauthorised
from tests.remediation.conftest import png

MARCH = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _in_march():
    with time_machine.travel("2026-03-10 10:00:00+09:00", tick=False):
        yield


@pytest.fixture
def requirement(adopted) -> Requirement:
    return Requirement.objects.get(profile=adopted, code="OI-LOG-04")


@pytest.fixture
def kind(adopted) -> EvidenceKind:
    return EvidenceKind.objects.get(profile=adopted, code="review_record")


@pytest.fixture
def duty(manna, alice, bob, requirement, kind) -> DutySeries:
    """bob reviews the access records every month, since December."""
    new = NewDuty(
        "접속기록 점검",
        "monthly",
        requirement=requirement,
        kind=kind,
        responsible=bob,
        begin=date(2025, 12, 24),
    )
    return keeping.create(manna, new, by=alice)


def period(duty, first):
    return duty.occurrences.select_related("series").get(first_day=first)


def record(manna, bob, day, kind=None, colour=1):
    upload = Upload(io.BytesIO(png(colour)), f"점검 {day}.png")
    return evidence_room.add(manna, [upload], by=bob, kind=kind, collected_at=day).evidence


def marks(duty):
    return [cell.mark.value for cell in strips.cells(duty.occurrences.all())]


def test_periods_are_due_on_the_working_day_before_the_months_end(duty):
    found = duty.occurrences.values_list("first_day", "due")
    assert list(found) == [
        (date(2025, 12, 1), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 1, 30)),
        (date(2026, 2, 1), date(2026, 2, 27)),
        (date(2026, 3, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 4, 30)),
        (date(2026, 5, 1), date(2026, 5, 29)),
        (date(2026, 6, 1), date(2026, 6, 30)),
    ]
    assert marks(duty) == ["gap", "gap", "gap", "open", "coming", "coming", "coming"]


@pytest.mark.parametrize(
    ("rhythm", "begins"),
    [
        ("monthly", date(2026, 3, 1)),
        ("quarterly", date(2026, 1, 1)),
        ("half_yearly", date(2026, 1, 1)),
        ("yearly", date(2026, 1, 1)),
    ],
)
def test_it_begins_with_the_period_that_runs(manna, alice, rhythm, begins):
    series = keeping.create(manna, NewDuty("점검", rhythm), by=alice)
    assert series.first_period == begins
    assert begin_of(rhythm, date(2026, 12, 31)) <= date(2026, 12, 1)


@pytest.mark.parametrize(
    ("days", "rhythm"),
    [(31, "monthly"), (30, "monthly"), (90, "quarterly"), (180, "half_yearly"), (365, "yearly")],
)
def test_days_of_a_profile_are_a_rhythm(days, rhythm):
    assert rhythm_for(days) == rhythm
    assert rhythm_for(7) is None


def test_a_rule_for_days_on_which_nobody_works(manna, alice):
    clocks.add_closing_day(manna, date(2026, 3, 31), "창립기념일", by=alice)
    dues = {}
    for rule in ("before", "after", "keep"):
        new = NewDuty(rule, "monthly", working_day=rule)
        dues[rule] = keeping.create(manna, new, by=alice).occurrences.first().due
    assert dues == {
        "before": date(2026, 3, 30),
        "after": date(2026, 4, 1),
        "keep": date(2026, 3, 31),
    }


def test_it_is_done_with_evidence_of_the_period(duty, manna, bob, kind):
    proof = record(manna, bob, date(2026, 3, 5), kind)
    keeping.complete(period(duty, date(2026, 3, 1)), evidence=[proof], note="이상 없음", by=bob)
    assert marks(duty)[3] == "done"
    entry = Entry.objects.get(action="duty.done")
    assert (entry.data["period"], entry.data["evidence"]) == ("2026-03", [proof.code])


def test_new_files_become_evidence_of_the_requirement(duty, bob, kind, requirement):
    march = period(duty, date(2026, 3, 1))
    keeping.complete(march, uploads=[Upload(io.BytesIO(png()), "3월.png")], by=bob)
    [link] = march.evidence_links.all()
    assert (link.evidence.kind, link.evidence.versions.get().collected_at) == (kind, MARCH)
    assert link.evidence.links.get().requirement == requirement


@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2026, 3, 1) - timedelta(days=40)])
def test_evidence_of_another_period_proves_nothing(duty, manna, bob, kind, day):
    proof = record(manna, bob, day, kind)
    with pytest.raises(Refused, match=proof.code):
        keeping.complete(period(duty, date(2026, 3, 1)), evidence=[proof], by=bob)
    with pytest.raises(Refused):
        keeping.complete(
            period(duty, date(2026, 3, 1)),
            uploads=[Upload(io.BytesIO(png()), "x.png")],
            collected_at=day,
            by=bob,
        )
    assert marks(duty)[3] == "open"


def test_nothing_proves_nothing_and_another_kind_does_not(duty, manna, bob, adopted):
    march = period(duty, date(2026, 3, 1))
    with pytest.raises(Refused):
        keeping.complete(march, by=bob)
    other = EvidenceKind.objects.filter(profile=adopted).exclude(code="review_record").first()
    for each in (None, other):
        with pytest.raises(Refused):
            proof = record(manna, bob, MARCH, each, colour=7)
            keeping.complete(march, evidence=[proof], by=bob)


def test_what_was_collected_in_time_may_be_handed_in_late(duty, manna, bob, kind):
    proof = record(manna, bob, date(2026, 2, 20), kind)
    keeping.complete(period(duty, date(2026, 2, 1)), evidence=[proof], by=bob)
    assert marks(duty)[2] == "late"


def test_a_period_that_has_not_begun_is_not_done_ahead(duty, manna, bob, kind):
    with pytest.raises(Refused):
        keeping.complete(
            period(duty, date(2026, 4, 1)), evidence=[record(manna, bob, MARCH, kind)], by=bob
        )


def test_a_viewer_does_nothing(duty, manna, dave, bob, alice, kind):
    with pytest.raises(Unauthorised):
        keeping.complete(
            period(duty, date(2026, 3, 1)), evidence=[record(manna, bob, MARCH, kind)], by=dave
        )
    with pytest.raises(Unauthorised):
        keeping.pause(duty, reason="쉼", by=bob)


def test_the_clock_says_once_what_was_missed_and_catches_up(duty):
    assert keeping.run(date(2026, 3, 10)) == 3, "December, January and February"
    assert keeping.run(date(2026, 3, 10)) == 0
    with time_machine.travel("2026-08-04 10:00:00+09:00", tick=False):
        assert keeping.run() == 5 + 5, "five periods opened, March to July missed"
        assert keeping.run() == 0
    missed = (
        Entry.objects.filter(action="duty.missed")
        .order_by("seq")
        .values_list("data__period", flat=True)
    )
    assert list(missed)[:2] == ["2025-12", "2026-01"]
    assert len(missed) == 8


def test_a_gap_speaks_against_the_requirement_and_weakens_the_submission(
    duty, manna, adopted, alice, requirement, in_english
):
    known = registries.known(manna, [requirement.pk])
    [reason] = [r for r in known.reasons(requirement.pk) if "recurring" in str(r.sentence)]
    assert (reason.supports, str(reason.sentence)[:2]) == (False, "3 ")
    application = applications.create(manna, profile=adopted, by=alice, title="신청")
    found = [g for g in preflight.gaps(application) if "recurring" in str(g.sentence)]
    assert [(gap.requirement, gap.level.value) for gap in found] == [("OI-LOG-04", "warning")]


def test_a_pause_hides_no_gap(duty, alice):
    with pytest.raises(Refused):
        keeping.pause(duty, reason=" ", by=alice)
    keeping.pause(duty, reason="시스템 교체", by=alice)
    assert marks(duty) == ["gap"] * 3 + ["skipped"] * 4
    with time_machine.travel("2026-05-10 10:00:00+09:00", tick=False):
        keeping.run()
        fresh = DutySeries.objects.get()
        keeping.resume(fresh, by=alice)
        assert marks(fresh)[:6] == ["gap"] * 3 + ["skipped"] * 2 + ["open"]


def test_an_end_leaves_what_was(duty, alice):
    keeping.end(duty, reason="시스템 폐기", by=alice)
    assert marks(duty)[:3] == ["gap"] * 3
    with pytest.raises(Refused):
        keeping.resume(duty, by=alice)
    keeping.run(date(2027, 3, 1))
    assert duty.occurrences.count() == 7


def test_what_its_evidence_no_longer_proves_is_open_again(duty, manna, bob, alice, kind):
    proofs = [record(manna, bob, date(2026, 2, day), kind, colour=day) for day in (3, 4)]
    keeping.complete(period(duty, date(2026, 2, 1)), evidence=proofs, by=bob)
    keeping.run()
    evidence_room.withdraw(proofs[0], reason="다른 시스템입니다.", by=bob)
    assert keeping.run() == 0
    evidence_room.withdraw(proofs[1], reason="다른 시스템입니다.", by=bob)
    assert keeping.run() == 2, "it is open again, and missed"
    assert marks(duty)[2] == "gap"
    assert Entry.objects.filter(action="duty.unproven").count() == 1
    assert keeping.run() == 0


def test_who_leaves_hands_the_duty_over(duty, bob, alice, olga):
    accounts.remove_member(Membership.objects.get(user=bob), by=olga)
    assert DutySeries.objects.get().responsible == alice


def test_a_person_sees_what_is_due(duty, manna, bob, alice):
    assert [each.due for each in strips.due_for(bob, manna)] == [
        date(2025, 12, 31),
        date(2026, 1, 30),
        date(2026, 2, 27),
    ]
    assert not strips.due_for(alice, manna)


def test_the_profile_proposes_what_no_duty_keeps(manna, adopted, alice):
    found = {each.parameter: each for each in proposals.proposals(manna)}
    review = found["review_interval_days"]
    assert (review.requirement.code, review.rhythm) == ("OI-LOG-04", "monthly")
    assert review.kind.code == "review_record"
    assert found["key_rotation_days"].rhythm == "half_yearly"
    assert found["yearly_days"].rhythm == "yearly"
    assert "retention_days" not in found
    assert "patch_critical_days" not in found
    new = NewDuty(
        review.title,
        review.rhythm,
        requirement=review.requirement,
        parameter=review.parameter,
    )
    keeping.create(manna, new, by=alice)
    assert "review_interval_days" not in {each.parameter for each in proposals.proposals(manna)}
    with pytest.raises(Refused):
        keeping.create(manna, new, by=alice)


def test_the_database_holds_one_series_a_parameter_and_one_period_each(duty, manna, alice):
    DutySeries.objects.update(parameter="review_interval_days")
    with pytest.raises(IntegrityError), transaction.atomic():
        DutySeries.objects.create(
            organisation=manna,
            number=99,
            title="또",
            requirement=duty.requirement,
            rhythm="monthly",
            first_period=MARCH.replace(day=1),
            parameter="review_interval_days",
            created_by=alice,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyOccurrence.objects.create(
            series=duty,
            first_day=date(2026, 3, 1),
            last_day=date(2026, 3, 31),
            due=date(2026, 3, 31),
        )


def test_pages_in_both_languages(duty, manna, alice, bob, dave, kind, browse):
    address = reverse("remediation:duties", args=["manna"])
    page = browse(alice, language="en").get(address).content.decode()
    assert "Missed" in page
    assert "Asked for by your profiles" in page
    page = browse(dave).get(reverse("remediation:duty", args=["manna", duty.number]))
    assert "접속기록 점검" in page.content.decode()

    march = period(duty, date(2026, 3, 1))
    done = reverse("remediation:duty-complete", args=["manna", duty.number, march.pk])
    proof = record(manna, bob, date(2026, 3, 4), kind)
    client = browse(bob)
    assert client.post(done, {"evidence": [proof.pk], "note": "이상 없음"}).status_code == 302
    detail = client.get(reverse("remediation:duty", args=["manna", duty.number]))
    assert proof.code in detail.content.decode()


def test_the_form_creates_what_the_profile_proposes(manna, adopted, alice, browse):
    wanted = next(p for p in proposals.proposals(manna) if p.parameter == "key_rotation_days")
    address = reverse("remediation:duty-create", args=["manna"])
    asked = {"requirement": wanted.requirement.pk, "parameter": wanted.parameter}
    page = browse(alice).get(address, asked)
    initial = page.context["form"].initial
    typed = {
        "title": initial["title"],
        "rhythm": initial["rhythm"],
        "requirement": wanted.requirement.pk,
        "kind": wanted.kind.pk,
        "due_day": 31,
        "working_day": "before",
        "parameter": wanted.parameter,
    }
    assert browse(alice).post(address, typed).status_code == 302
    assert DutySeries.objects.get().parameter == "key_rotation_days"
    again = browse(alice).post(address, typed)
    assert again.status_code == 200, "the sentence stands in the form"


def test_the_list_asks_the_same_for_one_and_for_many(
    duty, manna, alice, browse, django_assert_max_num_queries
):
    for n in range(10):
        keeping.create(manna, NewDuty(f"점검 {n}", "monthly", begin=MARCH), by=alice)
    client = browse(alice)
    with django_assert_max_num_queries(20):
        client.get(reverse("remediation:duties", args=["manna"]))


def test_a_stranger_finds_no_duty(duty, sam, browse):
    address = reverse("remediation:duty", args=["manna", duty.number])
    assert browse(sam).get(address).status_code == 404
