"""Applications over the API."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Router, Schema

from compliance.accounts.api import enter
from compliance.applications import preflight
from compliance.applications.models import Application

router = Router(tags=["applications"])


class ApplicationOut(Schema):
    number: str
    title: str
    platform: str
    profile: str
    state: str
    receipt_number: str


class GapOut(Schema):
    """One thing that blocks or weakens the submission."""

    level: str
    requirement: str
    sentence: str
    url: str


def _shown(application: Application) -> ApplicationOut:
    return ApplicationOut(
        number=application.number,
        title=application.title,
        platform=application.platform.code,
        profile=f"{application.profile.identifier} {application.profile.version}",
        state=application.state,
        receipt_number=application.receipt_number,
    )


@router.get("/applications", response=list[ApplicationOut])
def application_list(request: HttpRequest, organisation: Path[str]) -> list[ApplicationOut]:
    entered = enter(request, organisation)
    rows = Application.objects.visible_to(entered.user).filter(organisation=entered.organisation)
    return [_shown(row) for row in rows.select_related("profile__platform")]


@router.get("/applications/{number}/preflight", response=list[GapOut])
def gaps(request: HttpRequest, organisation: Path[str], number: str) -> list[GapOut]:
    entered = enter(request, organisation)
    application = get_object_or_404(
        Application.objects.visible_to(entered.user).select_related("profile__platform"),
        organisation=entered.organisation,
        number=number,
    )
    return [
        GapOut(
            level=gap.level, requirement=gap.requirement, sentence=str(gap.sentence), url=gap.url
        )
        for gap in preflight.gaps(application)
    ]
