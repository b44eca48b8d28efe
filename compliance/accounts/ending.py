"""A membership that ends by itself is announced: a week before its last day and on the day before."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from compliance.accounts.actions import Action
from compliance.accounts.models import Membership, Organisation
from compliance.audit.selectors import history
from compliance.audit.services import SYSTEM, record

# Days before the last one; what was missed is told on the next day that something runs.
FIRST, LAST = 7, 1


def announce(today: date | None = None) -> int:
    """Say which memberships end soon, once a stage of each last day; return of how many it was said.

    The person and the owners hear of it. A last day that was moved is told of anew.
    """
    today = today or timezone.localdate()
    last = today + timedelta(days=FIRST)
    soon = Membership.objects.standing().filter(ends_on__range=(today, last))
    return sum(_say_once(each, today) for each in soon.select_related("user").order_by("pk"))


@transaction.atomic
def _say_once(membership: Membership, today: date) -> bool:
    # A second scheduler waits here and then finds what the first has said.
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    assert membership.ends_on is not None  # noqa: S101 - the query asked for it
    day = membership.ends_on.isoformat()
    days = LAST if (membership.ends_on - today).days <= LAST else FIRST
    said = history(membership).filter(action=Action.ENDS_SOON)
    if said.filter(data__day=day, data__days=days).exists():
        return False
    record(SYSTEM, Action.ENDS_SOON, membership, day=day, days=days, person=membership.user_id)
    return True
