"""Webhooks against a real HTTP server."""

import contextlib
import json
import time
from datetime import timedelta

import pytest
import standardwebhooks
import time_machine
from django.utils import timezone

from compliance.notices import outbox, services, targets, worker
from compliance.notices.actions import Action
from compliance.notices.models import Delivery, Lane, Notice, Target
from compliance.remediation import services as tasks
from compliance.remediation.services import NewTask
from compliance.shared.errors import Refused, Unauthorised
from tests.services.sink import say

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def open_tasks(manna, alice, bob, count=1, first=1):
    for number in range(first, first + count):
        tasks.create(manna, NewTask(f"조치 {number}", assignee=bob), by=alice)


def opened(sink):
    """The names of the tasks that the sink was told of, in the order it was told."""
    bodies = [json.loads(each.body) for each in sink.received]
    return [each["data"]["target"]["name"] for each in bodies if each["type"] == "task.created"]


def test_an_entry_arrives_signed(webhook, sink, manna, alice, bob, go):
    open_tasks(manna, alice, bob)
    go()
    got = next(each for each in sink.received if b'"task.created"' in each.body)
    reader = standardwebhooks.Webhook(webhook.secret.open())
    body = reader.verify(got.body, got.headers)
    assert body["data"]["target"]["name"] == "T-0001 조치 1"
    assert body["data"]["url"].endswith("/o/manna/tasks/1/")
    assert got.path == "/hook/secret-path"
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        reader.verify(got.body.replace(b"T-0001", b"T-0002"), got.headers)


def test_an_old_message_is_known_as_old(webhook, sink, manna, alice, bob, go):
    open_tasks(manna, alice, bob)
    go()
    got = sink.received[-1]
    reader = standardwebhooks.Webhook(webhook.secret.open())
    with (
        time_machine.travel(timezone.now() + timedelta(minutes=6)),
        pytest.raises(standardwebhooks.WebhookVerificationError),
    ):
        reader.verify(got.body, got.headers)


def test_after_a_rotation_both_secrets_hold_for_a_day(webhook, sink, manna, alice, bob, go):
    old = webhook.secret.open()
    new = targets.rotate(webhook, by=alice)
    assert new != old
    open_tasks(manna, alice, bob)
    go()
    got = sink.received[-1]
    for secret in (old, new):
        standardwebhooks.Webhook(secret).verify(got.body, got.headers)
    Target.objects.update(old_secret_until=timezone.now() - timedelta(seconds=1))
    open_tasks(manna, alice, bob, first=2)
    go()
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(old).verify(sink.received[-1].body, sink.received[-1].headers)


def test_the_order_is_the_streams(webhook, sink, manna, alice, bob, go):
    open_tasks(manna, alice, bob, count=30)
    go()
    assert opened(sink) == [f"T-{n:04} 조치 {n}" for n in range(1, 31)]


def test_a_failure_holds_what_comes_after_it(webhook, sink, manna, alice, bob, go):
    """500 at the first message: the second waits behind it and both arrive in order, once."""
    go()
    sink.received.clear()
    sink.answer = lambda handler: say(handler, 500, b"out of order")
    open_tasks(manna, alice, bob, count=2)
    go()
    first, second = Delivery.objects.order_by("pk").filter(entry__action="task.created")
    assert len(sink.received) == 1
    assert (first.state, first.attempts, first.status) == ("waiting", 1, 500)
    assert first.answer == "out of order"
    assert first.sentence
    assert (second.state, second.attempts) == ("waiting", 0)
    assert go(rested=False) == 0, "the lane rests"
    sink.answer = None
    sink.received.clear()
    go()
    assert opened(sink) == ["T-0001 조치 1", "T-0002 조치 2"]
    assert go() == 0


