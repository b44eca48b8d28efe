"""News about a person enters the stream of each organisation they belong to."""

from typing import Any

from django.db import transaction

from compliance.accounts.actions import Action
from compliance.accounts.models import Membership, User
from compliance.audit.services import Named, record


@transaction.atomic
def tell(by: Named, action: Action, user: User, **data: Any) -> None:
    """Record *action* about the person; `person` in the data is who hears of it (notices)."""
    for membership in Membership.objects.active().filter(user=user).order_by("organisation_id"):
        record(by, action, membership, person=user.pk, **data)
