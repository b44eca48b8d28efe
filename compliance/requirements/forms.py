"""Filters of the list, and the three forms of a requirement's page."""

import hashlib
from typing import Any

from django import forms
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Organisation, User
from compliance.requirements.models import Assessment, Profile
from compliance.shared.severity import Severity

NOBODY = "none"
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


class FilterForm(forms.Form):
    """The list's filters as they stand in the address. A wrong value filters nothing."""

    area = forms.CharField(required=False)
    verdict = forms.ChoiceField(
        label=_("Verdict"),
        required=False,
        choices=[("", _("All")), ("open", _("Open (not met yet)")), *Assessment.Verdict.choices],
    )
    severity = forms.ChoiceField(
        label=pgettext_lazy("of a requirement", "Severity"),
        required=False,
        choices=[("", _("All")), *Severity.choices],
    )
    mandatory = forms.ChoiceField(
        label=_("Mandatory"),
        required=False,
        choices=[("", _("All")), ("yes", _("Mandatory")), ("no", _("Optional"))],
    )
    owner = forms.ChoiceField(label=pgettext_lazy("of a requirement", "Owner"), required=False)
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "data-search": "", "autocomplete": "off"}),
    )
    sort = forms.ChoiceField(required=False, choices=[(key, key) for key in SORTS])

    def __init__(self, data: Any, *, people: list[User], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)  # noqa: S101 - tells the type checker
        owner.choices = [
            ("", _("All")),
            (NOBODY, _("Nobody")),
            *((str(person.pk), person.name) for person in people),
        ]
        for name in ("verdict", "severity", "mandatory", "owner"):
            self.fields[name].widget.attrs["class"] = "form-select"
        self.fields["q"].widget.attrs["class"] = "form-control"
        self.is_valid()

    def value(self, name: str) -> str:
        return str(self.cleaned_data.get(name, ""))

    @property
    def filters(self) -> bool:
        return any(self.value(name) for name in self.fields if name != "sort")

    def apply(self, rows: QuerySet[Assessment]) -> QuerySet[Assessment]:
        """Return *rows* filtered and in the order asked for."""
        named = {
            "requirement__area__code": self.value("area"),
            "requirement__severity": self.value("severity"),
        }
        rows = rows.filter(**{key: value for key, value in named.items() if value})
        rows = rows.filter(self._verdict(), self._owner(), self._search())
        if mandatory := self.value("mandatory"):
            rows = rows.filter(requirement__mandatory=mandatory == "yes")
        return rows.order_by(SORTS[self.value("sort")], "requirement__order")

    def _verdict(self) -> Q:
        verdict = self.value("verdict")
        if verdict == "open":
            return ~Q(verdict__in=[Assessment.Verdict.MET, Assessment.Verdict.NOT_APPLICABLE])
        return Q(verdict=verdict) if verdict else Q()

    def _owner(self) -> Q:
        owner = self.value("owner")
        if owner == NOBODY:
            return Q(owner__isnull=True)
        return Q(owner_id=int(owner)) if owner else Q()

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


class StatementForm(forms.Form):
    """The text, the revision it was written on, and the digest of the text it replaces."""

    text = forms.CharField(
        label=_("Implementation statement"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "class": "form-control"}),
        help_text=_(
            "Say how the requirement is met here: where, with which product and setting, since when, "
            "who looks after it. It goes into the packet as it stands."
        ),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def of(cls, assessment: Assessment, text: str | None = None) -> "StatementForm":
        return cls(
            initial={
                "text": assessment.statement if text is None else text,
                "revision": assessment.revision,
                "base": digest(assessment.statement),
            }
        )


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=Assessment.Verdict.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        help_text=_("Required for “not applicable”. The reviewer reads it."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, assessment: Assessment) -> "VerdictForm":
        return cls(
            initial={
                "verdict": assessment.verdict,
                "reason": assessment.reason,
                "revision": assessment.revision,
            }
        )


class AssignForm(forms.Form):
    owner = forms.ModelChoiceField(
        label=pgettext_lazy("of a requirement", "Owner"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    due = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = User.objects.filter(
            memberships__organisation=organisation, memberships__ended_at__isnull=True
        )


class AdoptForm(forms.Form):
    profile = forms.ModelChoiceField(queryset=Profile.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["profile"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = Profile.objects.visible_to(user)
