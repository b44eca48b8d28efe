"""The page of a round's packet, and the doors to freeze, build and download it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import (
    OrganisationRequest,
    in_organisation,
    open_to_limited,
    reauthenticated,
)
from compliance.applications import preflight
from compliance.applications.models import Application
from compliance.applications.selectors import current_round
from compliance.packets import manifest as manifests
from compliance.packets import policies, services
from compliance.packets.forms import EditionForm
from compliance.packets.models import Edition, Freeze, Packet
from compliance.packets.out_showing import leaving
from compliance.packets.places import to_packets
from compliance.packets.progressing import history, with_progress
from compliance.packets.showing import contents, editions
from compliance.packets.steps import signing_of
from compliance.shared.errors import Refused, why_not
from compliance.vault.http import serve


@require_safe
@in_organisation
@open_to_limited
def packet(request: OrganisationRequest, number: str, round: int) -> HttpResponse:  # noqa: A002
    freeze = _freeze(request, number, round)
    manifest = freeze.manifest
    rows = editions(freeze)
    context = {
        "freeze": freeze,
        "application": freeze.round.application,
        "manifest": manifest,
        "editions": [with_progress(row, request.user) for row in rows],
        "signing": signing_of(rows, request.user),
        "builds": history(freeze),
        "contents": contents(manifest),
        "files": manifests.files(manifest),
        "edition_form": EditionForm(taken={row.edition.value for row in rows}),
        "why_not_build": why_not(policies.check_can_build, freeze, request.user),
        **leaving(freeze, request.user),
    }
    return render(request, "packets/packet.html", context)


@require_POST
@in_organisation
@reauthenticated
def freeze(request: OrganisationRequest, number: str) -> HttpResponse:
    """Freeze the open round and begin to build the Korean edition."""
    application = _application(request, number)
    reason = request.POST.get("gaps_reason", "")
    frozen = services.freeze(application.current_round, by=request.user, gaps_reason=reason)
    services.request_build(frozen, Edition.KO, by=request.user)
    messages.success(request, _("The round is frozen. Its packet is being built."))
    return to_packets(frozen)


@require_POST
@in_organisation
@reauthenticated
def build(request: OrganisationRequest, number: str, round: int) -> HttpResponse:  # noqa: A002
    frozen = _freeze(request, number, round)
    form = EditionForm({"edition": request.POST.get("edition", Edition.KO)})
    if not form.is_valid():
        raise Refused(_("There is no such edition. Choose one from the list."))
    services.request_build(frozen, form.cleaned_data["edition"], by=request.user)
    return to_packets(frozen)


@require_safe
@in_organisation
@open_to_limited
@reauthenticated
def download(
    request: OrganisationRequest,
    number: str,
    round: int,  # noqa: A002
    edition: str,
    kind: str,
) -> HttpResponseBase:
    frozen = _freeze(request, number, round)
    rows = Packet.objects.visible_to(request.user).select_related("freeze__round__application")
    found = get_object_or_404(rows, freeze=frozen, edition=edition)
    policies.check_is_built(found)
    if request.method == "HEAD":
        return HttpResponse(content_type="application/octet-stream")
    blob = services.record_download(found, kind=kind, by=request.user)
    return serve(request, blob, name=found.file_name(kind))


def panel(request: Any, application: Application) -> dict[str, Any]:
    """The box on the page of an application: freeze it, or go to what was built."""
    current = current_round(application)
    blockers = preflight.blockers(preflight.kept(application))
    freezes = Freeze.objects.filter(round__application=application).select_related("round")
    return {
        "application": application,
        "organisation": application.organisation,
        "round": current,
        "blockers": blockers,
        "frozen": [(each, editions(each)) for each in freezes.order_by("-round__number")],
        "why_not_freeze": why_not(policies.check_can_freeze, current, request.user),
    }


def _application(request: OrganisationRequest, number: str) -> Application:
    rows = Application.objects.visible_to(request.user).select_related(
        "organisation", "profile__platform"
    )
    return get_object_or_404(rows, organisation=request.organisation, number=number)


def _freeze(request: OrganisationRequest, number: str, round_: int) -> Freeze:
    rows = Freeze.objects.visible_to(request.user).select_related(
        "organisation", "frozen_by", "round__application__profile__platform"
    )
    return get_object_or_404(
        rows,
        organisation=request.organisation,
        round__application__number=number,
        round__number=round_,
    )
