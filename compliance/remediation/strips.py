"""The timeline of a duty: one mark a period, and what is due or missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Organisation, User
from compliance.remediation.models import DutyOccurrence, DutySeries

# Periods that a strip shows at most, the newest.
SHOWN = 14
# A gap speaks against the requirement for so long; what is older lies before the review.
GAP_DAYS = timedelta(days=365)
# So long before its day a period counts as due.
DUE_SOON = timedelta(days=14)


class Mark(models.TextChoices):
    DONE = "done", pgettext_lazy("duty", "Done")
    LATE = "late", pgettext_lazy("duty", "Done late")
    GAP = "gap", pgettext_lazy("duty", "Missed")
    OPEN = "open", pgettext_lazy("duty", "To be done")
    COMING = "coming", pgettext_lazy("duty", "To come")
    SKIPPED = "skipped", pgettext_lazy("duty", "Paused")


def mark_of(occurrence: DutyOccurrence) -> Mark:
    if occurrence.is_done:
        return Mark.LATE if occurrence.is_late else Mark.DONE
    if occurrence.skipped:
        return Mark.SKIPPED
    if occurrence.is_gap:
        return Mark.GAP
    return Mark.OPEN if occurrence.first_day <= timezone.localdate() else Mark.COMING


@dataclass(frozen=True, slots=True)
class Cell:
    occurrence: DutyOccurrence
    mark: Mark

    @property
    def label(self) -> "str | Promise":
        return self.mark.label


@dataclass(frozen=True, slots=True)
class Strip:
    """A series with its newest periods, the oldest first."""

    series: DutySeries
    cells: list[Cell]

    @property
    def gaps(self) -> int:
        return sum(cell.mark == Mark.GAP for cell in self.cells)

    @property
    def next(self) -> DutyOccurrence | None:
        """What is to be done first of what can still be done in time."""
        due = [each for each in self.cells if each.mark in {Mark.OPEN, Mark.COMING}]
        return due[0].occurrence if due else None


def strips(organisation: Organisation, user: User) -> list[Strip]:
    """Every series with its strip, those that ended last. Two queries."""
    since = timezone.localdate() - timedelta(days=SHOWN * 366)
    recent = DutyOccurrence.objects.filter(last_day__gte=since).order_by("first_day")
    rows = DutySeries.objects.visible_to(user).filter(organisation=organisation)
    rows = rows.select_related("requirement__profile", "responsible", "kind").prefetch_related(
        Prefetch("occurrences", recent)
    )
    order = [DutySeries.State.ACTIVE, DutySeries.State.PAUSED, DutySeries.State.ENDED]
    found = [Strip(series, cells(series.occurrences.all())[-SHOWN:]) for series in rows]
    return sorted(found, key=lambda each: (order.index(each.series.state), each.series.number))  # type: ignore[arg-type]


def cells(occurrences: Iterable[DutyOccurrence]) -> list[Cell]:
    return [Cell(each, mark_of(each)) for each in occurrences]


def due_for(user: User, organisation: Organisation) -> QuerySet[DutyOccurrence]:
    """What this person has to do: missed, running or due soon; the oldest first. One query."""
    today = timezone.localdate()
    rows = DutyOccurrence.objects.filter(
        series__organisation=organisation,
        series__responsible=user,
        series__state=DutySeries.State.ACTIVE,
        done_at__isnull=True,
        skipped=False,
        first_day__lte=today,
    ).filter(Q(due__lte=today + DUE_SOON) & Q(due__gte=today - GAP_DAYS))
    return rows.select_related("series__requirement__profile").order_by("due", "pk")


def missed(organisation: Organisation) -> QuerySet[DutyOccurrence]:
    """Missed periods of the last year, of duties that keep a requirement."""
    today = timezone.localdate()
    return DutyOccurrence.objects.filter(
        series__organisation=organisation,
        series__requirement__isnull=False,
        done_at__isnull=True,
        skipped=False,
        due__lt=today,
        due__gte=today - GAP_DAYS,
    )


def gaps_by_requirement(
    organisation: Organisation, requirement_ids: Iterable[int]
) -> dict[int, int]:
    """{requirement: missed periods of the last year} in one query."""
    rows = missed(organisation).filter(series__requirement__in=requirement_ids)
    counted = rows.order_by().values_list("series__requirement").annotate(total=Count("*"))
    return dict(counted)
