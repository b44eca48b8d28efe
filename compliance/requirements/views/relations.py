"""Reuse between profiles: take over a text by hand, and an organisation's own relations."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.requirements import policies, relating
from compliance.requirements.forms import StatementForm
from compliance.requirements.models import Assessment, Crosswalk, CrosswalkEdge
from compliance.requirements.related import Related, related
from compliance.requirements.relation_forms import RelateForm
from compliance.shared.errors import Refused
from compliance.shared.numbers import whole


@require_safe
@in_organisation
def borrow(request: OrganisationRequest, profile: str, code: str) -> HttpResponse:
    """Both texts beside each other, the other's in the form to edit. Nothing is saved by it."""
    assessment = _assessment(request, profile, code)
    policies.check_can_write(assessment, request.user)
    other = _related(request, assessment, whole(request.GET.get("from", "")))
    lent = other.assessment.statement if other.assessment else ""
    texts = [each for each in (assessment.statement, lent) if each]
    if lent and lent in assessment.statement:
        texts = [assessment.statement]  # taken over before
    context = {
        "assessment": assessment,
        "requirement": assessment.requirement,
        "other": other,
        "statement_form": StatementForm.of(assessment, "\n\n".join(texts)),
    }
    return render(request, "requirements/borrow.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@in_organisation
def relate(request: OrganisationRequest, profile: str, code: str) -> HttpResponse:
    """Say that a requirement of another adopted profile speaks of the same thing."""
    policies.check_can_relate(request.organisation, request.user)
    assessment = _assessment(request, profile, code)
    requirement = assessment.requirement
    posted = request.POST if request.method == "POST" else None
    form = RelateForm(posted, organisation=request.organisation, requirement=requirement)
    if posted is not None and form.is_valid():
        try:
            relating.relate(
                requirement, organisation=request.organisation, by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The relation was saved."))
            return redirect(_address(request, requirement))
    status = HTTPStatus.BAD_REQUEST if posted is not None else HTTPStatus.OK
    context = {"requirement": requirement, "assessment": assessment, "form": form}
    return render(request, "requirements/relate.html", context, status=status)


@require_POST
@in_organisation
def unrelate(request: OrganisationRequest, profile: str, code: str, edge: int) -> HttpResponse:
    policies.check_can_relate(request.organisation, request.user)
    assessment = _assessment(request, profile, code)
    own = Crosswalk.objects.visible_to(request.user).filter(organisation=request.organisation)
    rows = CrosswalkEdge.objects.filter(crosswalk__in=own).select_related("crosswalk__organisation")
    relating.unrelate(get_object_or_404(rows, pk=edge), by=request.user)
    messages.success(request, _("The relation was removed."))
    return redirect(_address(request, assessment.requirement))


def _assessment(request: OrganisationRequest, profile: str, code: str) -> Assessment:
    """Fetch the assessment of the newest adopted version, or say 404."""
    rows = Assessment.objects.visible_to(request.user).filter(
        organisation=request.organisation,
        requirement__profile__identifier=profile,
        requirement__code=code,
    )
    wanted = ("requirement__profile", "requirement__area", "updated_by", "organisation")
    found = rows.select_related(*wanted).order_by("-requirement__profile__version").first()
    if found is None:
        raise Http404
    return found


def _related(request: OrganisationRequest, assessment: Assessment, pk: int) -> Related:
    """The related requirement whose assessment has this number; others lend nothing."""
    for each in related(assessment.requirement, request.organisation):
        if each.assessment and each.assessment.pk == pk:
            return each
    raise Http404


def _address(request: OrganisationRequest, requirement: Any) -> str:
    names = [request.organisation.slug, requirement.profile.identifier, requirement.code]
    return f"{reverse('requirements:detail', args=names)}#related"
