"""Where the things of other rooms are looked at."""

from typing import Any

from django.urls import NoReverseMatch, reverse

from compliance.accounts.models import Organisation
from compliance.evidence.models import EvidenceLink
from compliance.remediation.models import Task
from compliance.requirements.models import Assessment


def _page(organisation: Organisation, name: str, **kwargs: Any) -> str:
    try:
        return reverse(name, kwargs={"organisation": organisation.slug, **kwargs})
    except NoReverseMatch:
        return ""


def of_task(task: Task) -> str:
    return _page(task.organisation, "remediation:detail", number=task.number)


def of_requirement(row: Assessment) -> str:
    requirement = row.requirement
    return _page(
        row.organisation,
        "requirements:detail",
        profile=requirement.profile.identifier,
        code=requirement.code,
    )


def of_link(link: EvidenceLink) -> str:
    return _page(link.organisation, "evidence:detail", number=link.evidence.number)
