from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.jobs import selectors, services, sweeper
from compliance.jobs.models import Job, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(kind, manna, alice, sent) -> Job:
    return services.enqueue(kind=kind(lambda progress: None), organisation=manna, by=alice)


def change(job: Job, **columns: object) -> None:
    Job.objects.filter(pk=job.pk).update(**columns)
    job.refresh_from_db()


def ago(seconds: float) -> object:
    return timezone.now() - timedelta(seconds=seconds)


def test_a_message_that_was_lost_is_sent_again(job, sent) -> None:
    change(job, due_at=ago(16), sent_at=ago(16))
    assert sweeper.sweep()["sent_again"] == 1
    assert sent == [job.pk]
    assert sweeper.sweep()["sent_again"] == 0, "not again before another 15 s"


def test_a_fresh_message_is_left_alone(job, sent) -> None:
    change(job, due_at=ago(14), sent_at=ago(14))
    assert sum(sweeper.sweep().values()) == 0
    assert sent == []


def test_work_that_waits_for_its_next_attempt_is_left_alone(job, sent) -> None:
    change(job, attempt=1, due_at=timezone.now() + timedelta(seconds=30), sent_at=ago(20))
    assert sum(sweeper.sweep().values()) == 0


def test_work_without_a_pulse_is_queued_again(job, sent) -> None:
    services.claim(job.pk)
    change(job, heartbeat_at=ago(9))
    assert sweeper.sweep()["queued_again"] == 1
    job.refresh_from_db()
    assert (job.state, job.attempt) == (State.QUEUED, 1)
    assert sent == [job.pk]
    again = services.claim(job.pk)
    assert again
    assert again.attempt == 2


def test_work_with_a_pulse_is_left_alone(job, sent) -> None:
    services.claim(job.pk)
    change(job, heartbeat_at=ago(7))
    assert sum(sweeper.sweep().values()) == 0


def test_work_that_killed_four_workers_is_given_up_with_a_sentence(job) -> None:
    services.claim(job.pk)
    change(job, attempt=4, heartbeat_at=ago(9))
    assert sweeper.sweep()["given_up"] == 1
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "여러 차례 중단" in job.error


def test_cancelled_work_of_a_dead_worker_ends_cancelled(job) -> None:
    services.claim(job.pk)
    change(job, cancel_requested=True, heartbeat_at=ago(9))
    sweeper.sweep()
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_the_queue_is_stuck_when_work_waits_and_a_worker_is_free(job) -> None:
    assert not selectors.is_stuck(2)
    change(job, due_at=ago(61))
    assert selectors.is_stuck(2)


def test_the_queue_is_not_stuck_while_all_workers_are_busy(job, kind, manna) -> None:
    change(job, due_at=ago(61))
    for name in ("test.a", "test.b"):
        kind(lambda progress: None, name)
        services.claim(services.enqueue(kind=name, organisation=manna, by=None).pk)
    assert not selectors.is_stuck(2)
    assert selectors.is_stuck(3)
