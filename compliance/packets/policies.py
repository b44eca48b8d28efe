"""Who may freeze, build, sign and take away a packet."""

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import can, check_can
from compliance.accounts.roles import Capability
from compliance.applications.models import Round
from compliance.applications.policies import check_can_lock
from compliance.packets.models import (
    PEOPLE,
    STANDING,
    Copy,
    Freeze,
    Packet,
    Part,
    Receipt,
    Signature,
    SignatureState,
)
from compliance.shared.errors import ASK_AN_OWNER, Refused, Unauthorised

# As what a role signs: the lead prepares, the internal auditor reviews, the owner approves.
SIGNS = {
    Part.PREPARER: Capability.PACKET_BUILD,
    Part.REVIEWER: Capability.EVIDENCE_REVIEW,
    Part.APPROVER: Capability.APPLICATION_APPROVE,
}
_SUBMITTED = _("This round is submitted. What was sent is neither signed nor changed any more.")


def check_can_freeze(round_: Round, user: User) -> None:
    check_can_lock(round_, user)


def check_can_build(freeze: Freeze, user: User) -> None:
    check_can(user, freeze.organisation_id, Capability.PACKET_BUILD)


def check_can_set_look(organisation: Organisation, user: User) -> None:
    check_can(user, organisation.pk, Capability.PACKET_BUILD)


def check_is_built(packet: Packet) -> None:
    """Everybody who sees the application may take its packet, once there is one."""
    if not packet.is_built:
        raise Refused(_("This packet is not built yet. Build it first."))


def check_can_copy(packet: Packet, user: User) -> None:
    check_can(user, packet.organisation_id, Capability.PACKET_BUILD)
    check_is_built(packet)


def check_is_ready(copy: Copy) -> None:
    if not copy.is_ready:
        raise Refused(_("This copy is not made yet. Wait until its work is done."))


def check_can_record_submission(packet: Packet, user: User) -> None:
    """Who submits notes it; of a round that went out already too, once for each packet."""
    check_can(user, packet.organisation_id, Capability.APPLICATION_APPROVE)
    check_is_built(packet)
    if Receipt.objects.filter(packet=packet).exists():
        raise Refused(_("The submission of this packet is noted already."))


def standing(packet: Packet) -> dict[str, Signature]:
    """Return what stands by part: signed, or declined."""
    return {each.part: each for each in packet.signatures.all() if each.state in STANDING}


def turn(packet: Packet) -> Part | None:
    """Return whose turn it is; None when everybody has signed."""
    there = standing(packet)
    for part in PEOPLE:
        if part not in there or there[part].state == SignatureState.DECLINED:
            return part
    return None


def check_can_sign(packet: Packet, part: str, user: User) -> None:
    """One after another, each another person; nobody signs what somebody declined."""
    _check_has_part(packet, part, user)
    check_is_built(packet)
    _check_not_submitted(packet)
    there = standing(packet)
    for each in there.values():
        if each.state == SignatureState.DECLINED:
            said = _("%(name)s declined to sign: %(reason)s")
            raise Refused(said % {"name": each.signer, "reason": each.reason})
    next_ = turn(packet)
    if next_ is None or part in there:
        raise Refused(_("This is signed already."))
    if part != next_:
        raise Refused(_("It is the turn of: %(part)s.") % {"part": next_.label})
    if any(each.signer_id == user.pk for each in there.values() if each.part != Part.SEAL):
        raise Refused(_("You have signed this packet already. Somebody else has to sign here."))


def check_can_withdraw(signature: Signature, user: User) -> None:
    """Who signed or declined may take it back, as long as nobody has signed after them."""
    packet = signature.packet
    _check_has_part(packet, signature.part, user)
    if signature.signer_id != user.pk:
        raise Refused(_("Only who signed or declined takes it back."))
    if signature.state not in STANDING:
        raise Refused(_("This was taken back already."))
    _check_not_submitted(packet)
    latest = packet.latest
    if signature.state == SignatureState.SIGNED and latest != signature:
        raise Refused(
            _("Somebody has signed after you. Their signature has to be withdrawn first.")
        )


def check_has_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Write the reason; those who signed before you read it."))


def check_signs_at_all(packet: Packet, user: User) -> None:
    """Refuse roles that sign nothing."""
    if not any(can(user, packet.organisation_id, each) for each in SIGNS.values()):
        raise Unauthorised(ASK_AN_OWNER)


def _check_has_part(packet: Packet, part: str, user: User) -> None:
    check_signs_at_all(packet, user)
    if part not in SIGNS:
        raise Refused(_("A packet is signed by preparer, reviewer and approver."))
    check_can(user, packet.organisation_id, SIGNS[Part(part)])


def _check_not_submitted(packet: Packet) -> None:
    if packet.freeze.round.submitted_at:
        raise Refused(_SUBMITTED)
