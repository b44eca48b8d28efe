"""Who may freeze, build and take away a packet."""

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.applications.models import Round
from compliance.applications.policies import check_can_lock
from compliance.packets.models import Freeze, Packet
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