def test_a_repetition_carries_the_same_id(webhook, sink, manna, alice, bob, go):
    sink.answer = lambda handler: say(handler, 503)
    open_tasks(manna, alice, bob)
    go()
    sink.answer = None
    go()
    ids = [each.headers["webhook-id"] for each in sink.received]
    assert ids[0] == ids[1]


def test_a_worker_that_asks_for_time_gets_it(webhook, sink, manna, alice, bob, go):
    sink.answer = lambda handler: say(handler, 429, b"", Retry_After="120")
    open_tasks(manna, alice, bob)
    go()
    lane = Lane.objects.get(name=f"target:{webhook.pk}")
    assert timedelta(seconds=110) < lane.free_at - timezone.now() < timedelta(seconds=121)


def test_a_target_that_hangs_is_bounded_and_said(webhook, sink, manna, alice, bob, go, monkeypatch):
    monkeypatch.setattr("compliance.notices.channels.answers.SECONDS", 0.5)
    sink.answer = lambda handler: time.sleep(3)
    open_tasks(manna, alice, bob)
    begun = time.monotonic()
    go()
    assert time.monotonic() - begun < 2.5
    row = Delivery.objects.filter(target=webhook).earliest("pk")
    assert row.state == "waiting"
    assert "127.0.0.1" in row.sentence
    assert "secret-path" not in row.sentence


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_inside_is_not_followed(webhook, sink, manna, alice, bob, go, status):
    with pytest.MonkeyPatch.context():
        sink.answer = lambda handler: say(handler, status, b"", Location="http://127.0.0.1:1/x")
        open_tasks(manna, alice, bob)
        go()
    row = Delivery.objects.filter(target=webhook).earliest("pk")
    assert (row.state, row.status) == ("failed", status)
    assert str(status) in row.sentence


def test_a_gigabyte_is_taken_as_an_answer_and_cut(webhook, sink, manna, alice, bob, go):
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(2**30))
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(2**14):
                handler.wfile.write(b"x" * 2**16)

    sink.answer = endless
    open_tasks(manna, alice, bob)
    begun = time.monotonic()
    go()
    assert time.monotonic() - begun < 10
    row = Delivery.objects.filter(target=webhook).earliest("pk")
    assert row.state == "sent"
    assert "16 KB" in row.sentence
    assert len(row.answer) <= 1000


def test_an_address_that_became_private_is_not_reached(
    webhook, sink, manna, alice, bob, go, settings
):
    settings.OUTBOUND_ALLOW = []
    open_tasks(manna, alice, bob)
    go()
    assert not sink.received
    row = Delivery.objects.filter(target=webhook).earliest("pk")
    assert row.state == "failed"
    assert "OUTBOUND_ALLOW" in row.sentence


def test_after_ten_failures_it_is_stopped_and_the_lead_hears(
    webhook, sink, manna, alice, bob, olga, go
):
    go()
    sink.answer = lambda handler: say(handler, 500)
    open_tasks(manna, alice, bob, count=2)
    for _ in range(12):
        go()
    webhook.refresh_from_db()
    assert webhook.state == Target.State.DISABLED
    told = Notice.objects.filter(entry__action=Action.TARGET_DISABLED)
    assert {notice.user_id for notice in told} == {alice.pk, olga.pk}
    assert told[0].url == f"/o/manna/notices/targets/{webhook.pk}/"
    sink.answer = None
    sink.received.clear()
    assert go() == 0
    targets.start(webhook, by=alice)
    go()
    assert opened(sink) == ["T-0001 조치 1", "T-0002 조치 2"], "what waited arrives, in order"


def test_one_that_is_gone_is_stopped_at_once(webhook, sink, manna, alice, bob, go):
    sink.answer = lambda handler: say(handler, 410)
    open_tasks(manna, alice, bob)
    go()
    webhook.refresh_from_db()
    assert webhook.state == Target.State.DISABLED


