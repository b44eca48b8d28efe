"""The scope statement as a table that works with and without script."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.applications import policies, scoping
from compliance.applications.forms import scope_forms
from compliance.applications.models import Application
from compliance.applications.views.fetching import application_of, to_application
from compliance.shared.errors import Conflict, Refused
from compliance.shared.numbers import whole


@in_organisation
def scope(request: OrganisationRequest, number: str) -> HttpResponse:
    application = application_of(request, number)
    policies.check_can_edit(application, request.user)
    if request.method != "POST":
        return _page(request, application, scope_forms(scoping.items(application)))
    rows = scope_forms([], request.POST)
    if not rows.is_valid():
        return _page(request, application, rows, revision=_revision(request))
    try:
        scoping.set_scope(application, rows.items(), revision=_revision(request), by=request.user)
    except Conflict as conflict:
        # What was typed stays in the table; what is stored stands above it.
        return _page(
            request,
            application,
            rows,
            status=HTTPStatus.CONFLICT,
            conflict=str(conflict),
            stored=scoping.items(application),
        )
    except Refused as refusal:
        return _page(request, application, rows, refusal=str(refusal))
    messages.success(request, _("Saved."))
    return to_application(application)


def _revision(request: OrganisationRequest) -> int:
    return whole(request.POST.get("revision", ""), default=-1)


def _page(
    request: OrganisationRequest,
    application: Application,
    rows: Any,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    revision: int | None = None,
    **extra: Any,
) -> HttpResponse:
    context = {
        "application": application,
        "formset": rows,
        "revision": application.revision if revision is None else revision,
        **extra,
    }
    return render(request, "applications/scope.html", context, status=status)
