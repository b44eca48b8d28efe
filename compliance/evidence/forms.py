"""Uploading, filtering, returning."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation
from compliance.evidence import selectors
from compliance.evidence.models import Confidentiality, Evidence, EvidenceLink, State
from compliance.requirements.models import Area, EvidenceKind, Requirement
from compliance.requirements.versions import of_current_profiles, superseded

OTHER = "other"
COMMON_REASONS = {
    "when": _("The date and time of the capture cannot be seen."),
    "where": _("The address or the host name cannot be seen."),
    "cut": _("It is cut off or cannot be read."),
    "off": _("It does not show what the requirement asks for."),
    "old": _("It is older than allowed."),
    "personal": _("Personal data can be seen; mask it."),
    "signed": _("The author or the approval is missing."),
}


class ManyFiles(forms.FileField):
    """Several files of one input; what is in them is the vault's matter, also when it is nothing."""

    widget = forms.FileInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data]
        files = [each for each in given if isinstance(each, UploadedFile)]
        if not files:
            raise forms.ValidationError(_("Choose at least one file."))
        return files


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name)


class VersionForm(forms.Form):
    """The next version of an evidence."""

    files = ManyFiles(widget=ManyFilesInput)  # type: ignore[assignment]
    collected_at = forms.DateField(
        label=_("Collected on"),
        required=False,
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )
    source = forms.CharField(
        label=_("Source host or system"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collected_at"].widget.attrs["max"] = timezone.localdate().isoformat()

    def circumstances(self) -> dict[str, Any]:
        """Return the keyword arguments of the services."""
        return {name: self.cleaned_data[name] for name in ("collected_at", "source", "note")}

    @property
    def sentence(self) -> str:
        """The first thing that is wrong, for an answer of one line."""
        return next((str(error) for errors in self.errors.values() for error in errors), "")


class UploadForm(VersionForm):
    """A new evidence, for one requirement or none yet."""

    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=200,
        help_text=_("The file's name, when you leave this empty."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    kind = forms.ChoiceField(
        label=_("Kind of evidence"), widget=forms.Select(attrs={"class": "form-select"})
    )
    confidentiality = forms.ChoiceField(
        label=_("Confidentiality"),
        required=False,
        choices=Confidentiality.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    together = forms.BooleanField(
        label=_("Keep the files together as one evidence"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    requirement = forms.ModelChoiceField(
        label=_("Requirement"),
        required=False,
        queryset=Requirement.objects.none(),
        empty_label=_("None yet"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    field_order = ["files", "requirement", "kind", "collected_at", "title", "source", "note"]

    def __init__(
        self, *args: Any, organisation: Organisation, requirement: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = _kinds(organisation, requirement)
        chooser = self.fields["kind"]
        assert isinstance(chooser, forms.ChoiceField)  # noqa: S101 - tells the type checker
        chooser.choices = [
            ("", _("Choose one")),
            *((code, kind.title) for code, kind in self.kinds.items()),
            (OTHER, _("Another kind")),
        ]
        picker = self.fields["requirement"]
        assert isinstance(picker, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        # One profile after the other, baselines (the first status by name) last.
        rows = selectors.adopted_requirements(organisation)
        picker.queryset = rows.order_by("-profile__status", "profile_id", "order")
        if requirement is not None:
            picker.initial = requirement.pk
            picker.widget = forms.HiddenInput()

    @property
    def chosen_kind(self) -> EvidenceKind | None:
        return self.kinds.get(self.cleaned_data["kind"])


class FilterForm(forms.Form):
    """The list's filters as they stand in the address. A wrong value filters nothing."""

    q = forms.CharField(required=False, max_length=100)
    state = forms.ChoiceField(
        required=False,
        choices=[("", _("All")), *State.choices, ("withdrawn", _("Withdrawn"))],
    )
    area = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False)
    expiring = forms.BooleanField(required=False, label=_("Expires within 30 days"))

    def __init__(self, data: Any, *, organisation: Organisation) -> None:
        super().__init__(data)
        areas = Area.objects.filter(profile__in=of_current_profiles(organisation))
        kinds = selectors.adopted_kinds(organisation)
        self._choose("area", [(each.code, each.title) for each in areas])
        self._choose("kind", [(each.code, each.title) for each in kinds])
        for name in ("state", "area", "kind"):
            self.fields[name].widget.attrs["class"] = "form-select"
        self.is_valid()

    def value(self, name: str) -> Any:
        return self.cleaned_data.get(name) or ""

    def apply(self, rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
        state = self.value("state")
        rows = rows.filter(withdrawn_at__isnull=state != "withdrawn")
        links = self._links(state)
        if links:
            live = EvidenceLink.objects.filter(~superseded(), links)
            rows = rows.filter(pk__in=live.values("evidence_id"))
        if kind := self.value("kind"):
            rows = rows.filter(kind_code=kind)
        return _searched(rows, self.value("q"))

    def _links(self, state: str) -> Q:
        wanted = Q()
        if state and state != "withdrawn":
            wanted &= Q(state=state)
        if area := self.value("area"):
            wanted &= Q(requirement__area__code=area)
        if self.value("expiring"):
            until = timezone.localdate() + selectors.SOON
            wanted &= Q(state=State.ACCEPTED, valid_until__lte=until)
        return wanted

    def _choose(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [("", _("All")), *dict(choices).items()]


class ReturnForm(forms.Form):
    """Why it goes back: some of the common reasons, own words, or both."""

    common = forms.MultipleChoiceField(
        required=False, choices=list(COMMON_REASONS.items()), widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        required=False,
        max_length=1500,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )

    def text(self) -> str:
        """Return the reasons as one text, "" when none was given or one is unknown."""
        if not self.is_valid():
            return ""
        chosen = [str(COMMON_REASONS[key]) for key in self.cleaned_data["common"]]
        return "\n".join([*chosen, self.cleaned_data["reason"]]).strip()


def _kinds(organisation: Organisation, requirement: Any) -> dict[str, EvidenceKind]:
    """Return the kinds to choose from by code: what is asked for, else all of the profiles."""
    asked = requirement.evidence_kinds.all() if requirement else None
    return {each.code: each for each in (asked or selectors.adopted_kinds(organisation))}


def _searched(rows: QuerySet[Evidence], words: str) -> QuerySet[Evidence]:
    number = words.upper().removeprefix("EV-").lstrip("0")
    found = Q(title__icontains=words) | Q(links__requirement__code__icontains=words)
    found |= Q(versions__files__name__icontains=words) | Q(versions__files__blob__sha256=words)
    if number.isdecimal() and len(number) < 9:
        found |= Q(number=int(number))
    return rows.filter(pk__in=Evidence.objects.filter(found).values("pk")) if words else rows
