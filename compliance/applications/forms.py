"""What people type about an application."""

from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation
from compliance.applications.models import Application
from compliance.applications.services import EDITABLE
from compliance.requirements.models import Profile
from compliance.requirements.selectors import adopted_profiles

ROWS = {
    "service_overview": 5,
    "integration_overview": 5,
    "scope_in": 4,
    "scope_out": 4,
    "traffic": 3,
}


if TYPE_CHECKING:
    _Form = forms.ModelForm[Application]
else:
    _Form = forms.ModelForm


class ApplicationForm(_Form):
    """The texts of an application, with the revision that the person saw."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    class Meta:
        model = Application
        fields = EDITABLE
        widgets = {name: forms.Textarea(attrs={"rows": rows}) for name, rows in ROWS.items()}
        help_texts = {
            "service_overview": _("What the service does, who uses it, where it runs."),
            "integration_overview": _(
                "Which data the platform sends, over which way, to which system, and what happens "
                "to it there."
            ),
            "scope_in": _("Services and systems that the requirements apply to, one a line."),
            "scope_out": _(
                "What stays outside, one a line, each with its reason: for instance an ordering "
                "app that another company runs."
            ),
            "traffic": _("Orders a day, peak hour, calls a second."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("revision", self.instance.revision)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def texts(self) -> dict[str, str]:
        """What was typed, without the revision."""
        return {name: self.cleaned_data[name] for name in EDITABLE}


class CreateForm(forms.Form):
    """An application needs a profile and a title; the rest is written later."""

    profile = forms.ModelChoiceField(queryset=Profile.objects.none(), label=_("Profile"))
    title = forms.CharField(label=_("Title"), max_length=200)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        adopted = adopted_profiles(organisation)
        profiles = [profile.pk for profile in adopted if not profile.is_baseline]
        field = self.fields["profile"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = Profile.objects.filter(pk__in=profiles).select_related("platform")
        if profiles:
            field.initial = profiles[0]
        self.helper = FormHelper()
        self.helper.form_tag = False
