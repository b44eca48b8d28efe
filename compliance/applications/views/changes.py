"""Declaring a major change of an approved integration."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.applications import policies, preflight, renewal
from compliance.applications.forms import MajorChangeForm
from compliance.applications.views.fetching import application_of, to_application
from compliance.shared.errors import Refused


@in_organisation
def declare(request: OrganisationRequest, number: str) -> HttpResponse:
    application = application_of(request, number)
    policies.check_can_declare_change(application, request.user)
    profile = renewal.newest_profile(application)
    form = MajorChangeForm(request.POST or None, profile=profile)
    if request.method == "POST" and form.is_valid():
        try:
            made = renewal.declare_change(application, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(number)s is begun.") % {"number": made.number})
            return to_application(made)
    rows = profile.requirements.select_related("area").order_by("area__order", "order")
    chosen = set(request.POST.getlist("targets"))
    context = {
        "application": application,
        "profile": profile,
        "form": form,
        "groups": preflight.by_area(rows),
        "chosen": chosen,
    }
    return render(request, "applications/change.html", context)
