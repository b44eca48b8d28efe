"""Fetching is authorising: what a view works on, or the 404 of a missing page."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from compliance.accounts.http import OrganisationRequest
from compliance.evidence import selectors
from compliance.evidence.models import (
    Evidence,
    EvidenceFile,
    EvidenceLink,
    EvidenceRequest,
    Intake,
)
from compliance.requirements import limits
from compliance.requirements.models import Requirement
from compliance.shared.numbers import whole


def evidence_of(request: OrganisationRequest, number: int) -> Evidence:
    related = ("kind", "created_by", "owner", "withdrawn_by", "organisation")
    rows = Evidence.objects.visible_to(request.user).select_related(*related)
    return get_object_or_404(rows, organisation=request.organisation, number=number)


def link_of(request: OrganisationRequest, pk: int) -> EvidenceLink:
    rows = EvidenceLink.objects.visible_to(request.user).whole()
    return get_object_or_404(rows, organisation=request.organisation, pk=pk)


def file_of(request: OrganisationRequest, pk: int) -> EvidenceFile:
    return get_object_or_404(selectors.file_for(request.user, request.organisation, pk))


def requirement_of(request: OrganisationRequest) -> Requirement:
    """The requirement that a form names by id or code."""
    pk, code = request.POST.get("requirement", ""), request.POST.get("requirement_code", "")
    found = selectors.named_requirement(request.organisation, pk, code)
    opened = limits.opened(request.user, request.organisation)
    if found is None or (opened is not None and not opened.filter(profile=found.profile_id)):
        raise Http404
    return found


def chosen_of(request: OrganisationRequest) -> list[Evidence]:
    """The evidence that a form names by number, `one` before what is ticked; all or 404."""
    one = request.POST.get("one")
    numbers = {whole(each) for each in ([one] if one else request.POST.getlist("evidence"))}
    rows = selectors.evidence_of(request.organisation, request.user).filter(number__in=numbers)
    chosen = list(rows.order_by("number"))
    if len(chosen) != len(numbers):
        raise Http404
    return chosen


def request_of(request: OrganisationRequest, number: int) -> EvidenceRequest:
    rows = EvidenceRequest.objects.visible_to(request.user).whole()
    return get_object_or_404(rows, organisation=request.organisation, number=number)


def intake_of(request: OrganisationRequest, pk: int) -> Intake:
    rows = Intake.objects.visible_to(request.user).select_related("created_by", "blob")
    return get_object_or_404(rows, organisation=request.organisation, pk=pk)


def to_evidence(request: OrganisationRequest, evidence: Evidence) -> HttpResponse:
    return redirect("evidence:detail", request.organisation.slug, evidence.number)
