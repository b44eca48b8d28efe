"""Recurring duties of the year before the freeze, with the periods that were missed."""

from datetime import timedelta

from django.db.models import Prefetch
from django.utils import timezone

from compliance.applications.models import Application
from compliance.packets.manifest_rows import Duty
from compliance.remediation import strips
from compliance.remediation.models import DutyOccurrence, DutySeries
from compliance.remediation.strips import Mark


def gather(application: Application) -> list[Duty]:
    """Series of the profile's requirements with what was due in the last year. Three queries."""
    today = timezone.localdate()
    due = DutyOccurrence.objects.filter(
        due__lte=today, due__gte=today - strips.GAP_DAYS + timedelta(days=1)
    )
    periods = due.order_by("first_day").prefetch_related("evidence_links__evidence")
    rows = DutySeries.objects.filter(
        organisation=application.organisation_id, requirement__profile=application.profile_id
    )
    if application.is_targeted:
        rows = rows.filter(requirement__in=application.targets.values("pk"))
    rows = rows.select_related("requirement").prefetch_related(Prefetch("occurrences", periods))
    return [_duty(row) for row in rows.order_by("number")]


def _duty(row: DutySeries) -> Duty:
    cells = strips.cells(row.occurrences.all())
    missed = [each.occurrence for each in cells if each.mark == Mark.GAP]
    done = [each.occurrence for each in cells if each.mark in {Mark.DONE, Mark.LATE}]
    return {
        "number": row.code,
        "title": row.title,
        "requirement": row.requirement.code if row.requirement else "",
        "rhythm": row.rhythm,
        "due": len([each for each in cells if each.mark != Mark.SKIPPED]),
        "done": len(done),
        "missed": [f"{each.first_day:%Y-%m}" for each in missed],
        "evidence": sorted(
            {link.evidence.code for each in done for link in each.evidence_links.all()}
        ),
    }
