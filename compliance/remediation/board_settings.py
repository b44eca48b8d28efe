"""Verbs on what the board keeps."""

from collections.abc import Mapping

from django.db import transaction

from compliance.accounts.models import Organisation, User
from compliance.audit.services import record
from compliance.remediation import policies
from compliance.remediation.actions import Action
from compliance.remediation.boards import limits_of
from compliance.remediation.models import BoardLimit


@transaction.atomic
def set_limits(organisation: Organisation, limits: Mapping[str, int | None], *, by: User) -> None:
    """Say how many cards each state's column should hold; None takes the limit away."""
    policies.check_can_create(organisation, by)
    before = limits_of(organisation)
    for state, most in limits.items():
        if most == before.get(state):
            continue
        if most is None:
            BoardLimit.objects.filter(organisation=organisation, state=state).delete()
        else:
            BoardLimit.objects.update_or_create(
                organisation=organisation, state=state, defaults={"most": most}
            )
    after = {state: most for state, most in limits.items() if most is not None}
    if after != before:
        record(by, Action.LIMITS_SET, organisation, before=before, after=after)
