import pytest

from compliance.audit.models import Entry
from compliance.jobs import services
from compliance.jobs.models import Job, State
from compliance.shared.errors import Refused, Unauthorised

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(kind, manna, bob, sent) -> Job:
    return services.enqueue(kind=kind(lambda progress: None), organisation=manna, by=bob)


def test_waiting_work_ends_at_once_and_the_audit_log_says_who(job, bob, manna) -> None:
    services.cancel(job, by=bob)
    assert Job.objects.get().state == State.CANCELLED
    entry = Entry.objects.get(organisation_id=manna.pk, action="job.cancelled")
    assert entry.actor_id == bob.pk
    assert services.run(job.pk) is None


def test_running_work_is_asked_to_stop(job, bob) -> None:
    services.claim(job.pk)
    services.cancel(job, by=bob)
    kept = Job.objects.get()
    assert (kept.state, kept.cancel_requested) == (State.RUNNING, True)


def test_the_security_lead_may_cancel_what_others_started(job, alice) -> None:
    services.cancel(job, by=alice)
    assert Job.objects.get().state == State.CANCELLED


def test_a_viewer_may_not(job, dave) -> None:
    with pytest.raises(Unauthorised):
        services.cancel(job, by=dave)
    assert Job.objects.get().state == State.QUEUED


def test_what_is_over_cannot_be_cancelled(job, bob) -> None:
    services.run(job.pk)
    job.refresh_from_db()
    with pytest.raises(Refused):
        services.cancel(job, by=bob)


def test_work_that_ended_a_moment_ago_is_a_conflict(job, bob) -> None:
    services.run(job.pk)
    with pytest.raises(Refused):
        services.cancel(job, by=bob)
    assert Job.objects.get().state == State.DONE
