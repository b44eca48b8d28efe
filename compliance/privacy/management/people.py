"""How commands name a person."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.accounts.models import User


def person(email: str) -> User:
    """Return who has this address. Raises CommandError."""
    found = User.objects.filter(email=email.strip().lower(), is_machine=False).first()
    if found is None:
        raise CommandError(_("Nobody has the e-mail address %(email)s.") % {"email": email})
    return found
