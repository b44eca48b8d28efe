"""A packet while it is built, and its pages as images, alone or beside another packet's."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.jobs import services as jobs
from compliance.packets import page_images, policies, services
from compliance.packets.models import Packet, State
from compliance.packets.page_images import Pair
from compliance.packets.places import packet_at, to_packets
from compliance.packets.progressing import underway
from compliance.shared.errors import Refused, why_not

PAIRS = 20
_A_DAY = 86400


@require_safe
@in_organisation
@open_to_limited
def progress(
    request: OrganisationRequest,
    number: str,
    round: int,  # noqa: A002
    edition: str,
) -> HttpResponse:
    """Return the box of a packet that is being built; it asks for itself until that is over."""
    packet = packet_at(request, number, round, edition, "job__organisation")
    if request.headers.get("HX-Request") != "true":
        return to_packets(packet.freeze)
    if not packet.is_under_way:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _box(request, packet)


@require_POST
@in_organisation
def cancel(
    request: OrganisationRequest,
    number: str,
    round: int,  # noqa: A002
    edition: str,
) -> HttpResponse:
    packet = packet_at(request, number, round, edition, "job__organisation")
    if packet.job is None:
        raise Refused(why_not(policies.check_is_built, packet))
    jobs.cancel(packet.job, by=request.user)
    if request.headers.get("HX-Request") == "true" and packet.is_under_way:
        return _box(request, packet)
    return to_packets(packet.freeze)


@require_safe
@in_organisation
@open_to_limited
def pages(
    request: OrganisationRequest,
    number: str,
    round: int,  # noqa: A002
    edition: str,
) -> HttpResponse:
    """Show the packet page by page; `beside` names another one, `only=changed` what differs."""
    packet = packet_at(request, number, round, edition, "job__organisation")
    policies.check_is_built(packet)
    others = [each for each in _built(packet) if each != packet]
    beside = _chosen(others, request.GET.get("beside", ""))
    services.record_view(packet, by=request.user)
    found = page_images.pairs(packet, beside)
    only = request.GET.get("only") == "changed" and beside is not None
    shown = [pair for pair in found if pair.change] if only else found
    page = _page(request, shown)
    context = {
        "packet": packet,
        "application": packet.freeze.round.application,
        "freeze": packet.freeze,
        "beside": beside,
        "others": others,
        "parts": page_images.parts(packet),
        "changes": sum(1 for pair in found if pair.part and pair.change),
        "only": only,
        "page": page,
        "links": page.paginator.get_elided_page_range(page.number),
        "can_compare": beside is not None and beside.edition == packet.edition,
    }
    return render(request, "packets/pages.html", context)


@require_safe
@in_organisation
@open_to_limited
def sheet(
    request: OrganisationRequest,
    number: str,
    round: int,  # noqa: A002
    edition: str,
    page: int,
) -> HttpResponse:
    """Return one page as an image."""
    packet = packet_at(request, number, round, edition, "job__organisation")
    policies.check_is_built(packet)
    try:
        data = page_images.image(packet, page)
    except LookupError as missing:
        raise Http404 from missing
    # The address names the packet's bytes, which never change.
    keep = f"private, max-age={_A_DAY}, immutable"
    return HttpResponse(data, content_type=page_images.MEDIA_TYPE, headers={"Cache-Control": keep})


def _page(request: OrganisationRequest, shown: list[Pair]) -> Page[Pair]:
    """Return the piece of the list that is asked for by number, or by the section it shall show."""
    paginator = Paginator(shown, PAIRS)
    if wanted := request.GET.get("section", ""):
        index = next((at for at, pair in enumerate(shown) if pair.key == wanted), 0)
        return paginator.get_page(index // PAIRS + 1)
    return paginator.get_page(request.GET.get("page"))


def _box(request: OrganisationRequest, packet: Packet) -> HttpResponse:
    return render(request, "packets/_building.html", underway(packet, request.user))


def _built(packet: Packet) -> QuerySet[Packet]:
    """Return every packet of the application that is there, the newest first."""
    rows = Packet.objects.filter(
        freeze__round__application=packet.freeze.round.application, state=State.BUILT
    )
    return rows.select_related("pdf", "freeze__round__application").order_by(
        "-freeze__round__number", "edition"
    )


def _chosen(others: list[Packet], name: str) -> Packet | None:
    """Return the packet called “2-ko” in the address."""
    return next((each for each in others if each.short_name == name), None)
