"""That a packet went to the platform: who sent which bytes when, how, to whom."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.applications import services as applications
from compliance.applications.models import State as ApplicationState
from compliance.audit.services import record
from compliance.packets import policies, services
from compliance.packets.actions import Action
from compliance.packets.models import Channel, Packet, Receipt
from compliance.shared.errors import Conflict, Refused


@dataclass(frozen=True, slots=True)
class Sent:
    """What a person says of a submission. *at* None: now."""

    channel: str
    recipient: str
    at: datetime | None = None
    platform_number: str = ""
    note: str = ""


def record_submission(packet: Packet, sent: Sent, *, by: User) -> Receipt:
    """Keep the receipt; a locked round becomes submitted by it, and received with a number."""
    policies.check_can_record_submission(packet, by)
    # The files with all signatures; a ZIP that is still to be written is written first.
    digests = [services.newest(packet, kind).sha256 for kind in ("pdf", "zip")]
    try:
        return _record(packet, sent, digests, by)
    except IntegrityError as error:
        raise Conflict(_("The submission of this packet is noted already.")) from error


@transaction.atomic
def _record(packet: Packet, sent: Sent, digests: list[str], by: User) -> Receipt:
    round_ = packet.freeze.round
    application = round_.application
    at = _checked_time(packet, sent.at)
    if sent.channel not in Channel.values:
        raise Refused(_("Choose how the packet went."))
    if not sent.recipient.strip():
        raise Refused(_("Write to whom the packet went."))
    if round_.submitted_at is None:
        applications.submit(application, by=by)
    number = " ".join(sent.platform_number.split())[:60]
    if number and application.state == ApplicationState.SUBMITTED:
        applications.receive(application, receipt_number=number, by=by)
    receipt = Receipt.objects.create(
        organisation=packet.organisation,
        packet=packet,
        pdf_sha256=digests[0],
        zip_sha256=digests[1],
        channel=sent.channel,
        recipient=" ".join(sent.recipient.split())[:200],
        platform_number=number,
        note=sent.note.strip()[:2000],
        submitted_by=by,
        submitted_at=at,
    )
    record(
        by,
        Action.SUBMISSION_RECORDED,
        packet,
        recipient=receipt.recipient,
        channel=receipt.channel,
        submitted_at=at.isoformat(),
        pdf=receipt.pdf_sha256,
        zip=receipt.zip_sha256,
        number=number,
    )
    return receipt


def _checked_time(packet: Packet, at: datetime | None) -> datetime:
    now = timezone.now()
    at = at or now
    if at > now:
        raise Refused(_("The packet cannot have gone out in the future."))
    if packet.built_at and at < packet.freeze.frozen_at.replace(second=0, microsecond=0):
        raise Refused(_("The packet cannot have gone out before it was frozen."))
    return at
