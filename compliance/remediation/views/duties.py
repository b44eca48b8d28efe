"""Pages of recurring duties."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.audit.selectors import history
from compliance.evidence import uploading
from compliance.evidence.models import Evidence
from compliance.remediation import duty_policies as policies
from compliance.remediation import keeping, proposals, strips
from compliance.remediation.duty_forms import CompleteForm, DutyForm
from compliance.remediation.forms import members
from compliance.remediation.models import DutyOccurrence, DutySeries
from compliance.shared.errors import Refused, why_not
from compliance.shared.numbers import whole

SHOWN_ENTRIES = 50
REUSABLE = 50


def _series(request: OrganisationRequest, number: int) -> DutySeries:
    rows = DutySeries.objects.visible_to(request.user).select_related(
        "organisation", "requirement__profile", "responsible", "kind", "created_by"
    )
    return get_object_or_404(rows, organisation=request.organisation, number=number)


def _to(series: DutySeries) -> HttpResponse:
    return redirect("remediation:duty", organisation=series.organisation.slug, number=series.number)


@require_safe
@in_organisation
def list_(request: OrganisationRequest) -> HttpResponse:
    """Every series with its strip, and what the profiles propose."""
    found = strips.strips(request.organisation, request.user)
    context = {
        "strips": found,
        "marks": strips.Mark,
        "proposals": proposals.proposals(request.organisation),
        "why_not_create": why_not(policies.check_can_create, request.organisation, request.user),
    }
    return render(request, "remediation/duties/list.html", context)


@in_organisation
def create(request: OrganisationRequest) -> HttpResponse:
    """Begin a series; `?requirement=…&parameter=…` fills the form with a proposal."""
    policies.check_can_create(request.organisation, request.user)
    form = DutyForm(
        request.POST or None, organisation=request.organisation, proposal=_proposal(request)
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _to(keeping.create(request.organisation, form.new(), by=request.user))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "remediation/duties/create.html", {"form": form})


def _proposal(request: OrganisationRequest) -> proposals.Proposal | None:
    wanted = (request.GET.get("requirement", ""), request.GET.get("parameter", ""))
    if not all(wanted):
        return None
    found = proposals.proposals(request.organisation)
    return next((p for p in found if (str(p.requirement.pk), p.parameter) == wanted), None)


@require_safe
@in_organisation
def detail(request: OrganisationRequest, number: int) -> HttpResponse:
    series = _series(request, number)
    rows = series.occurrences.select_related("done_by", "series__kind", "series__responsible")
    found = strips.cells(rows.prefetch_related("evidence_links__evidence"))
    context = {
        "series": series,
        "strip": strips.Strip(series, found[-strips.SHOWN :]),
        "cells": [
            (cell, why_not(policies.check_can_complete, cell.occurrence, request.user))
            for cell in reversed(found)
            if cell.mark != strips.Mark.COMING
        ],
        "people": members(request.organisation),
        "reusable": _reusable(series, request),
        "why_not_manage": why_not(policies.check_can_manage, series, request.user),
        "entries": history(series)[:SHOWN_ENTRIES],
        "marks": strips.Mark,
    }
    return render(request, "remediation/duties/detail.html", context)


def _reusable(series: DutySeries, request: OrganisationRequest) -> list[Evidence]:
    """Evidence of the kind that is asked, the newest first."""
    rows = Evidence.objects.visible_to(request.user).current()
    rows = rows.filter(organisation=request.organisation)
    if series.kind_code:
        rows = rows.filter(kind_code=series.kind_code)
    return list(rows.order_by("-number")[:REUSABLE])


@require_POST
@in_organisation
def complete(request: OrganisationRequest, number: int, occurrence: int) -> HttpResponse:
    series = _series(request, number)
    rows = DutyOccurrence.objects.select_related("series__organisation", "series__kind")
    found = get_object_or_404(rows, pk=occurrence, series=series)
    form = CompleteForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Give the day on which the evidence was collected."))
    chosen = [whole(each) for each in request.POST.getlist("evidence")]
    own = Evidence.objects.visible_to(request.user).filter(organisation=request.organisation)
    keeping.complete(
        found,
        by=request.user,
        evidence=list(own.filter(pk__in=chosen)),
        uploads=uploading.uploads(request.FILES.getlist("files")),
        **form.cleaned_data,
    )
    messages.success(request, _("Done."))
    return _to(series)


def _assign(series: DutySeries, request: OrganisationRequest) -> None:
    chosen = members(request.organisation).filter(pk=whole(request.POST.get("responsible", "")))
    keeping.assign(series, responsible=chosen.first(), by=request.user)


Verb = Callable[[DutySeries, OrganisationRequest], None]
VERBS: dict[str, Verb] = {
    "pause": lambda s, r: keeping.pause(s, reason=r.POST.get("reason", ""), by=r.user),
    "resume": lambda s, r: keeping.resume(s, by=r.user),
    "end": lambda s, r: keeping.end(s, reason=r.POST.get("reason", ""), by=r.user),
    "assign": _assign,
}


@require_POST
@in_organisation
def act(request: OrganisationRequest, number: int, verb: str) -> HttpResponse:
    """Do one of VERBS. A refusal becomes its sentence in the middleware."""
    series = _series(request, number)
    VERBS[verb](series, request)
    messages.success(request, _("Done."))
    return _to(series)
