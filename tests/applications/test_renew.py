"""What comes after an approval: its days, the renewal, a major change."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from compliance.accounts import limits
from compliance.accounts import services as accounts
from compliance.accounts.models import Membership, User
from compliance.applications import preflight, renewal, scoping, services
from compliance.applications.models import Application
from compliance.audit.selectors import history
from compliance.requirements.models import Adoption, Profile
from compliance.shared.errors import Refused, Unauthorised


@pytest.fixture
def approved(in_review, alice):
    services.decide(in_review, approved=True, note="", by=alice)
    return in_review


def test_an_approval_holds_for_a_year_unless_said_otherwise(approved):
    today = timezone.localdate()
    stored = Application.objects.get()
    assert stored.valid_from == today
    assert stored.valid_until == today + timedelta(days=364)
    assert (stored.days_left, stored.validity) == (364, "valid")


def test_the_profile_says_how_long(in_review, alice, adopted):
    values = [{"from": None, "value": 180}]
    Profile.objects.update(parameters={"validity_days": {"values": values}})
    in_review.refresh_from_db()
    services.decide(in_review, approved=True, note="", by=alice, valid_from=date(2026, 1, 1))
    assert Application.objects.get().valid_until == date(2026, 6, 29)


def test_it_does_not_end_before_it_begins(in_review, alice):
    days = {"valid_from": date(2026, 5, 1), "valid_until": date(2026, 4, 1)}
    with pytest.raises(Refused):
        services.decide(in_review, approved=True, note="", by=alice, **days)
    assert Application.objects.get().state == "in_review"


@pytest.mark.parametrize(
    ("left", "validity"), [(61, "valid"), (60, "expiring"), (0, "expiring"), (-1, "expired")]
)
def test_the_last_sixty_days_are_said(approved, alice, browse, left, validity):
    Application.objects.update(valid_until=timezone.localdate() + timedelta(days=left))
    if left < 0:
        Application.objects.update(valid_from="2020-01-01")
    stored = Application.objects.get()
    assert stored.validity == validity
    page = browse(alice).get("/o/manna/applications/").content.decode()
    assert ("만료 예정" in page) == (validity == "expiring")


def test_a_wrong_day_in_the_dialog_is_a_sentence(in_review, alice, browse):
    path = f"/o/manna/applications/{in_review.number}/decide/"
    answer = browse(alice).post(path, {"decision": "approved", "valid_until": "언젠가"})
    assert answer.status_code == 409
    assert Application.objects.get().state == "in_review"


def test_a_renewal_carries_texts_scope_and_what_it_follows(application, alice, manna):
    scoping.set_scope(application, [scoping.Item("service", "주문")], revision=0, by=alice)
    services.edit(application, revision=1, by=alice, traffic="하루 3만 건")
    Application.objects.update(
        state="approved",
        closed_at=timezone.now(),
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
    )
    application.refresh_from_db()
    made = renewal.renew(application, by=alice)
    assert (made.kind, made.follows, made.state) == ("renewal", application, "draft")
    assert made.traffic == "하루 3만 건"
    assert [each.name for each in scoping.items(made)] == ["주문"]
    assert made.current_round.number == 1
    assert history(made)[0].data["former"] == application.number


def test_a_renewal_goes_by_the_newest_adopted_version(approved, alice, manna, adopted):
    newer = Profile.objects.get(pk=adopted.pk)
    newer.pk, newer.version, newer.published_on = None, "9.0", date(2027, 1, 1)
    newer.save()
    Adoption.objects.create(organisation=manna, profile=newer)
    assert renewal.renew(approved, by=alice).profile == newer


def test_one_follower_at_a_time(approved, alice):
    first = renewal.renew(approved, by=alice)
    for again in (
        lambda: renewal.renew(approved, by=alice),
        lambda: renewal.declare_change(approved, note="x", review="full", by=alice),
    ):
        with pytest.raises(Refused, match=first.number):
            again()
    services.cancel(first, reason="다시", by=alice)
    assert renewal.renew(approved, by=alice).follows == approved


def test_only_an_approval_is_renewed(in_review, alice):
    with pytest.raises(Refused):
        renewal.renew(in_review, by=alice)


def test_a_viewer_may_not(approved, dave):
    with pytest.raises(Unauthorised):
        renewal.renew(approved, by=dave)


def test_a_targeted_review_speaks_of_its_targets_alone(approved, alice, adopted, browse):
    target = adopted.requirements.get(code="OI-NET-03")
    made = renewal.declare_change(
        approved, note="서버 이전", review="targeted", by=alice, targets=[target]
    )
    codes = {gap.requirement for gap in preflight.gaps(made)}
    assert codes == {"", "OI-NET-03"}
    page = browse(alice).get(f"/o/manna/applications/{made.number}/").content.decode()
    assert "요구사항 1개만 점검합니다" in page


def test_a_targeted_review_needs_targets_and_a_change_its_words(approved, alice, browse):
    with pytest.raises(Refused):
        renewal.declare_change(approved, note="이전", review="targeted", by=alice)
    with pytest.raises(Refused):
        renewal.declare_change(approved, note=" ", review="full", by=alice)
    path = f"/o/manna/applications/{approved.number}/change/"
    page = browse(alice).post(path, {"note": "서버 이전", "review": "targeted"})
    assert page.status_code == 200
    assert "서버 이전" in page.content.decode()
    assert Application.objects.count() == 1


def test_what_ran_out_is_renewed_not_changed(approved, alice):
    Application.objects.update(valid_from="2020-01-01", valid_until="2020-12-31")
    approved.refresh_from_db()
    with pytest.raises(Refused):
        renewal.declare_change(approved, note="이전", review="full", by=alice)
    assert renewal.renew(approved, by=alice)


def test_the_end_is_announced_once_and_its_passing_once(approved):
    today = timezone.localdate()
    assert renewal.announce_ends(today) == 0
    Application.objects.update(valid_until=today + timedelta(days=10))
    assert [renewal.announce_ends(today), renewal.announce_ends(today)] == [1, 0]
    assert history(approved)[0].action == "application.expiring"
    later = today + timedelta(days=11)
    assert [renewal.announce_ends(later), renewal.announce_ends(later)] == [1, 0]
    assert history(approved)[0].action == "application.expired"


def test_who_sees_one_application_alone_reads_of_no_former_or_later_one(
    approved, alice, carol, olga, browse, client, manna
):
    """The former one is named by the page, its activity, the pre-flight and the API."""
    Application.objects.update(valid_until=timezone.localdate() + timedelta(days=10))
    approved.refresh_from_db()
    made = renewal.renew(approved, by=alice)
    beside = services.create(manna, profile=approved.profile, by=alice, title="또 하나")
    token = accounts.create_token(manna, by=carol, name="읽기", scopes=["read:applications"])

    def read(application):
        person = User.objects.get(pk=carol.pk)
        page = f"/o/manna/applications/{application.number}/"
        api = f"/api/v1/o/manna/applications/{application.number}/preflight"
        answers = [browse(person).get(page), browse(person).get(f"{page}preflight/")]
        answers.append(client.get(api, headers={"authorization": f"Bearer {token}"}))
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        return [answer.content.decode() for answer in answers]

    for said in read(made):
        assert approved.number in said
        assert beside.number in said
    member = Membership.objects.get(user=carol)
    limits.set_terms(member, limits.Terms(limited_to=made.pk), by=olga)
    for said in read(made):
        assert approved.number not in said
        assert beside.number not in said
    assert "갱신" in read(made)[0]
    limits.set_terms(member, limits.Terms(limited_to=approved.pk), by=olga)
    assert made.number not in "".join(read(approved))
