"""From the audit stream to people's notices."""

import io

import pytest
from django.urls import NoReverseMatch, reverse

from compliance.accounts import services as accounts
from compliance.audit import registry
from compliance.audit.models import Entry
from compliance.notices import rules, services
from compliance.notices.models import Cursor, Notice
from compliance.remediation import services as tasks
from compliance.remediation.services import NewTask
from compliance.scans import services as scans


@pytest.fixture
def task(alice, bob, manna, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        return tasks.create(manna, NewTask("방화벽 정책 정리", assignee=bob), by=alice)


def test_the_assignee_hears_of_a_task(task, bob):
    notice = Notice.objects.get(user=bob)
    assert notice.entry.action == "task.created"
    assert notice.url == f"/o/manna/tasks/{task.number}/"
    assert "T-0001" in str(notice)


def test_who_did_it_hears_nothing(task, alice):
    assert not Notice.objects.filter(user=alice).exists()


def test_the_lead_hears_that_it_was_fixed(task, alice, bob, olga, proof, commit):
    with commit:
        tasks.start(task, by=bob)
        tasks.fix(task, action_taken="정리함", evidence=[proof], by=bob)
    told = Notice.objects.filter(entry__action="task.fixed").values_list("user", flat=True)
    assert set(told) == {alice.pk, olga.pk}


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def proof(bob, manna):
    from compliance.evidence.models import Evidence

    return Evidence.objects.create(organisation=manna, number=1, title="정책 캡처", created_by=bob)


def test_the_lead_hears_of_a_scan_and_is_led_to_it(manna, alice, bob, adopted):
    rows = "호스트명,항목코드,점검항목,중요도,점검결과\norder-web-01,U-01,원격 접속,상,취약\n"
    run = scans.import_now(manna, io.BytesIO(rows.encode()), name="kisa.csv", by=bob)[0]
    services.deliver_all()
    told = {notice.entry.action: notice.url for notice in Notice.objects.filter(user=alice)}
    assert told == {
        "scan.imported": f"/o/manna/scans/{run.pk}/",
        "task.opened_from_run": "/o/manna/tasks/",
    }


def test_who_waits_for_an_import_hears_that_it_is_done(manna, alice, adopted):
    rows = "호스트명,항목코드,점검항목,중요도,점검결과\norder-web-01,U-01,원격 접속,상,양호\n"
    scans.import_now(manna, io.BytesIO(rows.encode()), name="kisa.csv", by=alice)
    services.deliver_all()
    assert Notice.objects.get(user=alice).entry.action == "scan.imported"


def test_delivering_again_tells_nothing_twice(task, manna, bob):
    Cursor.objects.update(seq=0)
    services.deliver_all()
    assert Notice.objects.filter(user=bob).count() == 1


def test_what_a_crash_left_behind_is_caught_up(alice, bob, manna, call_command):
    """Nothing runs after the commit here, as if the process had died in between."""
    tasks.create(manna, NewTask("방화벽 정책 정리", assignee=bob), by=alice)
    assert not Notice.objects.exists()
    call_command("deliver_notices")
    assert Notice.objects.filter(user=bob).count() == 1


@pytest.fixture
def call_command():
    from django.core.management import call_command

    return call_command


def test_a_long_stream_is_read_to_its_end(alice, bob, manna, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    for number in range(5):
        tasks.create(manna, NewTask(f"조치 {number}", assignee=bob), by=alice)
    assert services.deliver_all() == 5
    last = Entry.objects.filter(organisation_id=manna.pk).order_by("seq").last()
    assert Cursor.objects.get(organisation_id=manna.pk).seq == last.seq


def test_a_member_who_left_hears_nothing(alice, bob, olga, manna):
    tasks.create(manna, NewTask("방화벽 정책 정리", assignee=bob), by=alice)
    accounts.remove_member(manna.memberships.get(user=bob), by=olga)
    services.deliver_all()
    assert not Notice.objects.filter(user=bob).exists()


def test_every_rule_names_an_action_that_exists():
    assert {rule.action for rule in rules.every()} <= set(registry.actions())


def test_every_rule_leads_to_a_page_that_exists():
    for rule in rules.every():
        kwargs = dict.fromkeys(rule.arguments, 1)
        # A person's own pages belong to no organisation.
        ours = {"organisation": "manna", **kwargs}
        assert leads(rule.page, ours) or leads(rule.page, kwargs), f"{rule.action}: {rule.page}"


def leads(page, kwargs):
    try:
        return reverse(page, kwargs=kwargs)
    except NoReverseMatch:
        return ""
