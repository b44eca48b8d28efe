"""The terms of a membership in a form: its last day, and the one application it is limited to."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts import limits
from compliance.accounts.limits import Terms
from compliance.accounts.models import Organisation


class TermsForm(forms.Form):
    ends_on = forms.DateField(
        label=pgettext_lazy("membership", "Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        help_text=_("That day included; afterwards nothing opens any more. Empty: no end."),
        error_messages={"invalid": _("Write the day as 2026-12-31.")},
    )
    limited_to = forms.TypedChoiceField(
        label=_("Limited to one application"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_(
            "For internal auditors and viewers: they see this application, its requirements and "
            "what is linked to them, and nothing else of the organisation."
        ),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].widget.attrs["min"] = timezone.localdate().isoformat()
        choice: Any = self.fields["limited_to"]
        choice.choices = [("", _("No limit")), *limits.applications_of(organisation).items()]
        choice.widget.attrs["class"] = "form-select"

    @property
    def terms(self) -> Terms:
        ends_on: date | None = self.cleaned_data["ends_on"]
        return Terms(ends_on, self.cleaned_data["limited_to"])
