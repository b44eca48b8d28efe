"""The doors by which a packet leaves: marked copies, the receipt of a submission, drafts."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.packets import copies, policies, receipt_page, receipts
from compliance.packets.models import Copy, Packet, Receipt
from compliance.packets.out_forms import CopyForm, SubmissionForm
from compliance.packets.places import packet_at, to_packets
from compliance.packets.receipts import Sent
from compliance.shared.errors import Refused
from compliance.vault.http import harden, serve


@require_POST
@in_organisation
def copy(
    request: OrganisationRequest,
    number: str,
    round: int,  # noqa: A002
    edition: str,
) -> HttpResponse:
    """Ask for a copy that names its recipient on every page."""
    packet = packet_at(request, number, round, edition, "draft")
    policies.check_can_copy(packet, request.user)
    form = CopyForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Write for whom the copy is."))
    copies.request(packet, by=request.user, **form.cleaned_data)
    messages.success(request, _("The copy is being made; it appears in the list of copies."))
    return to_packets(packet.freeze)


@require_safe
@in_organisation
@open_to_limited
def copy_download(
    request: OrganisationRequest,
    number: str,
    round: int,  # noqa: A002
    pk: int,
    kind: str,
) -> HttpResponseBase:
    rows = Copy.objects.visible_to(request.user).select_related(
        "packet__freeze__round__application", "pdf", "zip"
    )
    found = get_object_or_404(
        rows,
        pk=pk,
        organisation=request.organisation,
        packet__freeze__round__number=round,
        packet__freeze__round__application__number=number,
    )
    if request.method == "HEAD":
        return HttpResponse(content_type="application/octet-stream")
    blob = copies.record_download(found, kind=kind, by=request.user)
    return serve(request, blob, name=found.file_name(kind))


@require_POST
@in_organisation
def submission(
    request: OrganisationRequest,
    number: str,
    round: int,  # noqa: A002
    edition: str,
) -> HttpResponse:
    """Note that the packet went to the platform."""
    packet = packet_at(request, number, round, edition, "draft")
    policies.check_can_record_submission(packet, request.user)
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        raise Refused(" ".join(str(each[0]) for each in form.errors.values()))
    told = form.cleaned_data
    sent = Sent(
        told["channel"],
        told["recipient"],
        told["submitted_at"],
        told["platform_number"],
        told["note"],
    )
    receipts.record_submission(packet, sent, by=request.user)
    messages.success(request, _("The submission is noted. The receipt can be downloaded."))
    return to_packets(packet.freeze)


@require_safe
@in_organisation
@open_to_limited
def receipt(
    request: OrganisationRequest,
    number: str,
    round: int,  # noqa: A002
    edition: str,
    kind: str,
) -> HttpResponse:
    packet = packet_at(request, number, round, edition, "draft")
    found = get_object_or_404(Receipt.objects.select_related("submitted_by"), packet=packet)
    language = "en" if get_language() == "en" else "ko"
    if kind == "pdf":
        content, media_type = receipt_page.pdf(found, language), "application/pdf"
    else:
        content, media_type = (
            receipt_page.text(found, language).encode(),
            "text/plain; charset=utf-8",
        )
    response = HttpResponse(content, content_type=media_type)
    called = pgettext("receipt", "receipt")
    name = f"{application_name(packet)}-{called}.{kind}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"  # noqa: FBT003
    harden(response)
    return response


@require_safe
@in_organisation
@open_to_limited
def draft(
    request: OrganisationRequest,
    number: str,
    round: int,  # noqa: A002
    edition: str,
) -> HttpResponseBase:
    """The ZIP of an incomplete packet: what there is, and notes of what is missing."""
    packet = packet_at(request, number, round, edition, "draft")
    if packet.draft is None:
        raise Refused(_("No file of this packet is missing."))
    return serve(request, packet.draft, name=f"{application_name(packet)}-incomplete.zip")


def application_name(packet: Packet) -> str:
    return packet.file_name("zip").removesuffix(".zip")
