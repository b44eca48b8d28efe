"""Who may let a reviewer in, and to what."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.packets.models import Freeze, Packet
from compliance.review.models import Invitation
from compliance.shared.errors import Refused

LONGEST = timedelta(days=90)


def check_can_invite(freeze: Freeze, user: User) -> None:
    """Who approves applications decides who sees them; there must be something to see."""
    check_can(user, freeze.organisation_id, Capability.APPLICATION_APPROVE)
    if not Packet.objects.filter(freeze=freeze, state="built").exists():
        raise Refused(_("Build a packet first: a reviewer sees what was built, and nothing else."))


def check_can_end(organisation: Organisation | int, user: User) -> None:
    check_can(user, organisation, Capability.APPLICATION_APPROVE)


def check_can_revoke(invitation: Invitation, user: User) -> None:
    check_can_end(invitation.organisation_id, user)
    if not invitation.is_open:
        raise Refused(_("This access has ended already."))
