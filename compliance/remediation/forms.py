"""What people type about a task."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.remediation.boards import COLUMNS
from compliance.remediation.bulk import UNCHANGED, Wanted
from compliance.remediation.models import EffortUnit, Priority, Task
from compliance.remediation.policies import NOT_A_MEMBER, REASON_IS_MISSING
from compliance.remediation.services import EDITABLE, NewTask
from compliance.requirements.models import Requirement
from compliance.requirements.selectors import adopted_profiles
from compliance.shared.severity import Severity

ROWS = {"defect": 4, "before": 4, "plan": 4, "action_taken": 4, "after": 4}

if TYPE_CHECKING:
    _Form = forms.ModelForm[Task]
else:
    _Form = forms.ModelForm


class TaskForm(_Form):
    """The texts of a task, with the revision that the person saw."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    class Meta:
        model = Task
        fields = EDITABLE
        widgets = {name: forms.Textarea(attrs={"rows": rows}) for name, rows in ROWS.items()}
        help_texts = {
            "basis": _("The requirement, law or check that it is measured against."),
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
    """A gap that a person found."""

    title = forms.CharField(label=_("Title"), max_length=300)
    requirement = forms.ModelChoiceField(
        queryset=Requirement.objects.none(), label=_("Requirement"), required=False
    )
    severity = forms.ChoiceField(
        label=_("Severity"), choices=Severity.choices, initial=Severity.MEDIUM
    )
    assignee = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("Assignee"), required=False
    )
    due = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_(
            "Left empty, the severity sets it: critical 7 days, high 14, medium 30, low 90."
        ),
    )
    defect = forms.CharField(
        label=_("Defect"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    before = forms.CharField(
        label=_("Before"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    plan = forms.CharField(
        label=_("Plan"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    basis = forms.CharField(label=_("Basis"), required=False, max_length=500)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        requirement, assignee = self.fields["requirement"], self.fields["assignee"]
        assert isinstance(requirement, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        assert isinstance(assignee, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        requirement.queryset = Requirement.objects.filter(
            profile__in=adopted_profiles(organisation)
        ).order_by("-profile__status", "profile_id", "order")
        assignee.queryset = members(organisation)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def new(self) -> NewTask:
        return NewTask(**self.cleaned_data)


class AssignForm(forms.Form):
    """Who does it until when."""

    assignee = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Assignee"))
    due = forms.DateField(
        label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"assignee": task.assignee, "due": task.due}
        assignee = self.fields["assignee"]
        assert isinstance(assignee, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        assignee.queryset = members(task.organisation)


class UntilForm(forms.Form):
    """The day on which an accepted risk ends."""

    until = forms.DateField(required=False)


class EffortForm(forms.Form):
    """How much work a task is."""

    effort = forms.DecimalField(required=False, min_value=0, max_value=99_999, decimal_places=1)
    effort_unit = forms.ChoiceField(choices=EffortUnit.choices)


class ChangeForm(forms.Form):
    """When the change is made in production; both empty takes the plan away."""

    start = forms.DateTimeField(required=False)
    end = forms.DateTimeField(required=False)


class ExtensionForm(forms.Form):
    """A later due date, and why."""

    new_due = forms.DateField(error_messages={"required": _("Give the new due date.")})
    reason = forms.CharField(max_length=5_000, error_messages={"required": REASON_IS_MISSING})
    beyond_window = forms.BooleanField(required=False)


class BulkForm(forms.Form):
    """What many tasks get at once; a field that says "keep" or nothing leaves them as they are."""

    assignee = forms.CharField(required=False)
    due = forms.DateField(required=False)
    priority = forms.TypedChoiceField(
        required=False, choices=Priority.choices, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, organisation: Organisation) -> None:
        super().__init__(*args)
        self._people = {str(person.pk): person for person in members(organisation)}

    def clean_assignee(self) -> Any:
        said = self.cleaned_data["assignee"]
        if said in {"", "keep"}:
            return UNCHANGED
        if said != "none" and said not in self._people:
            raise forms.ValidationError(str(NOT_A_MEMBER))
        return self._people.get(said)

    def wanted(self) -> Wanted:
        given = self.cleaned_data
        return Wanted(
            assignee=given["assignee"],
            due=given["due"] or UNCHANGED,
            priority=given["priority"] or UNCHANGED,
        )


class LimitsForm(forms.Form):
    """How many cards each column of the board should hold at most; empty is no limit."""

    def __init__(self, *args: Any, limits: Mapping[str, int]) -> None:
        super().__init__(*args)
        for state in COLUMNS:
            self.fields[state.value] = forms.IntegerField(
                label=state.label,
                required=False,
                min_value=1,
                max_value=999,
                initial=limits.get(state),
                widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
            )

    def chosen(self) -> dict[str, int | None]:
        return {state.value: self.cleaned_data[state.value] for state in COLUMNS}


def members(organisation: Organisation) -> Any:
    """People of the organisation, by name."""
    people = Membership.objects.people().filter(organisation=organisation)
    return User.objects.filter(pk__in=people.values("user_id")).order_by("name")
