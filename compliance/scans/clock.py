"""Until when a finding has to be gone: the day it was first seen and the organisation's days.

The clock starts once. A new text, a new severity from the tool or a repeated scan does not start
it again; a severity that changed counts from the same day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db.models import Q
from django.utils import timezone

from compliance.accounts.clocks import Clock, clock_of
from compliance.accounts.models import Organisation
from compliance.scans.models import Finding, FindingState
from compliance.shared.severity import Severity

# What still runs: an accepted risk has its own end, and what is settled needs none.
RUNNING = (FindingState.OPEN, FindingState.DISPUTED)


def due(finding: Finding, clock: Clock) -> date | None:
    """The day by which it has to be gone; None while no clock runs."""
    if finding.state not in RUNNING:
        return None
    begun = timezone.localtime(finding.first_seen_at).date()
    return clock.due(finding.severity, begun)


def with_due(findings: Iterable[Finding], organisation: Organisation) -> list[Finding]:
    """The findings of a page, each with its `due`. Two queries at most."""
    clock, found = clock_of(organisation), list(findings)
    for finding in found:
        finding.due = due(finding, clock)  # type: ignore[attr-defined]
    return found


def overdue(organisation: Organisation) -> Q:
    """The condition of findings whose day has passed."""
    clock, today = clock_of(organisation), timezone.localdate()
    late = Q(pk__in=[])
    for severity in Severity:
        begun = datetime.combine(clock.late_if_begun_before(severity, today), time.min)
        late |= Q(severity=severity, first_seen_at__lt=timezone.make_aware(begun))
    return Q(state__in=RUNNING) & late
