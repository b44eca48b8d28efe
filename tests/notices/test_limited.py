"""What somebody hears and reads whose membership was limited to one application, or is over."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compliance.accounts import limits
from compliance.accounts import services as accounts
from compliance.accounts.limits import FREE, Terms
from compliance.accounts.models import Membership, User
from compliance.accounts.roles import Role
from compliance.applications import services as applications
from compliance.audit.models import Entry
from compliance.audit.services import SYSTEM
from compliance.evidence import services as evidence
from compliance.notices import services, subjects
from compliance.notices.models import Delivery, Lane, Notice
from compliance.remediation import arranging
from compliance.remediation import services as tasks
from compliance.remediation.services import NewTask
from compliance.requirements import documents, loading
from compliance.requirements import services as requirements
from tests.conftest import YOGIYO, make_person
from tests.remediation.conftest import png

INBOX = "/o/manna/notices/"


def member(person):
    rows = Membership.objects.select_related("user", "organisation")
    return rows.get(user=person, organisation__slug="manna")


def again(person):
    """The person as a new request finds them."""
    return User.objects.get(pk=person.pk)


@pytest.fixture
def inner(manna, adopted):
    """A requirement of the other profile, within the limit; OI-NET-03 lies beyond."""
    profile = loading.load(documents.read(YOGIYO.read_bytes()))[0]
    requirements.adopt(manna, profile, by=SYSTEM)
    return profile.requirements.get(code="YO-INF-02")


@pytest.fixture
def outer(adopted):
    return adopted.requirements.get(code="OI-NET-03")


@pytest.fixture
def application(manna, inner, alice):
    return applications.create(manna, profile=inner.profile, by=alice, title="요기요 연동")


@pytest.fixture
def limit(application, olga):
    """limit(carol) to the application to 요기요; lift=True takes it away."""

    def set_(person, *, lift=False):
        terms = FREE if lift else Terms(limited_to=application.pk)
        limits.set_terms(member(person), terms, by=olga)

    return set_


@pytest.fixture
def watched(manna, alice, carol, inner, outer):
    """carol, who still sees everything, watches a task of each platform, and one of neither."""
    made = {
        "안쪽 보완": NewTask("안쪽 보완", requirement=inner),
        "너머 보완": NewTask("너머 보완", requirement=outer),
        "어디도 아닌 보완": NewTask("어디도 아닌 보완"),
    }
    for title, facts in made.items():
        task = made[title] = tasks.create(manna, facts, by=alice)
        arranging.watch(task, by=carol)
        tasks.comment(task, text=f"{title} 의견", by=alice)
    return made


@pytest.fixture
def proven(manna, alice, bob, carol, inner, outer):
    """One evidence that proves something for both platforms, and waits for both reviews."""
    added = evidence.add(manna, [evidence.Upload(io.BytesIO(png()), "방화벽.png")], by=bob)
    for requirement in (inner, outer):
        evidence.link(added.evidence, requirement, by=bob)
    return added.evidence


def sentences(browser):
    return [
        notice.entry.sentence
        for group in browser.get(INBOX).context["groups"]
        for notice in group.notices
    ]


def test_the_inbox_holds_what_is_there_within_the_limit(watched, limit, carol, browse):
    services.deliver_all()
    assert len(sentences(browse(carol))) == 3
    limit(carol)
    services.deliver_all()
    told = sentences(browse(again(carol)))
    assert ["안쪽 보완" in each for each in told] == [False, True]
    # That the membership was limited is one's own affair.
    assert "요기요 연동" in told[0]
    assert "너머" not in browse(again(carol)).get(INBOX).content.decode()


def test_of_ones_own_sign_in_and_last_day_one_hears_within_the_limit(
    manna, application, limit, carol, olga, browse
):
    limit(carol)
    terms = Terms(timezone.localdate() + timedelta(days=30), application.pk)
    limits.set_terms(member(carol), terms, by=olga)
    accounts.create_token(manna, by=again(carol), name="내 토큰", scopes=["read:evidence"])
    services.deliver_all()
    told = " ".join(sentences(browse(again(carol))))
    assert "내 토큰" in told
    assert terms.ends_on.isoformat() in told


def test_counts_and_the_poll_say_nothing_of_what_lies_beyond(
    manna, watched, limit, alice, carol, browse
):
    limit(carol)
    services.deliver_all()
    client = browse(again(carol))
    page = client.get(INBOX)
    assert page.context["unread"] == 2
    bell = client.get(f"{INBOX}unread/")
    assert ">2<" in bell.content.decode()
    known = {"If-None-Match": bell["ETag"]}
    poll = f"{INBOX}inbox/?{page.context['poll']}"
    # As one that came before the limit.
    tasks.comment(watched["너머 보완"], text="너머의 새 의견", by=alice)
    entry = Entry.objects.get(action="task.commented", data__text="너머의 새 의견")
    Notice.objects.create(organisation=manna, user=carol, entry=entry)
    assert client.get(poll).status_code == 204
    assert client.get(f"{INBOX}unread/", headers=known).status_code == 304


def test_every_page_counts_the_same(watched, limit, carol, browse):
    """The bell stands on every page, also on those of no organisation."""
    services.deliver_all()
    limit(carol)
    services.deliver_all()
    client = browse(again(carol))
    for path in ["/o/manna/requirements/", reverse("accounts:security"), INBOX]:
        assert client.get(path).context["unread"] == 2, path


def test_reading_reaches_nothing_beyond_and_without_the_limit_all_is_there(
    watched, limit, carol, browse
):
    services.deliver_all()
    beyond = Notice.objects.get(user=carol, entry__target_name__contains="너머")
    limit(carol)
    services.deliver_all()
    client = browse(again(carol))
    assert client.post(f"{INBOX}{beyond.pk}/read/").status_code == 404
    client.post(f"{INBOX}read/", {"notice": [beyond.pk]})
    client.post(f"{INBOX}read/")
    beyond.refresh_from_db()
    assert beyond.read_at is None
    assert client.get(INBOX).context["unread"] == 0
    limit(carol, lift=True)
    told = sentences(browse(again(carol)))
    assert len([each for each in told if "너머" in each or "어디도" in each]) == 2
    # What was unread before is unread still.
    unread = browse(again(carol)).get(f"{INBOX}?show=unread").content.decode()
    assert "너머 보완" in unread


def test_of_one_evidence_only_the_review_within_is_told(proven, limit, carol, inner, outer, browse):
    services.deliver_all()
    assert len(sentences(browse(carol))) == 2
    limit(carol)
    told = sentences(browse(again(carol)))
    assert [inner.code in each for each in told if "EV-0001" in each] == [True]
    assert not any(outer.code in each for each in told)


def test_of_what_comes_later_too(manna, proven, limit, bob, carol, inner, outer, browse):
    """The same rule as for the inbox decides who hears in the first place."""
    limit(carol)
    services.deliver_all()
    heard = Notice.objects.filter(user=carol, entry__action="evidence.submitted")
    assert [each.entry.data["requirement"] for each in heard] == [inner.code]


def test_what_is_no_longer_within_the_limit_is_not_read_any_more(
    manna, watched, limit, alice, carol, browse
):
    """The limit was moved on to another application."""
    services.deliver_all()
    limit(carol)
    profile = watched["너머 보완"].requirement.profile
    other = applications.create(manna, profile=profile, by=alice, title="배민 연동")
    Membership.objects.filter(user=carol).update(limited_to=other.pk)
    services.deliver_all()
    told = " ".join(sentences(browse(again(carol))))
    assert "너머 보완" in told
    assert "안쪽 보완" not in told
    # Nor which application it was.
    assert "요기요 연동" not in told


def test_a_notice_whose_page_is_shut_leads_nowhere(manna, limit, carol, olga, browse):
    """That of a changed role leads to the members, who are not there within a limit."""
    accounts.change_role(member(carol), Role.VIEWER, by=olga)
    services.deliver_all()
    notice = Notice.objects.get(user=carol, entry__action="member.role_changed")
    assert notice.url == "/o/manna/members/"
    limit(carol)
    client = browse(again(carol))
    page = client.get(INBOX).content.decode()
    assert notice.entry.target_name.partition(" ")[0] in page
    assert f"{INBOX}{notice.pk}/read/" not in page
    answer = client.post(f"{INBOX}{notice.pk}/read/")
    assert answer.url == INBOX


def test_organisations_without_a_limit_are_read_whole(watched, limit, carol, elsewhere, browse):
    """Of two memberships one is limited; the other one reads as ever."""
    accounts.add_member(elsewhere, carol, Role.CONTRIBUTOR, by=SYSTEM)
    there = make_person("tia", "티아", elsewhere, Role.SECURITY_LEAD)
    tasks.create(elsewhere, NewTask("자매사 보완", assignee=carol), by=there)
    limit(carol)
    services.deliver_all()
    page = browse(again(carol)).get("/o/elsewhere/notices/")
    assert "자매사 보완" in page.content.decode()
    assert page.context["unread"] == 1
    assert "자매사" not in browse(again(carol)).get(INBOX).content.decode()


def test_a_limit_asks_no_more_for_fifty_than_for_one(manna, watched, limit, alice, carol, browse):
    limit(carol)
    services.deliver_all()
    client = browse(again(carol))
    with CaptureQueriesContext(connection) as few:
        client.get(INBOX)
    for number in range(20):
        tasks.comment(watched["안쪽 보완"], text=f"의견 {number}", by=alice)
        tasks.comment(watched["너머 보완"], text=f"의견 {number}", by=alice)
    services.deliver_all()
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(INBOX).context["page"].object_list) == 22
    assert len(many) == len(few)


def test_every_model_that_people_hear_of_is_known_or_shut_on_purpose():
    """A new subject is shut to limited members until its room says which rows are theirs."""
    assert set(subjects._subjects) == {
        "accounts.apitoken",
        "accounts.membership",
        "applications.application",
        "evidence.evidence",
        "evidence.evidencerequest",
        "jobs.job",
        "packets.packet",
        "remediation.task",
        "requirements.assessment",
        "scans.finding",
    }


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestMail:
    """What waits in the outbox while the membership changes."""

    @pytest.fixture
    def due(self):
        """Everything in the outbox is due."""

        def now():
            Delivery.objects.filter(state=Delivery.State.WAITING).update(due_at=timezone.now())
            waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
            Lane.objects.filter(pk__in=waiting.values("lane")).update(due_at=timezone.now())

        return now

    def test_mails_that_wait_tell_nothing_beyond(self, post_office, watched, limit, carol, go):
        services.deliver_all()
        before = Delivery.objects.filter(user=carol)
        assert before.filter(state=Delivery.State.WAITING).count() == 3
        limit(carol)
        go()
        said = [mail["Subject"] for mail in post_office.to("carol@example.com")]
        assert ["안쪽 보완" in each for each in said] == [True, False]
        assert not any("너머" in each or "어디도" in each for each in said)
        states = before.values_list("entry__target_name", "state")
        assert {state for name, state in states if "안쪽" not in name and "T-" in name} == {
            "dropped"
        }

    def test_the_digest_leaves_out_what_lies_beyond(
        self, post_office, proven, limit, carol, inner, outer, go, due
    ):
        services.deliver_all()
        assert Delivery.objects.filter(user=carol, kind=Delivery.Kind.DIGEST).count() == 2
        limit(carol)
        due()
        go()
        [digest] = [
            mail for mail in post_office.to("carol@example.com") if "모아보기" in mail["Subject"]
        ]
        said = digest.get_body(("plain",)).get_content()
        assert inner.code in said
        assert outer.code not in said

    def test_many_of_one_go_are_told_without_those_beyond(
        self, post_office, manna, limit, alice, carol, inner, outer, go
    ):
        """More than ten comments that came together are one mail; it is cut, not dropped."""
        both = [
            tasks.create(manna, NewTask(title, requirement=requirement), by=alice)
            for title, requirement in [("안쪽", inner), ("너머", outer)]
        ]
        for task in both:
            arranging.watch(task, by=carol)
            for number in range(8):
                tasks.comment(task, text=f"의견 {number}", by=alice)
        Delivery.objects.update(created_at=timezone.now())
        limit(carol)
        go()
        mails = post_office.to("carol@example.com")
        told = "".join(mail.get_body(("plain",)).get_content() for mail in mails)
        assert "안쪽" in told
        assert "너머" not in told

    def test_after_the_last_day_no_mail_leaves(self, post_office, watched, alice, carol, go, due):
        services.deliver_all()
        yesterday = timezone.localdate() - timedelta(days=1)
        Membership.objects.filter(user=carol).update(ends_on=yesterday)
        tasks.comment(watched["안쪽 보완"], text="다음 의견", by=alice)
        go()
        due()
        go()
        assert post_office.to("carol@example.com") == []
        states = Delivery.objects.filter(user=carol).values_list("state", flat=True)
        assert set(states) == {"dropped"}
        assert not Notice.objects.filter(user=carol, entry__data__text="다음 의견").exists()


def test_after_the_last_day_the_inbox_is_not_there(watched, carol, browse):
    services.deliver_all()
    client = browse(carol)
    Membership.objects.filter(user=carol).update(ends_on=timezone.localdate())
    assert client.get(INBOX).status_code == 200
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(user=carol).update(ends_on=yesterday)
    notice = Notice.objects.filter(user=carol).first()
    assert client.get(INBOX).status_code == 404
    assert client.get(f"{INBOX}inbox/").status_code == 404
    assert client.get(f"{INBOX}unread/").status_code == 404
    assert client.post(f"{INBOX}read/").status_code == 404
    assert client.post(f"{INBOX}{notice.pk}/read/").status_code == 404
    assert Notice.objects.visible_to(carol).count() == 0
    assert not Notice.objects.filter(user=carol, read_at__isnull=False).exists()


def test_an_owner_is_not_told_what_they_did(limit, carol, olga):
    limit(carol)
    services.deliver_all()
    told = Notice.objects.filter(entry__action="member.limited")
    assert [each.user for each in told] == [carol]
