"""Until when a finding has to be gone: the day it was first seen and the organisation's days.

The clock starts once. A new text, a new severity from the tool or a repeated scan does not start
it again; a severity that changed counts from the same day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone

from compliance.accounts.clocks import days_of
from compliance.accounts.models import Organisation
from compliance.scans.models import Finding, FindingState
from compliance.shared.severity import Severity

# What still runs: an accepted risk has its own end, and what is settled needs none.
RUNNING = (FindingState.OPEN, FindingState.DISPUTED)


def due(finding: Finding, days: Mapping[Severity, int]) -> date | None:
    """The day by which it has to be gone; None while no clock runs."""
    if finding.state not in RUNNING:
        return None
    begun = timezone.localtime(finding.first_seen_at).date()
    return begun + timedelta(days=days[Severity(finding.severity)])


def with_due(findings: Iterable[Finding], organisation: Organisation) -> list[Finding]:
    """The findings of a page, each with its `due`. One query."""
    days, found = days_of(organisation), list(findings)
    for finding in found:
        finding.due = due(finding, days)  # type: ignore[attr-defined]
    return found


def overdue(organisation: Organisation) -> Q:
    """The condition of findings whose day has passed."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    late = Q(pk__in=[])
    for severity, number in days_of(organisation).items():
        late |= Q(severity=severity, first_seen_at__lt=start - timedelta(days=number))
    return Q(state__in=RUNNING) & late
