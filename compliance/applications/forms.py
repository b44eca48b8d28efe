"""What people type about an application."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from django import forms
from django.forms import BaseFormSet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Organisation
from compliance.applications.models import Application, ReceivedVerdict, Review, ScopeItem
from compliance.applications.preflight import Filter, Level, Topic
from compliance.applications.scoping import MOST_ITEMS, Item
from compliance.applications.services import DIAGRAMS, EDITABLE
from compliance.applications.verdicts import Word
from compliance.evidence.models import Evidence
from compliance.requirements.models import Profile, Requirement
from compliance.requirements.selectors import adopted_profiles

ROWS = {
    "service_overview": 5,
    "integration_overview": 5,
    "scope_in": 3,
    "scope_out": 3,
    "traffic": 3,
    "personal_data": 5,
}
# The sections of the form, in the order of the page.
SECTIONS: list[tuple[Any, list[str]]] = [
    (
        _("Service and integration"),
        ["title", "service_overview", "integration_overview", "traffic"],
    ),
    (_("Personal data"), ["personal_data"]),
    (_("Remarks on the scope"), ["scope_in", "scope_out"]),
    (_("Contact"), ["contact_name", "contact_email", "contact_phone"]),
]


if TYPE_CHECKING:
    _Form = forms.ModelForm[Application]
    _FormSet = BaseFormSet["ScopeForm"]
else:
    _Form = forms.ModelForm
    _FormSet = BaseFormSet


class ApplicationForm(_Form):
    """The texts and diagrams of an application, with the revision that the person saw.

    A diagram is one of the organisation's evidence, by its number, or a file that becomes one.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    network_diagram = forms.ChoiceField(label=_("Network diagram"), required=False)
    network_diagram_file = forms.FileField(label=_("Or upload a new one"), required=False)
    data_flow_diagram = forms.ChoiceField(label=_("Data-flow diagram"), required=False)
    data_flow_diagram_file = forms.FileField(label=_("Or upload a new one"), required=False)

    class Meta:
        model = Application
        fields = EDITABLE
        widgets = {name: forms.Textarea(attrs={"rows": rows}) for name, rows in ROWS.items()}
        labels = {
            "scope_in": _("In scope, in words"),
            "scope_out": _("Out of scope, in words"),
        }
        help_texts = {
            "service_overview": _("What the service does, who uses it, where it runs."),
            "integration_overview": _(
                "Which data the platform sends, over which way, to which system, and what happens "
                "to it there."
            ),
            "scope_in": _("What the table of the scope cannot say. Leave it empty otherwise."),
            "scope_out": _("The same for what stays outside."),
            "traffic": _("Orders a day, peak hour, calls a second."),
            "personal_data": _(
                "Which personal data comes in, where it is kept, who sees it, when it is masked "
                "and deleted."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("revision", self.instance.revision)
        self._evidence = {
            str(each.number): each
            for each in Evidence.objects.current()
            .filter(organisation_id=self.instance.organisation_id)
            .select_related("organisation")
        }
        for name in DIAGRAMS:
            chosen = getattr(self.instance, name)
            self.initial.setdefault(name, str(chosen.number) if chosen else "")
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = self._choices(name, chosen)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def _choices(self, kind: str, chosen: Evidence | None) -> list[Any]:
        """The organisation's evidence, what is of that kind first."""
        shown = dict(self._evidence)
        if chosen is not None:  # also one that was withdrawn, so that saving does not drop it
            shown.setdefault(str(chosen.number), chosen)
        mine = [(key, str(row)) for key, row in shown.items() if row.kind_code == kind]
        rest = [(key, str(row)) for key, row in shown.items() if row.kind_code != kind]
        groups = [(_("Diagrams of this kind"), mine), (_("Other evidence"), rest)]
        return [("", _("None yet")), *(group for group in groups if group[1])]

    def _sections(self) -> list[tuple[Any, list[Any]]]:
        return [(title, [self[name] for name in names]) for title, names in SECTIONS]

    @property
    def sections(self) -> list[tuple[Any, list[Any]]]:
        """(title, fields) of each part but the diagrams, which have their own."""
        return self._sections()

    @property
    def diagrams(self) -> list[tuple[Any, Any]]:
        """(choice, upload) of each diagram."""
        return [(self[name], self[f"{name}_file"]) for name in DIAGRAMS]

    def texts(self) -> dict[str, str]:
        """What was typed, without the revision."""
        return {name: self.cleaned_data[name] for name in EDITABLE}

    def chosen(self) -> dict[str, Evidence | None]:
        """The diagram chosen for each place; one that is unchanged stays even when withdrawn."""
        picked: dict[str, Evidence | None] = {}
        for name in DIAGRAMS:
            number = self.cleaned_data[name]
            now = getattr(self.instance, name)
            kept = now if now and str(now.number) == number else None
            picked[name] = self._evidence.get(number) or kept
        return picked


class CreateForm(forms.Form):
    """An application needs a profile and a title; the rest is written later."""

    profile = forms.ModelChoiceField(queryset=Profile.objects.none(), label=_("Profile"))
    title = forms.CharField(label=_("Title"), max_length=200)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profiles = [
            profile.pk for profile in adopted_profiles(organisation) if not profile.is_baseline
        ]
        field = self.fields["profile"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = Profile.objects.filter(pk__in=profiles).select_related("platform")
        if profiles:
            field.initial = profiles[0]
        self.helper = FormHelper()
        self.helper.form_tag = False


class ScopeForm(forms.Form):
    """One row of the scope statement."""

    kind = forms.ChoiceField(label=pgettext_lazy("scope", "Kind"), choices=ScopeItem.Kind.choices)
    name = forms.CharField(label=pgettext_lazy("scope", "Name"), max_length=200, required=False)
    included = forms.TypedChoiceField(
        label=_("In or out"),
        choices=[("yes", _("In scope")), ("no", _("Out of scope"))],
        coerce=lambda value: value == "yes",
        initial="yes",
    )
    legal_entity = forms.CharField(
        label=pgettext_lazy("scope", "Run by"), max_length=200, required=False
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=2_000, required=False, widget=forms.Textarea({"rows": 1})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            select = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = (
                f"form-{'select' if select else 'control'} form-control-sm"
            )

    def has_changed(self) -> bool:
        """A row in which nothing but its kind was chosen is an empty one."""
        return bool(super().has_changed()) and any(
            (self.data.get(self.add_prefix(name)) or "").strip()
            for name in ("name", "legal_entity", "reason")
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        item = self._item(cleaned)
        if self.has_changed() and not self.errors and item.lack:
            self.add_error("reason" if item.name else "name", item.lack)
        return cleaned

    def _item(self, cleaned: Mapping[str, Any]) -> Item:
        return Item(
            kind=cleaned.get("kind", ""),
            name=cleaned.get("name", "").strip(),
            included=bool(cleaned.get("included")),
            legal_entity=cleaned.get("legal_entity", "").strip(),
            reason=cleaned.get("reason", "").replace("\r\n", "\n").strip(),
        )

    @property
    def item(self) -> Item:
        return self._item(self.cleaned_data)


class _Scope(_FormSet):
    def items(self) -> list[Item]:
        """The rows that are left, in their order."""
        kept = [form for form in self.ordered_forms if form.has_changed()]
        return [form.item for form in kept]


EMPTY_ROWS = 3
ScopeFormSet = forms.formset_factory(
    ScopeForm,
    formset=_Scope,
    extra=EMPTY_ROWS,
    can_delete=True,
    can_order=True,
    max_num=MOST_ITEMS,
    absolute_max=MOST_ITEMS + EMPTY_ROWS,
)


def scope_forms(rows: Iterable[Item], data: Any = None) -> _Scope:
    """The formset of *rows*; every form is told as changed against an empty row."""
    initial = [
        {
            "kind": row.kind,
            "name": row.name,
            "included": "yes" if row.included else "no",
            "legal_entity": row.legal_entity,
            "reason": row.reason,
        }
        for row in rows
    ]
    if data is not None:
        return ScopeFormSet(data, prefix="scope")  # type: ignore[return-value]
    return ScopeFormSet(initial=initial, prefix="scope")  # type: ignore[return-value]


class VerdictForm(forms.Form):
    """The platform's word on one requirement, as a row of the round's table."""

    verdict = forms.ChoiceField(
        label=_("Verdict"), required=False, choices=[("", "—"), *ReceivedVerdict.Verdict.choices]
    )
    words = forms.CharField(
        label=_("The platform's words"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 1}),
    )
    due = forms.DateField(
        label=_("Answer due"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=-1)

    def __init__(
        self, data: Any, *, requirement: Requirement, stored: ReceivedVerdict | None
    ) -> None:
        initial = {
            "verdict": stored.verdict if stored else "",
            "words": stored.words if stored else "",
            "due": stored.due if stored else None,
            "revision": stored.revision if stored else -1,
        }
        super().__init__(data, initial=initial, prefix=f"r{requirement.pk}")
        self.requirement, self.stored = requirement, stored
        for name in ("verdict", "words", "due"):
            select = name == "verdict"
            kind = "form-select form-select-sm" if select else "form-control form-control-sm"
            self.fields[name].widget.attrs |= {
                "class": kind,
                "aria-label": f"{requirement.code} {self.fields[name].label or name}",
            }
            # The browser's own memory must not fill in another round's words.
            self.fields[name].show_hidden_initial = True

    def has_changed(self) -> bool:
        """What was typed differs from what the page showed, whatever was stored meanwhile."""
        return bool({"verdict", "words", "due"} & set(self.changed_data))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and self.has_changed() and self.word.lack:
            self.add_error("words" if cleaned.get("verdict") else "verdict", self.word.lack)
        return cleaned

    @property
    def word(self) -> Word:
        told = self.cleaned_data
        words = told.get("words", "").replace("\r\n", "\n").strip()
        return Word(
            self.requirement,
            told.get("verdict", ""),
            words if told.get("verdict") else "",
            told.get("due") if told.get("verdict") else None,
            told.get("revision"),
        )

    def told(self) -> str:
        """What was typed, for a reader."""
        labels = dict(ReceivedVerdict.Verdict.choices)
        return f"{labels.get(self.word.verdict, '—')}\n{self.word.words}".strip()

    def overwrite(self, revision: int) -> None:
        """Let the form come back ready to be saved over what is stored as *revision*."""
        again = self.data.copy()  # type: ignore[attr-defined]
        again[self.add_prefix("revision")] = str(revision)
        self.data = again


class DecisionForm(forms.Form):
    """The platform's decision, with the days that an approval holds."""

    decision = forms.ChoiceField(
        choices=[("approved", _("Integration approved")), ("refused", _("Integration refused"))]
    )
    note = forms.CharField(required=False, max_length=20_000)
    valid_from = forms.DateField(required=False, label=_("Valid from"))
    valid_until = forms.DateField(required=False, label=_("Valid until"))


class ChangesForm(forms.Form):
    """What the platform asks for after a round."""

    text = forms.CharField(required=False, max_length=20_000)
    due = forms.DateField(required=False, label=_("Answer due"))


class MajorChangeForm(forms.Form):
    """What changed about an approved integration, and how much of it is reviewed again."""

    note = forms.CharField(
        label=_("What changed"),
        max_length=20_000,
        widget=forms.Textarea({"rows": 4, "class": "form-control"}),
        help_text=_("For instance: the order servers moved to another data centre."),
    )
    review = forms.ChoiceField(
        label=_("Extent of the review"),
        choices=Review.choices,
        initial=Review.FULL,
        widget=forms.RadioSelect,
    )
    targets = forms.ModelMultipleChoiceField(
        label=_("Requirements that the change touches"),
        queryset=Requirement.objects.none(),
        required=False,
    )

    def __init__(self, *args: Any, profile: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["targets"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type checker
        field.queryset = profile.requirements.all()


class ChecklistFilter(forms.Form):
    """The filters of the checklist as they stand in the address. A wrong value filters nothing."""

    level = forms.ChoiceField(
        required=False, label=_("Level"), choices=[("", _("All")), *Level.choices]
    )
    topic = forms.ChoiceField(
        required=False, label=_("About"), choices=[("", _("All")), *Topic.choices]
    )
    area = forms.ChoiceField(required=False, label=_("Area"))
    q = forms.CharField(required=False, max_length=100)

    def __init__(self, data: Any, *, profile: Profile) -> None:
        super().__init__(data)
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        areas = [(each.code, each.title) for each in profile.areas.all()]
        field.choices = [("", _("All")), ("-", _("The application itself")), *areas]
        for name in ("level", "topic", "area"):
            self.fields[name].widget.attrs["class"] = "form-select"
        self.is_valid()

    @property
    def filter(self) -> Filter:
        told = self.cleaned_data
        return Filter(
            told.get("level", ""), told.get("topic", ""), told.get("area", ""), told.get("q", "")
        )
