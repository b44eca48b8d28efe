"""The doors to sign a packet, to decline, to take it back."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.packets import policies, services, signatures
from compliance.packets.models import KeyKind, Packet
from compliance.packets.places import packet_at, to_packets
from compliance.packets.signing import hardware
from compliance.packets.signing.keys import LARGEST, Key, opened, opened_pair
from compliance.shared.errors import Refused

_PAIR = 2


@sensitive_post_parameters("passphrase", "pin")
@require_POST
@in_organisation
@open_to_limited
def sign(request: OrganisationRequest, number: str, round: int, edition: str) -> HttpResponse:  # noqa: A002
    packet = packet_at(request, number, round, edition)
    part = request.POST.get("part", "")
    policies.check_can_sign(packet, part, request.user)
    kind = request.POST.get("source", KeyKind.FILE)
    key = _key(request, packet, kind)
    made = signatures.sign(packet, part, by=request.user, key=key, kind=kind)
    messages.success(request, _("Signed as: %(part)s.") % {"part": made.get_part_display()})
    if made.stamp_problem:
        said = _("The signature has no time stamp. %(why)s")
        messages.warning(request, said % {"why": made.stamp_problem})
    return to_packets(packet.freeze)


@require_POST
@in_organisation
@open_to_limited
def decline(request: OrganisationRequest, number: str, round: int, edition: str) -> HttpResponse:  # noqa: A002
    packet = packet_at(request, number, round, edition)
    part, reason = request.POST.get("part", ""), request.POST.get("reason", "")
    signatures.decline(packet, part, by=request.user, reason=reason)
    messages.success(request, _("Declined. Who signed before you hears the reason."))
    return to_packets(packet.freeze)


@require_POST
@in_organisation
@open_to_limited
def withdraw(request: OrganisationRequest, number: str, round: int, edition: str) -> HttpResponse:  # noqa: A002
    packet = packet_at(request, number, round, edition)
    policies.check_signs_at_all(packet, request.user)
    found = policies.standing(packet).get(request.POST.get("part", ""))
    if found is None:
        raise Refused(_("Nobody has signed here. Reload the page."))
    signatures.withdraw(found, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("Taken back."))
    return to_packets(packet.freeze)


def _key(request: OrganisationRequest, packet: Packet, kind: str) -> Key:
    """Return the key to sign with: of the files that came along, of a token, the organisation's."""
    secret = request.POST.get("passphrase", "")
    match kind:
        case KeyKind.ORGANISATION:
            return services.signing_key(packet.freeze)
        case KeyKind.TOKEN if hardware.is_there():
            return hardware.key(request.POST.get("label", "") or request.user.email, secret)
        case KeyKind.FILE:
            return _of_files(request.FILES.getlist("file"), secret)
    raise Refused(_("Choose with which certificate you sign."))


def _of_files(files: "list[UploadedFile[Any]]", passphrase: str) -> Key:
    contents = [file.read(LARGEST + 1) for file in files]
    if len(contents) == _PAIR:
        return opened_pair(contents, passphrase)
    if len(contents) != 1:
        raise Refused(
            _(
                "Choose the file of your certificate (.p12 or .pfx), or signCert.der and signPri.key."
            )
        )
    return opened(contents[0], passphrase)
