"""Where the things of other rooms are looked at."""

from django.urls import reverse

from compliance.evidence.models import EvidenceLink
from compliance.remediation.models import Task
from compliance.requirements.models import Assessment


def of_task(task: Task) -> str:
    return reverse("remediation:detail", args=[task.organisation.slug, task.number])


def of_requirement(row: Assessment) -> str:
    requirement = row.requirement
    where = [row.organisation.slug, requirement.profile.identifier, requirement.code]
    return reverse("requirements:detail", args=where)


def of_evidence(link: EvidenceLink) -> str:
    return reverse("evidence:detail", args=[link.organisation.slug, link.evidence.number])


def of_review(link: EvidenceLink) -> str:
    return reverse("evidence:desk", args=[link.organisation.slug, link.pk])
