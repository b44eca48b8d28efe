"""What people type about packets that leave."""

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.packets.models import Channel


class CopyForm(forms.Form):
    recipient = forms.CharField(label=_("For whom"), max_length=100)
    purpose = forms.CharField(label=_("What for (optional)"), max_length=200, required=False)


class SubmissionForm(forms.Form):
    channel = forms.ChoiceField(label=_("How it went"), choices=Channel.choices)
    recipient = forms.CharField(label=_("To whom"), max_length=200)
    submitted_at = forms.DateTimeField(
        label=_("When (empty: now)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    platform_number = forms.CharField(
        label=_("Receipt number of the platform (if there is one yet)"),
        max_length=60,
        required=False,
    )
    note = forms.CharField(
        label=_("Note (optional)"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
