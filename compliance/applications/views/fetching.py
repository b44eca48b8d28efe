"""Fetching is authorising: what an address names, as this person may see it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from compliance.accounts.http import OrganisationRequest
from compliance.applications.models import Application, Round


def application_of(request: OrganisationRequest, number: str) -> Application:
    rows = Application.objects.visible_to(request.user).select_related(
        "organisation",
        "profile__platform",
        "follows__organisation",
        "network_diagram",
        "data_flow_diagram",
    )
    return get_object_or_404(rows, organisation=request.organisation, number=number)


def round_of(request: OrganisationRequest, number: str, round_number: int) -> Round:
    application = application_of(request, number)
    rows = application.rounds.select_related(
        "prepared_by", "reviewed_by", "approved_by", "attested_by", "frozen_by"
    )
    found = get_object_or_404(rows, number=round_number)
    found.application = application
    return found


def to_application(application: Application) -> HttpResponse:
    return redirect(
        "applications:detail",
        organisation=application.organisation.slug,
        number=application.number,
    )


def to_round(round_: Round, page: str = "round") -> HttpResponse:
    return redirect(
        f"applications:{page}",
        organisation=round_.application.organisation.slug,
        number=round_.application.number,
        round=round_.number,
    )
