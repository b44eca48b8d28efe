"""What the requirement page shows of the platform's verdicts."""

from typing import Any, cast

from django.http import HttpRequest

from compliance.accounts.models import User
from compliance.applications import selectors
from compliance.requirements import limits
from compliance.requirements.models import Assessment
from compliance.shared import slots

SHOWN = 3


def box(request: HttpRequest, assessment: Assessment) -> dict[str, Any] | None:
    """The platform's last words on a requirement, beside our own verdict; nothing without any."""
    found = selectors.last_verdicts(assessment.organisation, [assessment.requirement_id])
    opened = limits.opened(cast(User, request.user), assessment.organisation)
    if opened is not None:
        seen = set(opened.values_list("pk", flat=True))
        found = [each for each in found if each.round.application_id in seen]
    if not found:
        return None
    return {"verdicts": found[:SHOWN], "organisation": assessment.organisation}


def register() -> None:
    slots.panel(
        "requirement", order=5, template="applications/_requirement.html", context=box, limited=True
    )
