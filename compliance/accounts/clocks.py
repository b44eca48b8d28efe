"""How many days an organisation gives itself for a gap, by severity. Tasks and findings count with them."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.accounts import policies
from compliance.accounts.actions import Action
from compliance.accounts.models import Organisation, SeverityDays, User
from compliance.audit.services import record
from compliance.shared.errors import Refused
from compliance.shared.severity import Severity

# Calendar days where the organisation has said nothing else.
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


def days_of(organisation: Organisation | int) -> dict[Severity, int]:
    """{severity: calendar days}, in one query."""
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
