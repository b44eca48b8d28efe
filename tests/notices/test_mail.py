"""E-mail against a real SMTP server."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from compliance.accounts import services as accounts
from compliance.accounts.models import User
from compliance.notices import outbox, services, worker
from compliance.notices.models import Delivery, Lane
from compliance.remediation import services as tasks
from compliance.remediation.services import NewTask
from tests.services.smtp import smtp_sink

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

KST = ZoneInfo("Asia/Seoul")


def task_for(person, manna, alice, title="방화벽 정책 정리"):
    return tasks.create(manna, NewTask(title, assignee=person), by=alice)


def parts(mail):
    return {
        part.get_content_type(): part.get_content()
        for part in mail.walk()
        if not part.is_multipart()
    }


def test_a_mail_says_code_and_state_in_text_and_html(post_office, manna, alice, bob, go):
    task_for(bob, manna, alice)
    go()
    [mail] = post_office.to("bob@example.com")
    assert mail["Subject"].strip() == "[Gatepass] T-0001 방화벽 정책 정리: 새 보완조치"
    said = parts(mail)
    assert "https://gatepass.example/o/manna/tasks/1/" in said["text/plain"]
    assert "https://gatepass.example/o/manna/tasks/1/" in said["text/html"]
    assert mail["List-Unsubscribe"] == "<https://gatepass.example/o/manna/notices/choose/>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "alice@" not in said["text/plain"]


def test_each_person_reads_their_own_language(post_office, manna, alice, bob, go):
    User.objects.filter(pk=bob.pk).update(language="en")
    task_for(bob, manna, alice)
    go()
    [mail] = post_office.to("bob@example.com")
    assert mail["Subject"].strip() == "[Gatepass] T-0001 방화벽 정책 정리: new task"
    assert "opened the task" in parts(mail)["text/plain"]


def test_mails_of_one_task_are_one_thread(post_office, manna, alice, bob, go):
    task = task_for(bob, manna, alice)
    tasks.start(task, by=alice)
    tasks.comment(task, text="확인 부탁드립니다", by=alice)
    task_for(bob, manna, alice, "다른 조치")
    go()
    first, second, other = post_office.to("bob@example.com")
    assert first["References"] == second["References"]
    assert other["References"] != first["References"]
    assert len({mail["Message-ID"] for mail in (first, second, other)}) == 3


def test_a_title_cannot_add_a_header(post_office, manna, alice, bob, go):
    task_for(bob, manna, alice, "정리\r\nBcc: x@example.com")
    go()
    [mail] = post_office.to("bob@example.com")
    assert mail["Bcc"] is None
    assert "<b>" not in parts(mail)["text/html"]


def test_markup_in_a_title_stays_text(post_office, manna, alice, bob, go):
    task_for(bob, manna, alice, "<img src=x onerror=alert(1)>")
    go()
    [mail] = post_office.to("bob@example.com")
    assert "<img" not in parts(mail)["text/html"]


def test_of_three_the_refused_one_fails_and_the_others_get_theirs(
    post_office, manna, alice, bob, carol, olga, go
):
    def some(address):
        return "550 5.1.1 no such mailbox" if address.startswith("bob") else "250 OK"

    post_office.recipient = some
    for person in (bob, carol, olga):
        task_for(person, manna, alice)
    go()
    assert len(post_office.mails) == 2
    row = Delivery.objects.get(user=bob)
    assert (row.state, row.status) == ("failed", 550)
    assert "no such mailbox" in row.sentence


def test_one_that_is_put_off_is_tried_again(post_office, manna, alice, bob, carol, go):
    post_office.recipient = lambda address: (
        "451 4.7.1 greylisted" if address.startswith("bob") else "250 OK"
    )
    for person in (bob, carol):
        task_for(person, manna, alice)
    go()
    assert Delivery.objects.get(user=bob).state == "waiting"
    assert Delivery.objects.get(user=carol).state == "sent"
    post_office.recipient = lambda address: "250 OK"
    assert go(rested=False) == 0
    go()
    assert len(post_office.to("bob@example.com")) == 1


def test_a_server_that_is_down_is_waited_for(settings, manna, alice, bob, carol, go, post_office):
    port = settings.EMAIL_PORT
    settings.EMAIL_PORT = 1
    for person in (bob, carol):
        task_for(person, manna, alice)
    assert go() == 0
    rows = Delivery.objects.all()
    assert {row.state for row in rows} == {"waiting"}
    assert all(row.sentence for row in rows)
    settings.EMAIL_PORT = port
    assert go() == 2
    assert len(post_office.mails) == 2


def test_after_three_days_it_is_given_up_visibly(settings, manna, alice, bob, go, post_office):
    settings.EMAIL_PORT = 1
    task_for(bob, manna, alice)
    services.deliver_all()
    Delivery.objects.update(due_at=timezone.now() - outbox.GIVE_UP_AFTER * 2)
    Lane.objects.update(due_at=timezone.now())
    worker.run(seconds=5)
    assert Delivery.objects.get().state == "failed"


def test_who_left_gets_nothing_that_was_waiting(post_office, manna, alice, bob, olga, go):
    task_for(bob, manna, alice)
    services.deliver_all()
    accounts.remove_member(manna.memberships.get(user=bob), by=olga)
    go()
    assert not post_office.to("bob@example.com")
    assert Delivery.objects.get(user=bob).state == "dropped"


def test_without_a_mail_server_nothing_is_queued(settings, manna, alice, bob, go):
    settings.EMAIL_HOST = ""
    task_for(bob, manna, alice)
    go()
    assert not Delivery.objects.exists()


def test_in_quiet_hours_it_waits_until_their_end(post_office, manna, alice, bob, go):
    quiet = (dt.time(22), dt.time(7), "Asia/Seoul")
    services.set_preferences(manna, choices={}, quiet=quiet, by=bob)
    with time_machine.travel(dt.datetime(2026, 11, 25, 23, 30, tzinfo=KST), tick=True):
        task_for(bob, manna, alice)
        go()
        assert not post_office.mails
    with time_machine.travel(dt.datetime(2026, 11, 26, 7, 0, 1, tzinfo=KST), tick=True):
        go()
    assert len(post_office.to("bob@example.com")) == 1


def test_a_digest_is_one_mail_in_the_morning(post_office, manna, alice, bob, go):
    choices = {"mine": {"mail": "digest"}}
    services.set_preferences(manna, choices=choices, quiet=(None, None, "Asia/Seoul"), by=bob)
    # A Friday evening; Saturday and Sunday follow.
    with time_machine.travel(dt.datetime(2026, 11, 27, 18, 0, tzinfo=KST), tick=True):
        for number in range(60):
            task_for(bob, manna, alice, f"조치 {number}")
        go()
    for day in (28, 29):
        with time_machine.travel(dt.datetime(2026, 11, day, 9, 0, 1, tzinfo=KST), tick=True):
            assert go() == 0
    with time_machine.travel(dt.datetime(2026, 11, 30, 9, 0, 1, tzinfo=KST), tick=True):
        go()
        assert go() == 0
    [mail] = post_office.to("bob@example.com")
    assert mail["Subject"].strip() == "[Gatepass] 2026-11-30 모아보기: 알림 60건"
    assert parts(mail)["text/plain"].count("T-00") == 60


def test_what_comes_at_once_does_not_wait_for_the_digest(post_office, manna, alice, bob, go):
    services.set_preferences(
        manna,
        choices={"mine": {"mail": "digest"}},
        quiet=(None, None, "Asia/Seoul"),
        by=bob,
    )
    task = task_for(bob, manna, alice)
    tasks.comment(task, text="확인 부탁드립니다", by=alice)
    go()
    [mail] = post_office.to("bob@example.com")
    assert "확인 부탁드립니다" in parts(mail)["text/plain"]


def test_a_bulk_change_is_one_mail(post_office, manna, alice, bob, go):
    with transaction.atomic():
        made = [task_for(bob, manna, alice, f"조치 {number}") for number in range(15)]
    go()
    [mail] = post_office.to("bob@example.com")
    assert mail["Subject"].strip() == "[Gatepass] 새 보완조치: 알림 15건"
    assert all(str(each) in parts(mail)["text/plain"] for each in made)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_a_repetition_has_the_same_message_id(post_office, manna, alice, bob, go):
    """The worker dies between the server's word and its own note of it."""
    task_for(bob, manna, alice)
    go()
    Delivery.objects.update(state="waiting")
    Lane.objects.update(due_at=timezone.now())
    go()
    first, second = post_office.to("bob@example.com")
    assert first["Message-ID"] == second["Message-ID"]


def test_a_server_that_comes_back_at_another_time(settings, manna, alice, bob, go):
    """The connection is made anew when the server closed the old one."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with smtp_sink() as first:
        settings.EMAIL_PORT = first.port
        task_for(bob, manna, alice)
        go()
    with smtp_sink(first.port) as second:
        task_for(bob, manna, alice)
        go()
        go()
    assert (len(first.mails), len(second.mails)) == (1, 1)
