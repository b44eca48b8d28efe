"""The review queue as the desk shows it: filtered, counted, and where in it one stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.evidence import selectors
from compliance.evidence.models import EvidenceLink
from compliance.requirements.models.profiles import either

SHOWN = 30
_ALL = ("", _("All"))


@dataclass(frozen=True, slots=True)
class Waiting:
    """One link of the queue, as its strip shows it."""

    pk: int
    number: int
    title: str
    code: str
    submitter: str
    submitted_at: datetime

    @property
    def days(self) -> int:
        return (timezone.now() - self.submitted_at).days


_COLUMNS = [
    "pk",
    "evidence__number",
    "evidence__title",
    "requirement__code",
    "submitted_by__name",
    "submitted_at",
]


class QueueForm(forms.Form):
    """The queue's filters as they stand in the address. A wrong value filters nothing."""

    area = forms.ChoiceField(label=_("Area"), required=False)
    kind = forms.ChoiceField(label=_("Kind of evidence"), required=False)
    age = forms.ChoiceField(
        label=_("Waiting for"),
        required=False,
        choices=[
            _ALL,
            ("3", _("3 days or longer")),
            ("7", _("7 days or longer")),
            ("14", _("14 days or longer")),
        ],
    )

    def __init__(self, data: Any, *, organisation: Organisation, user: User) -> None:
        super().__init__(data)
        self.rows: Any = selectors.queue(organisation, user)
        areas = _counted(self.rows, "requirement__area__code", "requirement__area__title")
        kinds = _counted(self.rows, "evidence__kind_code", "evidence__kind__title")
        for name, offered in (("area", areas), ("kind", kinds)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
            field.choices = [_ALL, *offered.items()]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
        self.is_valid()

    def value(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "")

    @property
    def filters(self) -> bool:
        return any(self.value(name) for name in self.fields)

    def apply(self) -> Any:
        """Return the links that wait and fit, longest first."""
        named = {
            "requirement__area__code": self.value("area"),
            "evidence__kind_code": self.value("kind"),
        }
        wanted: dict[str, Any] = {key: value for key, value in named.items() if value}
        if self.value("age"):
            days = timedelta(days=int(self.value("age")))
            wanted["submitted_at__lte"] = timezone.now() - days
        return self.rows.filter(**wanted)


def _counted(rows: Any, code: str, title: str) -> dict[str, str]:
    """{code: title (how many wait)}, in one query."""
    found = rows.order_by(code).values_list(code, f"{title}_ko", f"{title}_en")
    counts: dict[str, tuple[str, int]] = {}
    for key, ko, en, number in found.annotate(number=Count("pk")):
        if key:
            before = counts.get(key, ("", 0))[1]
            counts[key] = (either(ko or "", en or "") or key, before + number)
    return {key: f"{label} ({number})" for key, (label, number) in counts.items()}


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits, longest first, and the place of one link in it; 0 where it does not wait."""

    shown: list[Waiting]
    waiting: int
    position: int = 0
    next: int | None = None
    previous: int | None = None


def queue(rows: Any, current: int | None) -> Queue:
    """Two queries: the ids in order, and what the strip shows around *current*."""
    pks = list(rows.values_list("pk", flat=True))
    at = pks.index(current) if current in pks else -1
    # The strip begins a little before the current one.
    begin = max(0, at - 5)
    window = pks[begin : begin + SHOWN]
    shown = [
        Waiting(*each)
        for each in EvidenceLink.objects.filter(pk__in=window)
        .order_by("submitted_at", "pk")
        .values_list(*_COLUMNS)
    ]
    if at < 0:
        return Queue(shown, len(pks), next=pks[0] if pks else None)
    after = pks[at + 1] if at + 1 < len(pks) else None
    return Queue(shown, len(pks), at + 1, after, pks[at - 1] if at else None)
