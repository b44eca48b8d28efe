from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.oversight.models import ReviewKind, Transport


class RetentionForm(forms.Form):
    years = forms.TypedChoiceField(
        label=_("Kept for at least"),
        coerce=int,
        choices=[(1, _("1 year")), (2, _("2 years")), (3, _("3 years"))],
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
    )
    two_years = forms.BooleanField(
        label=_(
            "We process personal data of 50,000 people or more, unique identifiers or sensitive "
            "data, or are a key telecommunications operator: the law asks for two years."
        ),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )


class TargetForm(forms.Form):
    transport = forms.ChoiceField(
        label=_("How"),
        choices=Transport.choices,
        initial=Transport.TLS,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    address = forms.CharField(
        label=_("Where"),
        max_length=300,
        widget=forms.TextInput(
            attrs={"class": "form-control", "placeholder": "logs.example.com:6514"}
        ),
    )
    everything = forms.BooleanField(
        label=_("Send what there is already too"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )


class PeriodForm(forms.Form):
    """Which review of which days; in the address while one looks, in the body when one signs."""

    kind = forms.ChoiceField(choices=ReviewKind.choices)
    first = forms.DateField(label=_("From"))
    last = forms.DateField(label=_("Until"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        for name in ("first", "last"):
            self.fields[name].widget = forms.DateInput(
                attrs={"class": "form-control", "type": "date"}
            )
        self.fields["kind"].widget = forms.HiddenInput()
