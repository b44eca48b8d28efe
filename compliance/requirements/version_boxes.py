"""What the page of a requirement says of versions: that it is a former one, what came along."""

from typing import Any

from django.http import HttpRequest

from compliance.requirements import to_look_at, versions
from compliance.requirements.models import Assessment, CarryOverItem
from compliance.shared import slots
from compliance.shared.errors import why_not


def notice(request: HttpRequest, assessment: Assessment) -> dict[str, Any] | None:
    """Over a page of a former version: that it is one, and where it goes on."""
    if not versions.is_former(assessment):
        return None
    profile = assessment.requirement.profile
    return {
        "former_version": profile,
        "carry_over": versions.carry_over_from(assessment.organisation, profile),
        "successor": versions.successor(assessment),
    }


def box(request: HttpRequest, assessment: Assessment) -> dict[str, Any] | None:
    """What came along from the former version, and what has to be looked at."""
    items = list(to_look_at.of_requirement(assessment))
    before = _before(assessment)
    if not items and before is None:
        return None
    user: Any = request.user
    organisation = assessment.organisation
    return {
        "assessment": assessment,
        "before": before,
        "parts": _parts(assessment, items),
        "items": [to_look_at.shown(each, each.carry_over, organisation) for each in items],
        "open": sum(1 for each in items if each.seen_at is None),
        "why_not_look": why_not(to_look_at.check_can_look, organisation, user),
    }


def _parts(assessment: Assessment, items: list[CarryOverItem]) -> list[Assessment]:
    """What was written at the former requirements that are parts of this one now."""
    pks = [each.old_requirement_id for each in items if each.data.get("about") == "part"]
    if not pks:
        return []
    rows = Assessment.objects.filter(
        organisation_id=assessment.organisation_id, requirement__in=pks
    )
    return list(rows.select_related("requirement__profile").order_by("requirement__order"))


def _before(assessment: Assessment) -> Assessment | None:
    if not assessment.carried_from_id:
        return None
    rows = Assessment.objects.select_related("requirement__profile", "decided_by")
    return rows.filter(pk=assessment.carried_from_id).first()


def register() -> None:
    slots.panel(
        "requirement notice", order=10, template="requirements/_former.html", context=notice
    )
    slots.panel("requirement", order=5, template="requirements/_versions.html", context=box)
