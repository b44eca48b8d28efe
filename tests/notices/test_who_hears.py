"""Who hears of evidence, findings, requirements and work, each from the audit stream alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.evidence import services as evidence_room
from compliance.evidence.models import EvidenceLink
from compliance.jobs import running
from compliance.jobs.models import Job
from compliance.notices import services
from compliance.notices.models import Notice
from compliance.requirements import services as requirements
from compliance.scans import decisions
from compliance.scans import services as scans
from compliance.scans.models import Finding
from compliance.shared.errors import Refused
from tests.remediation.conftest import proof, scan, task  # noqa: F401 - fixtures


def heard(action) -> set[str]:
    """Names of those who were told of *action*."""
    services.deliver_all()
    rows = Notice.objects.filter(entry__action=action)
    return set(rows.values_list("user__email", flat=True))


def addresses(*people) -> set[str]:
    return {person.email for person in people}


@pytest.fixture
def waiting(proof, adopted, bob) -> EvidenceLink:  # noqa: F811
    """bob's screenshot waits for its review."""
    requirement = adopted.requirements.get(code="OI-NET-03")
    return evidence_room.link(proof, requirement, by=bob)


def test_reviewers_hear_of_evidence_that_was_submitted(waiting, alice, bob, carol):
    assert heard("evidence.submitted") == addresses(carol)
    notice = Notice.objects.filter(entry__action="evidence.submitted").first()
    assert (notice.topic, notice.url) == (
        "reviews",
        f"/o/manna/evidence/{waiting.evidence.number}/",
    )


def test_who_uploaded_it_hears_that_it_was_accepted(waiting, bob, carol):
    evidence_room.accept(waiting, by=carol)
    assert heard("evidence.accepted") == addresses(bob)


def test_a_new_owner_of_a_requirement_hears_of_it(assessment, alice, bob):
    requirements.assign(assessment, owner=bob, due=None, by=alice)
    assert heard("assessment.assigned") == addresses(bob)
    assert Notice.objects.get(entry__action="assessment.assigned").topic == "mine"


def test_who_triages_hears_of_a_risk_that_is_no_longer_accepted(scan, alice, bob, olga):  # noqa: F811
    scan({"U-01": "취약"}, severity="하")
    finding = Finding.objects.get()
    until = timezone.localdate() + timedelta(days=3)
    scans.triage(finding, state="risk_accepted", reason="관리망 전용", until=until, by=olga)
    assert decisions.end_acceptances(until + timedelta(days=1)) == 1
    told = heard("finding.acceptance_ended")
    assert alice.email in told
    assert bob.email not in told
    notice = Notice.objects.filter(entry__action="finding.acceptance_ended").first()
    assert notice.url == f"/o/manna/findings/{finding.number}/"


def test_who_started_work_hears_that_it_failed(manna, bob, alice):
    job = Job.objects.create(organisation=manna, kind="x", requested_by=bob, state="running")
    running.fail(job, "파일이 손상되었습니다.")
    assert heard("job.failed") == addresses(bob)
    assert Notice.objects.get(entry__action="job.failed").url == f"/o/manna/jobs/{job.pk}/"


def test_an_import_that_fails_is_told_once(manna, adopted, alice, bob):
    """The run says it, so the job says nothing."""
    import io

    with pytest.raises(Refused):
        scans.import_now(manna, io.BytesIO(b"\0\1\2"), name="x.csv", by=bob)
    told = heard("scan.failed") | heard("job.failed")
    rows = Notice.objects.filter(entry__action__in=["scan.failed", "job.failed"], user=bob)
    assert rows.count() == (bob.email in told)
