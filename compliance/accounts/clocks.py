"""How many days an organisation gives itself for a gap, by severity. Tasks and findings count with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.accounts import policies
from compliance.accounts.actions import Action
from compliance.accounts.models import (
    ClosingDay,
    DayCount,
    Organisation,
    SeverityDays,
    User,
)
from compliance.accounts.workdays import WorkCalendar, calendar_of
from compliance.audit.services import record
from compliance.shared.errors import Refused
from compliance.shared.severity import Severity

# Days where the organisation has said nothing else.
DEFAULT_DAYS = {
    Severity.CRITICAL: 7,
    Severity.HIGH: 14,
    Severity.MEDIUM: 30,
    Severity.LOW: 90,
    Severity.INFO: 90,
}
MOST_DAYS = 3650
_WRONG = _("Give a number of days from 1 to 3650 for each severity.")
_ORDER = _("A more severe gap cannot have more days than a less severe one.")


@dataclass(frozen=True, slots=True)
class Clock:
    """How an organisation counts: so many days a severity, of working days where *calendar* is set."""

    days: Mapping[Severity, int]
    calendar: WorkCalendar | None = None

    def due(self, severity: str, begun: date) -> date:
        """The last day for a gap of that severity that is counted from *begun*."""
        number = self.days[Severity(severity)]
        return self.calendar.plus(begun, number) if self.calendar else begun + timedelta(number)

    def late_if_begun_before(self, severity: Severity, today: date) -> date:
        """Gaps of that severity that began before this day are late on *today*."""
        number = self.days[severity]
        if self.calendar is None:
            return today - timedelta(number)
        # The first day whose deadline is not over yet. On a free day the last working day counts.
        worked = self.calendar.on_or_after(today)
        return self.calendar.plus(worked, -number)


def clock_of(organisation: Organisation | int) -> Clock:
    """Two queries at most; one more when only the key is known."""
    if isinstance(organisation, int):
        organisation = Organisation.objects.only("day_count").get(pk=organisation)
    working = organisation.day_count == DayCount.WORKING
    return Clock(days_of(organisation), calendar_of(organisation) if working else None)


def days_of(organisation: Organisation | int) -> dict[Severity, int]:
    """{severity: days}, in one query."""
    pk = organisation if isinstance(organisation, int) else organisation.pk
    chosen = SeverityDays.objects.filter(organisation=pk).values_list("severity", "days")
    return DEFAULT_DAYS | {Severity(severity): days for severity, days in chosen}


@transaction.atomic
def set_days(organisation: Organisation, days: Mapping[Severity, int], *, by: User) -> None:
    """Set the days of every severity. What is due already keeps its day; new tasks count anew."""
    policies.check_can_set_clocks(organisation, by)
    fault = fault_of(days)
    if fault:
        raise Refused(fault)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    before = days_of(organisation)
    changed = {s: days[s] for s in Severity if days[s] != before[s]}
    for severity, number in changed.items():
        SeverityDays.objects.update_or_create(
            organisation=organisation, severity=severity, defaults={"days": number}
        )
    if changed:
        record(
            by,
            Action.CLOCKS_SET,
            organisation,
            before=_said(before),
            after=_said(before | changed),
        )


@transaction.atomic
def set_day_count(organisation: Organisation, count: str, *, by: User) -> None:
    """Say whether deadlines count calendar or working days. What is due already keeps its day."""
    policies.check_can_set_clocks(organisation, by)
    if count not in DayCount.values:
        raise Refused(_("Choose calendar days or working days."))
    before = organisation.day_count
    if count == before:
        return
    Organisation.objects.filter(pk=organisation.pk).update(day_count=count)
    organisation.day_count = count
    record(by, Action.DAY_COUNT_SET, organisation, before=before, after=count)


@transaction.atomic
def add_closing_day(organisation: Organisation, day: date, name: str, *, by: User) -> ClosingDay:
    """Name a day on which nobody works here; the same day anew changes its name."""
    policies.check_can_set_clocks(organisation, by)
    name = name.strip()[:100]
    if not name:
        raise Refused(_("Write the occasion of the closing day."))
    made, _new = ClosingDay.objects.update_or_create(
        organisation=organisation, day=day, defaults={"name": name}
    )
    record(by, Action.CLOSING_DAY_ADDED, organisation, day=day.isoformat(), name=name)
    return made


@transaction.atomic
def remove_closing_day(closing: ClosingDay, *, by: User) -> None:
    policies.check_can_set_clocks(closing.organisation, by)
    closing.delete()
    told = {"day": closing.day.isoformat(), "name": closing.name}
    record(by, Action.CLOSING_DAY_REMOVED, closing.organisation, **told)


@transaction.atomic
def set_threshold(organisation: Organisation, severity: str, *, by: User) -> None:
    """Say from which severity up a finding becomes a task. The next scan goes by it."""
    policies.check_can_set_clocks(organisation, by)
    if severity not in Severity.values:
        raise Refused(_("Choose a severity."))
    before = organisation.task_threshold
    if severity == before:
        return
    Organisation.objects.filter(pk=organisation.pk).update(task_threshold=severity)
    organisation.task_threshold = severity
    record(by, Action.THRESHOLD_SET, organisation, before=before, after=severity)


def _said(days: Mapping[Severity, int]) -> str:
    """As the audit log keeps it: critical first."""
    return " / ".join(str(days[severity]) for severity in Severity)


def fault_of(days: Mapping[Severity, int | None]) -> str | Promise:
    """Say what is wrong with *days*, or nothing."""
    numbers = [days.get(severity) for severity in Severity]
    if not all(number and 1 <= number <= MOST_DAYS for number in numbers):
        return _WRONG
    return "" if numbers == sorted(numbers) else _ORDER  # type: ignore[type-var]


class DaysForm(forms.Form):
    """One field a severity, most severe first."""

    def __init__(self, *args: object, days: Mapping[Severity, int]) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        for severity in Severity:
            self.fields[severity.value] = forms.IntegerField(
                label=severity.label,
                min_value=1,
                max_value=MOST_DAYS,
                initial=days[severity],
                widget=forms.NumberInput(attrs={"class": "form-control"}),
            )

    def clean(self) -> dict[str, int]:
        data: dict[str, int] = super().clean() or {}
        if not self.errors and (fault := fault_of(self.days())):
            raise forms.ValidationError(str(fault))
        return data

    def days(self) -> dict[Severity, int]:
        return {severity: self.cleaned_data[severity.value] for severity in Severity}


class DayCountForm(forms.Form):
    count = forms.ChoiceField(
        label=_("Deadlines count"), choices=DayCount.choices, widget=forms.RadioSelect
    )


class ClosingDayForm(forms.Form):
    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date", "class": "form-control"})
    )
    name = forms.CharField(
        label=_("Reason"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
