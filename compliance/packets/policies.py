"""Who may freeze, build and take away a packet."""

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.applications.models import Round
from compliance.applications.policies import check_can_lock
from compliance.packets.models import Copy, Freeze, Packet, Receipt
from compliance.shared.errors import Refused


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
