"""Where packets are found: the row that an address names, and the page of a round's packets."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from compliance.accounts.http import OrganisationRequest
from compliance.packets.models import Freeze, Packet


def packet_at(
    request: OrganisationRequest, number: str, round_: int, edition: str, *more: str
) -> Packet:
    """Return the packet of an address with what its pages need, and *more* that comes along."""
    rows = Packet.objects.visible_to(request.user).select_related(
        "organisation",
        "freeze__organisation",
        "freeze__round__application__profile__platform",
        "pdf",
        "zip",
        *more,
    )
    return get_object_or_404(
        rows,
        organisation=request.organisation,
        freeze__round__application__number=number,
        freeze__round__number=round_,
        edition=edition,
    )


def to_packets(frozen: Freeze) -> HttpResponse:
    return redirect(
        "packets:packet",
        organisation=frozen.organisation.slug,
        number=frozen.round.application.number,
        round=frozen.round.number,
    )
