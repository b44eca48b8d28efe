"""Who may say where notices go."""

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can, check_is_member
from compliance.accounts.roles import Capability
from compliance.notices.models import Delivery, Target
from compliance.shared.errors import Refused


def check_can_choose(organisation: Organisation, user: User) -> None:
    """Everybody chooses for themselves."""
    check_is_member(user, organisation)


def check_can_manage(organisation: Organisation | int, user: User) -> None:
    check_can(user, organisation, Capability.NOTICES_MANAGE)


def check_can_rotate(target: Target, user: User) -> None:
    check_can_manage(target.organisation_id, user)
    if target.kind != Target.Kind.WEBHOOK:
        raise Refused(_("Only a webhook has a secret of ours. Change the key in the form."))


def check_can_replay(delivery: Delivery, user: User) -> None:
    check_can_manage(delivery.organisation_id, user)
    if delivery.state == Delivery.State.WAITING:
        raise Refused(_("This message waits to be sent already."))
    if delivery.target is not None and delivery.target.state != Target.State.ON:
        raise Refused(_("Nothing is sent to this target now. Start it again first."))
