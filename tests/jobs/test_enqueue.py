from collections.abc import Callable

import pytest
from kombu.exceptions import OperationalError

from compliance.jobs import messages, services
from compliance.jobs.models import Job, State

pytestmark = pytest.mark.django_db


def test_it_writes_a_row_and_sends_only_the_id_after_the_commit(
    kind, manna, alice, sent, django_capture_on_commit_callbacks
) -> None:
    name = kind(lambda progress: None)
    with django_capture_on_commit_callbacks(execute=True):
        job = services.enqueue(kind=name, organisation=manna, by=alice, args={"packet": 7})
        assert sent == []
    assert sent == [job.pk]
    kept = Job.objects.get()
    assert (kept.state, kept.args, kept.requested_by) == (State.QUEUED, {"packet": 7}, alice)
    assert kept.sent_at


def test_the_same_work_queued_twice_is_one_row(kind, manna, alice, bob, sent) -> None:
    name = kind(lambda progress: None)
    first = services.enqueue(kind=name, organisation=manna, by=alice, key="round-1")
    again = services.enqueue(kind=name, organisation=manna, by=bob, key="round-1")
    assert again == first
    assert services.enqueue(kind=name, organisation=manna, by=alice, key="round-2") != first


def test_the_same_key_of_another_organisation_is_other_work(kind, manna, elsewhere, sent) -> None:
    name = kind(lambda progress: None)
    ours = services.enqueue(kind=name, organisation=manna, by=None, key="round-1")
    theirs = services.enqueue(kind=name, organisation=elsewhere, by=None, key="round-1")
    assert ours != theirs


def test_finished_work_may_be_queued_again(kind, manna, alice, sent) -> None:
    name = kind(lambda progress: None)
    first = services.enqueue(kind=name, organisation=manna, by=alice, key="round-1")
    services.run(first.pk)
    assert services.enqueue(kind=name, organisation=manna, by=alice, key="round-1") != first


def test_a_broker_that_is_away_loses_nothing(
    kind: Callable[..., str], manna, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    class Away:
        def send_task(self, *args: object, **options: object) -> None:
            raise OperationalError("connection refused")

    monkeypatch.setattr(messages, "current_app", Away())
    with django_capture_on_commit_callbacks(execute=True):
        services.enqueue(kind=kind(lambda progress: None), organisation=manna, by=None)
    assert Job.objects.get().state == State.QUEUED


def test_work_that_nobody_can_do_is_refused_at_once(manna) -> None:
    with pytest.raises(LookupError, match="No handler does the work 'unknown'"):
        services.enqueue(kind="unknown", organisation=manna, by=None)
    assert not Job.objects.exists()
