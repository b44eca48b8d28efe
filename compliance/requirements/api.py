"""Requirements and assessments over the API."""

from datetime import date

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Router, Schema

from compliance.accounts.api import enter
from compliance.accounts.http import OrganisationRequest
from compliance.requirements import selectors, services
from compliance.requirements.models import Assessment

router = Router(tags=["requirements"])


class AssessmentOut(Schema):
    """One requirement with what the organisation says of it."""

    code: str
    area: str
    title: str
    mandatory: bool
    severity: str
    provenance: str
    verdict: str
    reason: str
    statement: str
    owner: str | None
    due: date | None
    revision: int


class AreaOut(Schema):
    area: str
    percent: int
    verdicts: dict[str, int]


class ReadinessOut(Schema):
    """Readiness as every page shows it."""

    profile: str
    version: str
    percent: int
    areas: list[AreaOut]


class StatementIn(Schema):
    """`revision` is the one that was read; an older one answers 409."""

    statement: str
    revision: int


class VerdictIn(Schema):
    verdict: str
    revision: int
    reason: str = ""


def _shown(assessment: Assessment) -> AssessmentOut:
    requirement = assessment.requirement
    return AssessmentOut(
        code=requirement.code,
        area=requirement.area.code,
        title=requirement.title,
        mandatory=requirement.mandatory,
        severity=requirement.severity,
        provenance=requirement.provenance,
        verdict=assessment.verdict,
        reason=assessment.reason,
        statement=assessment.statement,
        owner=assessment.owner.email if assessment.owner else None,
        due=assessment.due,
        revision=assessment.revision,
    )


def _rows(request: OrganisationRequest) -> QuerySet[Assessment]:
    return (
        Assessment.objects.visible_to(request.user)
        .filter(
            organisation=request.organisation,
            requirement__profile=selectors.chosen_profile(
                request.organisation, request.GET.get("profile", ""), user=request.user
            ),
        )
        .select_related("requirement__area", "owner")
    )


@router.get("/requirements", response=list[AssessmentOut])
def requirement_list(request: HttpRequest, organisation: Path[str]) -> list[AssessmentOut]:
    return [_shown(row) for row in _rows(enter(request, organisation, limited=True))]


@router.get("/readiness", response=ReadinessOut)
def readiness(request: HttpRequest, organisation: Path[str]) -> ReadinessOut:
    entered = enter(request, organisation, limited=True)
    asked = request.GET.get("profile", "")
    profile = selectors.chosen_profile(entered.organisation, asked, user=entered.user)
    if profile is None:
        return ReadinessOut(profile="", version="", percent=0, areas=[])
    found = selectors.readiness(entered.organisation, profile)
    areas = [
        AreaOut(area=each.area.code, percent=each.score.percent, verdicts=each.score.verdicts)
        for each in found.areas
    ]
    return ReadinessOut(
        profile=profile.identifier,
        version=profile.version,
        percent=found.overall.percent,
        areas=areas,
    )


@router.get("/requirements/{code}", response=AssessmentOut)
def requirement(request: HttpRequest, organisation: Path[str], code: str) -> AssessmentOut:
    rows = _rows(enter(request, organisation, limited=True))
    return _shown(get_object_or_404(rows, requirement__code=code))


@router.put("/requirements/{code}/statement", response=AssessmentOut)
def put_statement(
    request: HttpRequest, organisation: Path[str], code: str, body: StatementIn
) -> AssessmentOut:
    entered = enter(request, organisation)
    row = get_object_or_404(_rows(entered), requirement__code=code)
    services.write_statement(row, text=body.statement, revision=body.revision, by=entered.user)
    return _shown(row)


@router.put("/requirements/{code}/verdict", response=AssessmentOut)
def put_verdict(
    request: HttpRequest, organisation: Path[str], code: str, body: VerdictIn
) -> AssessmentOut:
    entered = enter(request, organisation)
    row = get_object_or_404(_rows(entered), requirement__code=code)
    services.set_verdict(
        row, verdict=body.verdict, reason=body.reason, revision=body.revision, by=entered.user
    )
    return _shown(row)
