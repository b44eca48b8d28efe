"""The clocks of tasks: what becomes one, and when a late one is escalated."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts import clocks
from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.accounts.policies import check_can_set_clocks
from compliance.remediation import escalating, unmet
from compliance.remediation.duty_forms import ClocksForm
from compliance.remediation.policies import check_can_create
from compliance.shared.errors import Refused, why_not


@require_safe
@in_organisation
def show(request: OrganisationRequest) -> HttpResponse:
    days = escalating.days_of(request.organisation)
    threshold = request.organisation.task_threshold
    initial = {
        "threshold": threshold,
        "lead": days.lead,
        "owner": days.owner,
        "verdicts": unmet.rule_of(request.organisation).verdicts,
    }
    return _page(request, ClocksForm(initial=initial))


def _page(
    request: OrganisationRequest, form: ClocksForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    why = why_not(check_can_set_clocks, request.organisation, request.user)
    for each in form.fields.values():
        each.disabled = bool(why)
    context = {
        "form": form,
        "why_not": why,
        "unmet": unmet.without_task(request.organisation).count(),
        "why_not_create": why_not(check_can_create, request.organisation, request.user),
    }
    return render(request, "remediation/settings.html", context, status=status)


@require_POST
@in_organisation
def open_unmet(request: OrganisationRequest) -> HttpResponse:
    """Open a task for every requirement that is not met and has none."""
    count = unmet.open_all(request.organisation, by=request.user)
    said = ngettext("%(n)d task was opened.", "%(n)d tasks were opened.", count)
    messages.success(request, said % {"n": count})
    return redirect("remediation:list", organisation=request.organisation.slug)


@require_POST
@in_organisation
def save(request: OrganisationRequest) -> HttpResponse:
    check_can_set_clocks(request.organisation, request.user)
    form = ClocksForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            escalating.set_days(
                request.organisation, lead=said["lead"], owner=said["owner"], by=request.user
            )
            unmet.set_rule(request.organisation, said["verdicts"], by=request.user)
            clocks.set_threshold(request.organisation, said["threshold"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("remediation:settings", organisation=request.organisation.slug)
    return _page(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
