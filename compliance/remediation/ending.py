"""Accepted risks end by themselves: their tasks, and the findings of these, are open again."""

from contextlib import suppress
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.audit.services import SYSTEM
from compliance.remediation.models import State, Task
from compliance.remediation.services import reopen_by_machine
from compliance.scans import decisions
from compliance.shared.errors import Conflict


def end_acceptances(today: date | None = None) -> int:
    """Open again what was accepted until a day before *today*; return how many tasks.

    Safe to repeat, and catches up with every day that was missed. Tasks of findings follow their
    finding; the others are opened here.
    """
    today = today or timezone.localdate()
    over = Task.objects.filter(state=State.RISK_ACCEPTED, accepted_until__lt=today)
    before = set(over.values_list("pk", flat=True))
    decisions.end_acceptances(today)
    for task in over.select_related("organisation").order_by("pk"):
        # Somebody may have opened it a moment ago: then there is nothing to end.
        with suppress(Conflict), transaction.atomic():
            words = {"day": task.accepted_until}
            reason = _("The acceptance of the risk ended on %(day)s.") % words
            reopen_by_machine(task, reason=reason, by=SYSTEM)
    return len(before) - over.count()
