"""Who may take along and erase what is kept about whom."""

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import ERASED, Membership, Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.shared.errors import Refused


def check_has_left(user: User) -> None:
    """Nobody is erased who still belongs somewhere, nor twice."""
    if user.is_machine:
        raise Refused(_("A service account is no person: revoke its tokens and remove it."))
    if is_erased(user):
        raise Refused(_("This person is erased already."))
    if Membership.objects.filter(user=user, ended_at__isnull=True).exists():
        raise Refused(
            _("This person is still a member of an organisation. Remove them there first.")
        )


def check_can_erase(user: User, organisation: Organisation, by: User) -> None:
    check_can(by, organisation, Capability.PEOPLE_MANAGE)
    check_has_left(user)
    for each in Organisation.objects.filter(memberships__user=user).exclude(pk=organisation.pk):
        owns = Membership.objects.active().filter(organisation=each, user=by, role="owner")
        if not owns.exists():
            raise Refused(
                _(
                    "This person also belonged to another organisation, whose records are its own. "
                    "Whoever runs the portal erases them: manage.py erase_person."
                )
            )


def check_can_export(user: User, organisation: Organisation, by: User) -> None:
    """Of a leaver; who is a member takes their own along."""
    check_can(by, organisation, Capability.PEOPLE_MANAGE)
    if Membership.objects.filter(user=user, organisation=organisation, ended_at=None).exists():
        raise Refused(
            _("Members take their own data along, under “Sign-in and security”. Ask them to.")
        )


def is_erased(user: User) -> bool:
    return User.objects.filter(pk=user.pk, name__startswith=ERASED).exists()
