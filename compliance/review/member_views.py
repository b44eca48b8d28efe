"""Who was invited to look at a round: the box on the application's page and its two verbs."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.applications.models import Application
from compliance.packets.models import Freeze
from compliance.review import policies, services
from compliance.review.models import Invitation
from compliance.shared.errors import why_not


def panel(request: Any, application: Application) -> dict[str, Any] | None:
    """The newest frozen round with whom it was shown to; nothing while no round is frozen."""
    freeze = (
        Freeze.objects.filter(round__application=application)
        .select_related("round", "organisation")
        .order_by("-round__number")
        .first()
    )
    if freeze is None:
        return None
    invitations = Invitation.objects.filter(round__application=application)
    return {
        "application": application,
        "organisation": application.organisation,
        "freeze": freeze,
        "invitations": list(invitations.select_related("round", "created_by")),
        "longest": policies.LONGEST.days,
        "why_not_invite": why_not(policies.check_can_invite, freeze, request.user),
        "why_not_revoke": why_not(policies.check_can_end, application.organisation, request.user),
    }


@require_POST
@in_organisation
def invite(request: OrganisationRequest, number: str, round: int) -> HttpResponse:  # noqa: A002
    rows = Freeze.objects.visible_to(request.user).select_related("round__application")
    freeze = get_object_or_404(
        rows,
        organisation=request.organisation,
        round__application__number=number,
        round__number=round,
    )
    days = request.POST.get("days", "")
    reviewer = services.Reviewer(
        name=request.POST.get("name", ""),
        company=request.POST.get("company", ""),
        email=request.POST.get("email", ""),
        days=int(days) if days.isdecimal() and len(days) <= 3 else 0,
    )
    made, secret = services.invite(freeze, reviewer, by=request.user)
    link = f"{settings.PUBLIC_URL}{reverse('review:arrive', args=[secret])}"
    context = {"invitation": made, "application": freeze.round.application, "link": link}
    return render(request, "review/invited.html", context)


@require_POST
@in_organisation
def revoke(request: OrganisationRequest, number: str, pk: int) -> HttpResponse:
    rows = Invitation.objects.visible_to(request.user)
    found = get_object_or_404(
        rows, organisation=request.organisation, round__application__number=number, pk=pk
    )
    services.revoke(found, by=request.user)
    messages.success(request, _("The access has ended: the next click finds nothing."))
    return redirect("applications:detail", request.organisation.slug, number)
