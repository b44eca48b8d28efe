from typing import Any

import pytest
from django.db import OperationalError

from compliance.audit.models import Entry
from compliance.jobs import services
from compliance.jobs.models import Job, State
from compliance.jobs.progress import Progress, stopping
from compliance.shared.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(kind, manna, alice, sent):
    """queued(function) is a waiting job of alice's."""

    def make(function: Any, **args: Any) -> Job:
        return services.enqueue(kind=kind(function), organisation=manna, by=alice, args=args)

    return make


def run(job: Job) -> Job:
    ran = services.run(job.pk)
    assert ran
    return ran


def test_it_keeps_progress_and_result(queued) -> None:
    seen: list[tuple[int, int, str]] = []

    def work(progress: Progress) -> dict[str, Any]:
        for page in range(3):
            progress.step(page, 3, f"Page {page}")
            row = Job.objects.get(pk=progress.job.pk)
            seen.append((row.done, row.total, row.phase))
        return {"url": "/o/manna/", "name": progress.args["name"]}

    job = run(queued(work, name="packet"))
    assert seen == [(0, 3, "Page 0"), (1, 3, "Page 1"), (2, 3, "Page 2")]
    assert (job.state, job.attempt, job.done) == (State.DONE, 1, 3)
    assert job.result == {"url": "/o/manna/", "name": "packet"}
    assert job.finished_at


def test_only_one_of_two_claims_wins(queued) -> None:
    job = queued(lambda progress: None)
    assert services.claim(job.pk)
    assert services.claim(job.pk) is None
    assert services.run(job.pk) is None


def test_a_refusal_fails_with_its_sentence_and_no_second_try(queued, manna) -> None:
    def work(progress: Progress) -> None:
        raise Refused("동결된 차수가 없습니다.")

    job = run(queued(work))
    assert (job.state, job.error) == (State.FAILED, "동결된 차수가 없습니다.")
    entry = Entry.objects.get(organisation_id=manna.pk, action="job.failed")
    assert entry.data["error"] == "동결된 차수가 없습니다."


def test_a_fault_fails_with_a_sentence_and_a_traceback_in_the_log(queued, caplog) -> None:
    job = run(queued(lambda progress: 1 / 0))
    assert job.state == State.FAILED
    assert "ZeroDivisionError" not in job.error
    assert str(job.pk) in job.error
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("error", [OSError("disk"), OperationalError("database is locked")])
def test_a_passing_fault_is_tried_again_later(queued, sent, error) -> None:
    def work(progress: Progress) -> None:
        raise error

    job = run(queued(work))
    assert (job.state, job.attempt) == (State.QUEUED, 1)
    assert job.due_at > job.started_at
    assert sent == [job.pk]


def test_a_passing_fault_that_stays_gives_up_after_four_attempts(queued) -> None:
    def work(progress: Progress) -> None:
        raise OSError("disk")

    job = queued(work)
    for _ in range(4):
        job = run(job)
    assert (job.state, job.attempt) == (State.FAILED, 4)
    assert job.error


def test_cancelled_work_stops_at_its_next_step(queued, alice) -> None:
    def work(progress: Progress) -> None:
        services.cancel(Job.objects.get(pk=progress.job.pk), by=alice)
        progress.step(1, 2, "Next")
        pytest.fail("the work went on")

    job = run(queued(work))
    assert job.state == State.CANCELLED


def test_a_fenced_worker_writes_nothing_more(queued) -> None:
    def work(progress: Progress) -> dict[str, str]:
        Job.objects.filter(pk=progress.job.pk).update(attempt=2, phase="theirs")
        progress.step(1, 2, "ours")
        pytest.fail("the work went on")

    job = run(queued(work))
    assert (job.state, job.attempt, job.phase) == (State.RUNNING, 2, "theirs")


def test_a_fenced_worker_that_says_nothing_does_not_end_the_work(queued) -> None:
    def work(progress: Progress) -> dict[str, str]:
        Job.objects.filter(pk=progress.job.pk).update(attempt=2)
        return {"by": "the old worker"}

    job = run(queued(work))
    assert (job.state, job.result) == (State.RUNNING, {})


def test_a_stopping_process_hands_the_work_back_and_counts_no_attempt(queued, sent) -> None:
    def work(progress: Progress) -> None:
        stopping.set()
        progress.step(1, 2, "Next")

    try:
        job = run(queued(work))
    finally:
        stopping.clear()
    assert (job.state, job.attempt, job.max_attempts) == (State.QUEUED, 1, 5)
    assert sent == [job.pk]


def test_sentences_are_in_the_language_of_who_asked(queued, alice) -> None:
    alice.language = "en"
    alice.save(update_fields=["language"])
    job = run(queued(lambda progress: 1 / 0))
    assert job.error.startswith("This could not be finished")


def test_a_command_runs_its_work_itself(kind, manna, alice, sent) -> None:
    name = kind(lambda progress: {"pages": 3})
    job = services.run_now(kind=name, organisation=manna, by=alice)
    assert (job.state, job.result) == (State.DONE, {"pages": 3})
    assert sent == []


def test_a_command_does_not_do_what_a_worker_does_already(kind, manna, alice, sent) -> None:
    name = kind(lambda progress: None)
    job = services.enqueue(kind=name, organisation=manna, by=alice, key="round-1")
    services.claim(job.pk)
    with pytest.raises(Refused):
        services.run_now(kind=name, organisation=manna, by=alice, key="round-1")
