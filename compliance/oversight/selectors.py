"""Reads of this room that are more than one line."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.audit import registry
from compliance.audit.models import Entry
from compliance.oversight.models import LogTarget, Review, ReviewKind
from compliance.remediation.models import DutyOccurrence

SHOWN = 100
# The kinds of evidence by which the shipped profiles ask for one review or the other.
_ASKED = {ReviewKind.ACCOUNTS: "access_review_record", ReviewKind.ACCESSES: "log_review_record"}
_PARAMETER = "review_interval_days"


def oldest_access(organisation: Organisation) -> datetime | None:
    """When the oldest access record was written that is still there."""
    rows = Entry.objects.filter(
        organisation_id=organisation.pk, action__in=sorted(registry.access_actions())
    )
    return rows.order_by("seq").values_list("at", flat=True).first()


def targets(organisation: Organisation, user: User) -> list[LogTarget]:
    rows = LogTarget.objects.visible_to(user).filter(organisation=organisation, stopped_at=None)
    return list(rows)


def reviews(organisation: Organisation, user: User) -> list[Review]:
    rows = Review.objects.visible_to(user).filter(organisation=organisation)
    return list(rows.select_related("signed_by", "evidence")[:SHOWN])


def period_before(day: date) -> tuple[date, date]:
    """The month before that of *day*."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def period_of(kind: str) -> tuple[date, date]:
    """What is proposed: accounts as they are today, accesses of the last month."""
    today = timezone.localdate()
    return (today, today) if kind == ReviewKind.ACCOUNTS else period_before(today)


def fits(occurrence: DutyOccurrence, kind: str) -> bool:
    """Whether the duty asks for this kind of review."""
    series = occurrence.series
    if kind == ReviewKind.ACCESSES and series.parameter == _PARAMETER:
        return True
    return series.kind_code == _ASKED[ReviewKind(kind)]
