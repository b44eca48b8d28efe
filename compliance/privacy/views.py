"""One's own data, and those of people who have left."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, reauthenticated
from compliance.accounts.models import ERASED, Membership
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.accounts.views.security import dangerous, personal
from compliance.privacy import policies, services
from compliance.shared.errors import why_not


@require_safe
@personal
def mine(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy/mine.html")


@require_POST
@dangerous
def take_mine(request: HttpRequest) -> HttpResponse:
    return _file(services.export_own(request.user, by=request.user))  # type: ignore[arg-type]


@require_safe
@in_organisation
def leavers(request: OrganisationRequest) -> HttpResponse:
    """Who has left, the last first; erased ones stand under their pseudonym."""
    check_can(request.user, request.organisation, Capability.PEOPLE_MANAGE)
    rows = _left(request).order_by("-ended_at", "-pk")
    erased = set(rows.filter(user__name__startswith=ERASED).values_list("pk", flat=True))
    return render(request, "privacy/leavers.html", {"leavers": rows, "erased": erased})


@require_safe
@in_organisation
def leaver(request: OrganisationRequest, pk: int) -> HttpResponse:
    """What an erasure takes and what it leaves, before it is done."""
    check_can(request.user, request.organisation, Capability.PEOPLE_MANAGE)
    member = get_object_or_404(_left(request), pk=pk)
    context = {
        "member": member,
        "erased": policies.is_erased(member.user),
        "why_not": why_not(
            policies.check_can_erase, member.user, request.organisation, request.user
        ),
        **services.what_is_there(member.user, request.organisation),
    }
    return render(request, "privacy/leaver.html", context)


@require_POST
@in_organisation
@reauthenticated
def take(request: OrganisationRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(_left(request), pk=pk)
    return _file(services.export_leaver(member.user, request.organisation, by=request.user))


@require_POST
@in_organisation
@reauthenticated
def erase(request: OrganisationRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(_left(request), pk=pk)
    services.erase(member.user, request.organisation, by=request.user)
    messages.success(request, _("Erased. A pseudonym stands wherever the person was named."))
    return redirect("leavers:list", organisation=request.organisation.slug)


def _left(request: OrganisationRequest) -> QuerySet[Membership]:
    rows = Membership.objects.filter(
        organisation=request.organisation, ended_at__isnull=False, user__is_machine=False
    )
    return rows.select_related("user", "organisation")


def _file(made: bytes) -> HttpResponse:
    answer = HttpResponse(made, content_type="application/zip")
    name = f"personal-data-{timezone.localdate().isoformat()}.zip"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
