"""What people type about duties and about the clocks of tasks."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.remediation.forms import members
from compliance.remediation.keeping import NewDuty
from compliance.remediation.models import OpeningRule, Rhythm, WorkingDay
from compliance.remediation.proposals import Proposal
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.requirements.selectors import adopted_profiles
from compliance.shared.severity import Severity


class DutyForm(forms.Form):
    """A recurring duty; *proposal* fills it with what a profile asks for."""

    title = forms.CharField(label=_("Title"), max_length=200)
    rhythm = forms.ChoiceField(label=_("Rhythm"), choices=Rhythm.choices)
    requirement = forms.ModelChoiceField(
        queryset=Requirement.objects.none(), label=_("Requirement"), required=False
    )
    kind = forms.ModelChoiceField(
        queryset=EvidenceKind.objects.none(),
        label=_("Evidence asked each time"),
        required=False,
        empty_label=_("Any kind"),
    )
    responsible = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("Responsible"), required=False
    )
    due_day = forms.IntegerField(
        label=_("Due on day"),
        min_value=1,
        max_value=31,
        initial=31,
        help_text=_("Day of the period's last month; 31 is its last day."),
    )
    working_day = forms.ChoiceField(
        label=_("When nobody works that day"),
        choices=WorkingDay.choices,
        initial=WorkingDay.BEFORE,
    )
    begin = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Left empty, the period that runs now is the first."),
    )
    instruction = forms.CharField(
        label=_("What to do"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    parameter = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        proposal: Proposal | None = kwargs.pop("proposal", None)
        super().__init__(*args, **kwargs)
        profiles = adopted_profiles(organisation)
        rows = Requirement.objects.filter(profile__in=profiles)
        self._choose("requirement", rows.order_by("profile_id", "order"))
        kinds = EvidenceKind.objects.filter(profile__in=profiles)
        self._choose("kind", kinds.order_by("profile_id", "title_ko"))
        self._choose("responsible", members(organisation))
        if proposal:
            self.initial.update(
                title=proposal.title,
                rhythm=proposal.rhythm,
                requirement=proposal.requirement,
                kind=proposal.kind,
                parameter=proposal.parameter,
            )
        self.helper = FormHelper()
        self.helper.form_tag = False

    def _choose(self, name: str, rows: Any) -> None:
        chosen = self.fields[name]
        assert isinstance(chosen, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        chosen.queryset = rows

    def new(self) -> NewDuty:
        return NewDuty(**self.cleaned_data)


class CompleteForm(forms.Form):
    """The result of one period; files and evidence come beside it."""

    note = forms.CharField(required=False, max_length=5_000)
    collected_at = forms.DateField(required=False)

    def clean_collected_at(self) -> Any:
        return self.cleaned_data["collected_at"] or timezone.localdate()


class ClocksForm(forms.Form):
    """From which severity findings become tasks, and when late ones are escalated."""

    threshold = forms.ChoiceField(
        label=_("Findings become tasks from"),
        choices=Severity.choices,
        help_text=_("A failure of this severity or worse opens a task with the next scan."),
    )
    verdicts = forms.ChoiceField(
        label=_("Verdicts that open a task by themselves"),
        choices=OpeningRule.Verdicts.choices,
        help_text=_("With the verdict, once for each requirement while its task is open."),
    )
    lead = forms.IntegerField(
        label=_("To the security lead"),
        min_value=-90,
        max_value=365,
        help_text=_("Days after the due date; a negative number is before it."),
    )
    owner = forms.IntegerField(
        label=_("To the owner"),
        min_value=-90,
        max_value=365,
        help_text=_("Later than to the lead."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
