"""Filters of the list of requirements, as they stand in its address."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import User
from compliance.requirements import registries
from compliance.requirements.models import Assessment, CarryOverItem, Requirement
from compliance.requirements.registries import Knowledge
from compliance.shared.severity import Severity

NOBODY = "none"
SETTLED = [Assessment.Verdict.MET, Assessment.Verdict.NOT_APPLICABLE]
_ALL = ("", _("All"))
_SEVERITY_RANK = Case(
    *(When(requirement__severity=each, then=Value(each.rank)) for each in Severity),
    output_field=IntegerField(),
)
# Columns of the list and how they sort; the requirement's own order breaks ties.
SORTS = {
    "": F("requirement__order").asc(),
    "severity": _SEVERITY_RANK.desc(),
    "verdict": F("verdict").asc(),
    "owner": F("owner__name").asc(nulls_last=True),
    "due": F("due").asc(nulls_last=True),
}
# What is not a filter: how the filtered rows are shown.
_SHOWING = {"sort", "size"}
SIZES = {"": 100, "250": 250, "all": 0}


class FilterForm(forms.Form):
    """The list's filters as they stand in the address. A wrong value filters nothing."""

    area = forms.CharField(required=False)
    verdict = forms.ChoiceField(
        label=_("Verdict"),
        required=False,
        choices=[_ALL, ("open", _("Open (not met yet)")), *Assessment.Verdict.choices],
    )
    severity = forms.ChoiceField(
        label=pgettext_lazy("of a requirement", "Severity"),
        required=False,
        choices=[_ALL, *Severity.choices],
    )
    mandatory = forms.ChoiceField(
        label=_("Mandatory"),
        required=False,
        choices=[_ALL, ("yes", _("Mandatory")), ("no", _("Optional"))],
    )
    owner = forms.ChoiceField(label=pgettext_lazy("of a requirement", "Owner"), required=False)
    due = forms.ChoiceField(
        label=_("Due"),
        required=False,
        choices=[
            _ALL,
            ("overdue", _("Overdue")),
            ("week", _("Within 7 days")),
            ("none", _("Without a date")),
        ],
    )
    has = forms.ChoiceField(label=_("Still open"), required=False)
    proposal = forms.ChoiceField(
        label=_("Proposal"),
        required=False,
        choices=[_ALL, ("differs", _("Differs from the verdict"))],
    )
    provenance = forms.ChoiceField(
        label=_("Provenance"), required=False, choices=[_ALL, *Requirement.Provenance.choices]
    )
    carried = forms.ChoiceField(
        label=_("New version"), required=False, choices=[_ALL, ("look", _("Still to look at"))]
    )
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "data-search": "", "autocomplete": "off"}),
    )
    sort = forms.ChoiceField(required=False, choices=[(key, key) for key in SORTS])
    size = forms.ChoiceField(required=False, choices=[(key, key) for key in SIZES])

    def __init__(self, data: Any, *, people: list[User], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        columns = registries.columns()
        self.of_rooms = [each for each in columns if each.states]
        for each in self.of_rooms:
            self.fields[each.key] = forms.ChoiceField(
                label=str(each.label), required=False, choices=[_ALL, *each.states]
            )
        self._choices("has", [_ALL, *((c.key, c.open_label) for c in columns if c.open_label)])
        everybody = [(str(person.pk), person.name) for person in people]
        self._choices("owner", [_ALL, (NOBODY, _("Nobody")), *everybody])
        for name, field in self.fields.items():
            if isinstance(field, forms.ChoiceField) and name not in _SHOWING:
                field.widget.attrs["class"] = "form-select"
        self.fields["q"].widget.attrs["class"] = "form-control"
        self.is_valid()

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = choices

    def value(self, name: str) -> str:
        return str(self.cleaned_data.get(name, ""))

    @property
    def filters(self) -> bool:
        return any(self.value(name) for name in self.fields if name not in _SHOWING)

    @property
    def rarer(self) -> list[forms.BoundField]:
        """The filters that stand behind “More”."""
        rooms = [each.key for each in self.of_rooms]
        return [self[name] for name in [*rooms, "has", "proposal", "due", "provenance", "carried"]]

    @property
    def any_rarer(self) -> int:
        return sum(bool(self.value(each.name)) for each in self.rarer)

    @property
    def rows_on_a_page(self) -> int:
        """Rows on a page; 0 is all of them."""
        return SIZES[self.value("size")]

    @property
    def asks_rooms(self) -> bool:
        """What upper rooms know decides which rows stay."""
        names = ["has", "proposal", *(each.key for each in self.of_rooms)]
        return any(self.value(name) for name in names)

    def keeps(self, verdict: str, requirement_id: int, knowledge: Knowledge) -> bool:
        """Whether a row stays after what upper rooms know of it."""
        for each in self.of_rooms:
            wanted = self.value(each.key)
            if wanted and (knowledge.of(each.key, requirement_id).state or "none") != wanted:
                return False
        if (has := self.value("has")) and not knowledge.of(has, requirement_id).number:
            return False
        if self.value("proposal"):
            proposal = knowledge.proposal(requirement_id)
            return proposal not in {Assessment.Verdict.NOT_CHECKED, verdict}
        return True

    def apply(self, rows: QuerySet[Assessment]) -> QuerySet[Assessment]:
        """Return *rows* filtered by what this room knows, in the order asked for."""
        named = {
            "requirement__area__code": self.value("area"),
            "requirement__severity": self.value("severity"),
            "requirement__provenance": self.value("provenance"),
        }
        rows = rows.filter(**{key: value for key, value in named.items() if value})
        rows = rows.filter(self._verdict(), self._owner(), self._search(), self._due())
        if mandatory := self.value("mandatory"):
            rows = rows.filter(requirement__mandatory=mandatory == "yes")
        if self.value("carried"):
            rows = rows.filter(Exists(_TO_LOOK_AT))
        return rows.order_by(SORTS[self.value("sort")], "requirement__order")

    def _verdict(self) -> Q:
        verdict = self.value("verdict")
        if verdict == "open":
            return ~Q(verdict__in=SETTLED)
        return Q(verdict=verdict) if verdict else Q()

    def _owner(self) -> Q:
        owner = self.value("owner")
        if owner == NOBODY:
            return Q(owner__isnull=True)
        return Q(owner_id=int(owner)) if owner else Q()

    def _due(self) -> Q:
        """What is settled is not late any more."""
        due, today = self.value("due"), timezone.localdate()
        if due == "none":
            return Q(due__isnull=True)
        if due == "overdue":
            return Q(due__lt=today) & ~Q(verdict__in=SETTLED)
        if due == "week":
            return Q(due__range=(today, today + timedelta(days=7))) & ~Q(verdict__in=SETTLED)
        return Q()

    def _search(self) -> Q:
        found = Q()
        for word in self.value("q").split():
            found &= (
                Q(requirement__code__icontains=word)
                | Q(requirement__title_ko__icontains=word)
                | Q(requirement__title_en__icontains=word)
                | Q(requirement__statement_ko__icontains=word)
                | Q(requirement__statement_en__icontains=word)
                | Q(statement__icontains=word)
            )
        return found


_TO_LOOK_AT = CarryOverItem.objects.filter(
    carry_over__organisation=OuterRef("organisation"),
    requirement=OuterRef("requirement"),
    seen_at__isnull=True,
)