def test_a_refused_message_does_not_hold_up_the_next(webhook, sink, manna, alice, bob, go):
    go()
    sink.received.clear()

    def refuse_the_first(handler):
        say(handler, 400 if len(sink.received) == 1 else 200)

    sink.answer = refuse_the_first
    open_tasks(manna, alice, bob, count=2)
    go()
    states = Delivery.objects.filter(entry__action="task.created").order_by("pk")
    assert [each.state for each in states] == ["failed", "sent"]
    webhook.refresh_from_db()
    assert webhook.failures == 0, "only failures in a row count"


def test_a_worker_that_is_asked_to_end_gives_its_lane_back(webhook, sink, manna, alice, bob, go):
    from compliance.jobs.progress import stopping

    go()
    sink.received.clear()
    open_tasks(manna, alice, bob, count=3)

    def ask_to_end(handler):
        stopping.set()
        say(handler)

    sink.answer = ask_to_end
    try:
        go()
    finally:
        stopping.clear()
    sink.answer = None
    assert opened(sink) == ["T-0001 조치 1"]
    assert worker.run(seconds=5) == 2, "at once, without waiting for the dead"
    assert opened(sink) == [f"T-{n:04} 조치 {n}" for n in (1, 2, 3)]


def test_a_lane_given_back_is_free_at_once(webhook, manna, alice, bob, go):
    go()
    open_tasks(manna, alice, bob)
    services.deliver_all()
    for _each in range(200):  # within one millisecond of each other, many of them
        lane = outbox.claim()
        assert lane is not None
        outbox.release(lane)


def test_a_replay_sends_the_same_message_again(webhook, sink, manna, alice, bob, go):
    open_tasks(manna, alice, bob)
    go()
    row = Delivery.objects.filter(entry__action="task.created", target=webhook).get()
    sink.received.clear()
    targets.replay(row, by=alice)
    go()
    again = [each for each in sink.received if each.headers["webhook-id"] == row.message_id]
    assert len(again) == 1
    standardwebhooks.Webhook(webhook.secret.open()).verify(again[0].body, again[0].headers)


def test_a_test_goes_out_while_the_target_is_stopped(webhook, sink, alice, go):
    targets.stop(webhook, by=alice)
    targets.test(webhook, by=alice)
    go()
    assert [json.loads(each.body)["type"] for each in sink.received] == ["test"]


def test_only_the_chosen_topics_are_sent(webhook, sink, manna, alice, bob, go):
    facts = targets.TargetFacts(name="수집기", topics=["packets"])
    targets.change(webhook, facts, by=alice)
    open_tasks(manna, alice, bob)
    go()
    assert not opened(sink)


def test_a_target_that_hangs_does_not_hold_up_mail(
    webhook, sink, manna, alice, bob, go, post_office
):
    sink.answer = lambda handler: say(handler, 500)
    open_tasks(manna, alice, bob)
    go()
    assert len(post_office.to("bob@example.com")) == 1


@pytest.mark.parametrize(
    "address",
    ["http://10.0.0.1/", "http://[::1]/", "ftp://example.com/", "https://u:p@example.com/", "x"],
)
def test_a_private_address_is_refused_in_the_form(manna, alice, address):
    with pytest.raises(Refused):
        targets.add(
            manna, "webhook", targets.TargetFacts(name="안쪽", topics=[], address=address), by=alice
        )
    assert not Target.objects.exists()


def test_an_engineer_adds_no_target(manna, bob):
    with pytest.raises(Unauthorised):
        targets.add(
            manna,
            "webhook",
            targets.TargetFacts(name="x", topics=[], address="https://example.com/"),
            by=bob,
        )


def test_keys_are_exchanged_without_losing_a_secret(webhook, call_command):
    before = (webhook.secret.open(), webhook.secret.token)
    call_command("rotate_keys", "--drop-old")
    webhook.refresh_from_db()
    assert webhook.secret.open() == before[0]
    assert webhook.secret.token != before[1]


@pytest.fixture
def call_command():
    from django.core.management import call_command

    return call_command
