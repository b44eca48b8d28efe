"""The form with which an organisation relates two requirements."""

from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation
from compliance.requirements.models import CrosswalkEdge, Requirement


class RelateForm(forms.Form):
    """Choices are the requirements of the other profiles that the organisation works with."""

    other = forms.ChoiceField(
        label=_("Related requirement"), widget=forms.Select(attrs={"class": "form-select"})
    )
    relation = forms.ChoiceField(
        label=_("Relation, read from this requirement"),
        choices=CrosswalkEdge.Relation.choices,
        initial=CrosswalkEdge.Relation.INTERSECTS,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    rationale = forms.CharField(
        label=_("Why they belong together"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
        help_text=_("The next reader relies on it. It is kept with your name."),
    )

    def __init__(
        self, *args: Any, organisation: Organisation, requirement: Requirement, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        rows = (
            Requirement.objects.filter(
                profile__adoptions__organisation=organisation,
                profile__adoptions__ended_at__isnull=True,
            )
            .exclude(profile__identifier=requirement.profile.identifier)
            .select_related("profile")
            .defer("statement_ko", "statement_en")
            .order_by("profile__adoptions__adopted_at", "profile_id", "order")
        )
        self._rows = {str(row.pk): row for row in rows}
        groups = groupby(self._rows.values(), key=lambda row: str(row.profile))
        field = self.fields["other"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [
            ("", _("Choose one")),
            *((title, [(str(row.pk), str(row)) for row in each]) for title, each in groups),
        ]

    def clean_other(self) -> Requirement:
        return self._rows[self.cleaned_data["other"]]
