"""The page where an organisation chooses the look of its packets."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.packets import branding, policies
from compliance.packets.figures import INK
from compliance.shared.errors import Refused, why_not
from compliance.vault.http import serve


@require_safe
@in_organisation
def look(request: OrganisationRequest) -> HttpResponse:
    context = {
        "look": branding.of(request.organisation),
        "usual": INK,
        "accept": ",".join(f".{each}" for each in branding.EXTENSIONS),
        "why_not": why_not(policies.check_can_set_look, request.organisation, request.user),
    }
    return render(request, "packets/look.html", context)


@require_POST
@in_organisation
def set_look(request: OrganisationRequest) -> HttpResponse:
    """Take the colour and, where one came along, the logo; a bad one of the two changes nothing."""
    policies.check_can_set_look(request.organisation, request.user)
    own = request.POST.get("own_colour") == "1"
    colour = branding.check_colour(request.POST.get("colour", "") if own else "")
    upload = request.FILES.get("logo")
    if upload is not None:
        branding.set_logo(request.organisation, upload, by=request.user)
    branding.set_colour(request.organisation, colour, by=request.user)
    messages.success(request, _("Saved. Packets of rounds that are frozen from now on look so."))
    return redirect("packets:look", organisation=request.organisation.slug)


@require_POST
@in_organisation
def remove_logo(request: OrganisationRequest) -> HttpResponse:
    branding.remove_logo(request.organisation, by=request.user)
    messages.success(request, _("The logo is off. Packets that were frozen keep theirs."))
    return redirect("packets:look", organisation=request.organisation.slug)


@require_safe
@in_organisation
def logo(request: OrganisationRequest) -> HttpResponseBase:
    found = branding.of(request.organisation).logo
    if found is None:
        raise Refused(_("There is no logo. Upload one first."))
    return serve(request, found, name="logo.png", inline=True)
