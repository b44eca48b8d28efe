"""Evidence accepted for a related requirement of another profile, proposed here and never linked
by itself."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from compliance.accounts.models import Organisation
from compliance.evidence import policies
from compliance.evidence.models import Evidence, EvidenceLink
from compliance.requirements.models import Assessment, Requirement
from compliance.requirements.related import Related, related_to
from compliance.shared.errors import why_not

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Proposed:
    """An evidence and the links by which it was accepted elsewhere.

    `asked`: its kind is one that the requirement here asks for.
    """

    evidence: Evidence
    asked: bool
    links: list[EvidenceLink] = field(default_factory=list)


def panel(request: HttpRequest, assessment: Assessment) -> dict[str, Any] | None:
    """Nothing where nothing is proposed."""
    found = proposed(assessment)
    if not found:
        return None
    return {
        "organisation": assessment.organisation,
        "requirement": assessment.requirement,
        "proposed": found[:SHOWN],
        "left_out": max(0, len(found) - SHOWN),
        "why_not_add": why_not(policies.check_can_add, assessment.organisation, request.user),
    }


def proposed(assessment: Assessment) -> list[Proposed]:
    """Three queries, however much there is; what is asked for here comes first."""
    others = {each.requirement.pk: each for each in related_to(assessment)}
    if not others:
        return []
    wanted = assessment.requirement
    asked = set(wanted.evidence_kinds.values_list("code", flat=True))
    made: dict[int, Proposed] = {}
    for link in _accepted(assessment.organisation, list(others), wanted):
        fits = link.evidence.kind_code in asked
        if fits or _is_close(others[link.requirement_id]):
            one = made.setdefault(link.evidence_id, Proposed(link.evidence, fits))
            one.links.append(link)
    return sorted(made.values(), key=lambda each: (not each.asked, each.evidence.number))


def _is_close(other: Related) -> bool:
    """Where both only meet in a baseline, a kind that is not asked for here proves nothing."""
    return other.is_direct


def _accepted(
    organisation: Organisation, requirement_ids: list[int], wanted: Requirement
) -> list[EvidenceLink]:
    here = EvidenceLink.objects.filter(organisation=organisation, requirement=wanted)
    rows = EvidenceLink.objects.supporting().filter(
        organisation=organisation, requirement_id__in=requirement_ids
    )
    rows = rows.exclude(evidence__in=here.values("evidence_id"))
    return list(rows.select_related("evidence__kind", "requirement__profile", "version"))
