"""The box on a requirement's page that names what other adopted profiles ask of the same kind."""

from typing import Any

from django.http import HttpRequest

from compliance.requirements import pages, policies
from compliance.requirements.crosswalks import BASELINES
from compliance.requirements.models import Assessment
from compliance.requirements.related import Related, names_for, related_to
from compliance.shared.errors import why_not


def related(request: HttpRequest, assessment: Assessment) -> dict[str, Any] | None:
    """Nothing where no other profile is worked with."""
    found = related_to(assessment)
    others = len(names_for(assessment)) - 1
    if not found and others < 1:
        return None
    user: Any = request.user
    return {
        "organisation": assessment.organisation,
        "assessment": assessment,
        "requirement": assessment.requirement,
        "direct": [each for each in found if each.is_direct],
        "shared": [(each, _meeting(each)) for each in found if not each.is_direct],
        "why_not_write": why_not(policies.check_can_write, assessment, user),
        "why_not_relate": why_not(policies.check_can_relate, assessment.organisation, user),
    }


def _meeting(other: Related) -> list[str]:
    """The baseline items both name, as people write them: ISMS-P 2.9.4."""
    names = {BASELINES[key]: str(pages.FRAMEWORKS[key]) for key in BASELINES}
    return [f"{names.get(item.profile, item.profile)} {item.code}" for item in other.through]
