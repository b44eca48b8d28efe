"""Verbs of a reviewer's access: invite, end; and what the reviewer does."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.audit.services import Actor, record
from compliance.packets import services as packets
from compliance.packets.models import Freeze, Packet
from compliance.review import policies
from compliance.review.actions import Action
from compliance.review.models import Invitation
from compliance.shared.errors import Conflict, Refused
from compliance.vault.models import Blob


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who is invited, and for how many days."""

    name: str
    company: str
    email: str
    days: int


class Ended(Refused):
    """The link opens nothing: unknown, ended or expired, which a stranger need not know apart."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__(_("This invitation has ended. Ask whoever sent it for a new one."))


@transaction.atomic
def invite(freeze: Freeze, reviewer: Reviewer, *, by: User) -> tuple[Invitation, str]:
    """Return the invitation and its secret, which is shown once and kept nowhere."""
    policies.check_can_invite(freeze, by)
    _check(reviewer)
    secret = secrets.token_urlsafe(32)
    now = timezone.now()
    made = Invitation.objects.create(
        organisation_id=freeze.organisation_id,
        round=freeze.round,
        name=reviewer.name.strip(),
        company=reviewer.company.strip(),
        email=reviewer.email.strip(),
        digest=Invitation.digest_of(secret),
        created_by=by,
        created_at=now,
        expires_at=now + timedelta(days=reviewer.days),
    )
    until = timezone.localdate(made.expires_at).isoformat()
    told = {"reviewer": made.name, "company": made.company, "until": until}
    record(by, Action.INVITED, made, **told)
    return made, secret


def _check(reviewer: Reviewer) -> None:
    if not reviewer.name.strip() or not reviewer.company.strip():
        raise Refused(_("Write the reviewer's name and company: they stand in the access record."))
    try:
        validate_email(reviewer.email.strip())
    except ValidationError as error:
        raise Refused(_("This is no e-mail address: write it like name@company.kr.")) from error
    if not 1 <= reviewer.days <= policies.LONGEST.days:
        raise Refused(
            _("An invitation lasts from 1 to %(most)s days.") % {"most": policies.LONGEST.days}
        )


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> None:
    """End it; the reviewer's next click finds nothing."""
    policies.check_can_revoke(invitation, by)
    now = timezone.now()
    if not Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=now):
        raise Conflict(_("This access has ended already."))
    record(by, Action.REVOKED, invitation, reviewer=invitation.name)


@transaction.atomic
def arrive(secret: str) -> Invitation:
    """Return the invitation that *secret* opens; raises Ended."""
    found = _open(digest=Invitation.digest_of(secret))
    if found.arrived_at is None:
        Invitation.objects.filter(pk=found.pk).update(arrived_at=timezone.now())
    record(actor_of(found), Action.ARRIVED, found)
    return found


def enter(pk: int) -> Invitation:
    """Return the invitation of a reviewer's session, asked on every request; raises Ended."""
    found = _open(pk=pk)
    Invitation.objects.filter(pk=found.pk).update(seen_at=timezone.now())
    return found


def _open(**which: object) -> Invitation:
    rows = Invitation.objects.open().select_related(
        "organisation", "round__freeze", "round__application__profile__platform"
    )
    found = rows.filter(**which).first()
    if found is None:
        raise Ended
    return found


def take_packet(invitation: Invitation, packet: Packet, kind: str) -> Blob:
    """Write the access record and return the bytes to hand out."""
    blob = packets.newest(packet, kind)
    name, actor = packet.file_name(kind), actor_of(invitation)
    with transaction.atomic():
        record(actor, Action.PACKET_TAKEN, invitation, name=name, sha256=blob.sha256)
    return blob


@transaction.atomic
def read_file(invitation: Invitation, blob: Blob, *, name: str) -> None:
    record(actor_of(invitation), Action.FILE_READ, invitation, name=name, sha256=blob.sha256)


def actor_of(invitation: Invitation) -> Actor:
    """The reviewer as the audit stream names them: no account stands behind the name."""
    return Actor(None, f"{invitation.name} ({invitation.company})")
