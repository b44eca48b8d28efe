"""How long a gap may stay open."""

from datetime import date, timedelta

from django.utils import timezone

from compliance.shared.severity import Severity

# Calendar days from the opening of a task to its due date.
DAYS = {
    Severity.CRITICAL: 7,
    Severity.HIGH: 14,
    Severity.MEDIUM: 30,
    Severity.LOW: 90,
    Severity.INFO: 90,
}


def due(severity: str, today: date | None = None) -> date:
    return (today or timezone.localdate()) + timedelta(days=DAYS[Severity(severity)])
