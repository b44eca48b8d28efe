"""How long a gap may stay open: the organisation's days, counted from today."""

from datetime import date

from django.utils import timezone

from compliance.accounts.clocks import clock_of
from compliance.accounts.models import Organisation
from compliance.shared.severity import Severity


def due(organisation: Organisation | int, severity: str, today: date | None = None) -> date:
    return dues(organisation, today)[Severity(severity)]


def dues(organisation: Organisation | int, today: date | None = None) -> dict[Severity, date]:
    """{severity: the day a task opened *today* is due}, in three queries at most."""
    clock, begun = clock_of(organisation), today or timezone.localdate()
    return {severity: clock.due(severity, begun) for severity in Severity}
