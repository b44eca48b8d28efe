"""How long records are kept, where the log is sent, and what signs it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, reauthenticated
from compliance.audit import checkpoints, keys
from compliance.audit.selectors import end_of
from compliance.oversight import policies, selectors, services
from compliance.oversight.forms import RetentionForm, TargetForm
from compliance.oversight.models import LogTarget, Retention
from compliance.shared.errors import Refused, why_not


@require_safe
@in_organisation
def show(request: OrganisationRequest) -> HttpResponse:
    return _page(request, TargetForm())


def _page(request: OrganisationRequest, form: TargetForm) -> HttpResponse:
    organisation = request.organisation
    policies.check_can_read(organisation, request.user)
    kept = Retention.objects.filter(organisation=organisation).first() or Retention(
        organisation=organisation
    )
    context = {
        "retention": kept,
        "retention_form": RetentionForm({"years": kept.years, "two_years": kept.two_years}),
        "oldest": selectors.oldest_access(organisation),
        "targets": selectors.targets(organisation, request.user),
        "form": form,
        "checkpoint": checkpoints.latest(organisation.pk),
        "end": end_of(organisation.pk),
        "keys": [(each, each.key_id.hex()) for each in keys.verifiers()],
        "why_not": why_not(policies.check_can_manage, organisation, request.user),
    }
    return render(request, "oversight/settings.html", context)


@require_POST
@in_organisation
@reauthenticated
def retention(request: OrganisationRequest) -> HttpResponse:
    policies.check_can_manage(request.organisation, request.user)
    form = RetentionForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Choose one, two or three years."))
    services.set_retention(request.organisation, by=request.user, **form.cleaned_data)
    return _back(request)


@require_POST
@in_organisation
@reauthenticated
def target_add(request: OrganisationRequest) -> HttpResponse:
    policies.check_can_manage(request.organisation, request.user)
    form = TargetForm(request.POST)
    if form.is_valid():
        try:
            services.add_target(request.organisation, by=request.user, **form.cleaned_data)
            return _back(request)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return _page(request, form)


@require_POST
@in_organisation
@reauthenticated
def target_stop(request: OrganisationRequest, pk: int) -> HttpResponse:
    rows = LogTarget.objects.visible_to(request.user).filter(organisation=request.organisation)
    services.stop_target(get_object_or_404(rows, pk=pk), by=request.user)
    return _back(request)


def _back(request: OrganisationRequest) -> HttpResponse:
    messages.success(request, _("Done."))
    return redirect("oversight:settings", request.organisation.slug)
