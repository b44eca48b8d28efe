"""Uploading, changing, returning, asking and answering."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Organisation
from compliance.evidence import selectors
from compliance.evidence.models import Confidentiality, Evidence
from compliance.requirements.models import EvidenceKind, Requirement

OTHER = "other"
ANSWER_WITHIN = timedelta(days=7)
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
        if not files and self.required:
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

    valid_from = forms.DateField(
        label=_("Valid from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        help_text=_("Where the document names a day. How old it may be is known from its kind."),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collected_at"].widget.attrs["max"] = timezone.localdate().isoformat()

    def circumstances(self) -> dict[str, Any]:
        """Return the keyword arguments of the services."""
        names = ("collected_at", "source", "note", "valid_from", "valid_until")
        return {name: self.cleaned_data[name] for name in names}

    @property
    def sentence(self) -> str:
        """The first thing that is wrong, for an answer of one line."""
        return _first_error(self)


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
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=400,
        help_text=_("Words parted by commas."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    draft = forms.BooleanField(
        label=_("Keep as a draft and submit later"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    # Chosen in a searched picker: the id, or the code as it was typed.
    requirement = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput())
    requirement_code = forms.CharField(label=_("Requirement"), required=False, max_length=200)

    field_order = ["files", "requirement", "kind", "collected_at", "title", "source", "note"]

    def __init__(
        self,
        *args: Any,
        organisation: Organisation,
        requirement: Requirement | None = None,
        titles: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """*requirement*: what the form is for, or what was chosen in it; *titles*: of the kinds to
        choose from by code, where the page knows them already."""
        super().__init__(*args, **kwargs)
        self.organisation, self.wanted = organisation, requirement
        if titles is None:
            titles = {code: kind.title for code, kind in self.kinds.items()}
        chooser = self.fields["kind"]
        assert isinstance(chooser, forms.ChoiceField)  # noqa: S101 - tells the type checker
        chooser.choices = [("", _("Choose one")), *titles.items(), (OTHER, _("Another kind"))]
        if requirement is not None:
            self.fields["requirement"].initial = requirement.pk

    @cached_property
    def kinds(self) -> dict[str, EvidenceKind]:
        """The kinds to choose from by code: what is asked for, else all of the profiles."""
        asked = self.wanted.evidence_kinds.all() if self.wanted else None
        offered = asked or selectors.adopted_kinds(self.organisation)
        return {each.code: each for each in offered}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        named = cleaned.get("requirement") or cleaned.get("requirement_code")
        if named and self.wanted is None:
            raise forms.ValidationError(_("There is no such requirement. Choose one of the list."))
        cleaned["requirement"] = self.wanted
        return cleaned

    @property
    def chosen_kind(self) -> EvidenceKind | None:
        return self.kinds.get(self.cleaned_data["kind"])


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


class AskForm(forms.Form):
    """A request for evidence of one requirement."""

    owner = forms.TypedChoiceField(
        label=_("Whom to ask"), coerce=int, widget=forms.Select(attrs={"class": "form-select"})
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of evidence"), required=False, widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label=_("What you ask for"),
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )
    due = forms.DateField(
        label=_("Due"),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    def __init__(
        self, data: Any = None, *, people: dict[int, str], kinds: list[EvidenceKind], owner: int = 0
    ) -> None:
        super().__init__(data, auto_id="ask-%s")
        self.kinds_offered = {each.code: each for each in kinds}
        whom, which = self.fields["owner"], self.fields["kinds"]
        assert isinstance(whom, forms.ChoiceField)  # noqa: S101 - tells the type checker
        assert isinstance(which, forms.ChoiceField)  # noqa: S101 - tells the type checker
        whom.choices = list(people.items())
        which.choices = [(each.code, each.title) for each in kinds]
        self.initial = {"owner": owner, "due": timezone.localdate() + ANSWER_WITHIN}
        self.fields["due"].widget.attrs["min"] = timezone.localdate().isoformat()

    @property
    def chosen_kinds(self) -> list[EvidenceKind]:
        return [self.kinds_offered[code] for code in self.cleaned_data["kinds"]]

    @property
    def sentence(self) -> str:
        return _first_error(self)


class AnswerForm(forms.Form):
    """Evidence that answers a request: chosen by number, handed in now, or both."""

    evidence = forms.CharField(required=False)
    files = ManyFiles(required=False, widget=ManyFilesInput)  # type: ignore[assignment]
    text = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )


class FactsForm(forms.Form):
    """What is said about an evidence, apart from its versions."""

    title = forms.CharField(
        label=_("Title"), max_length=200, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    kind = forms.ChoiceField(
        label=_("Kind of evidence"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    confidentiality = forms.ChoiceField(
        label=_("Confidentiality"),
        choices=Confidentiality.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    owner = forms.TypedChoiceField(
        label=pgettext_lazy("of an evidence", "Owner"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=900,
        help_text=_("Words parted by commas."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput())

    def __init__(self, data: Any = None, *, evidence: Evidence, people: dict[int, str]) -> None:
        super().__init__(data, auto_id="facts-%s")
        self.kinds = {each.code: each for each in selectors.adopted_kinds(evidence.organisation)}
        # A kind of a former profile, or an owner who has left, may stay.
        if evidence.kind and evidence.kind_code not in self.kinds:
            self.kinds[evidence.kind_code] = evidence.kind
        if evidence.owner:
            people = {evidence.owner.pk: evidence.owner.name, **people}
        kind, owner = self.fields["kind"], self.fields["owner"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - tells the type checker
        assert isinstance(owner, forms.ChoiceField)  # noqa: S101 - tells the type checker
        other = ("", _("Another kind"))
        kind.choices = [other, *((code, each.title) for code, each in self.kinds.items())]
        owner.choices = [("", _("Nobody")), *people.items()]
        self.initial = {
            "title": evidence.title,
            "kind": evidence.kind_code,
            "confidentiality": evidence.confidentiality,
            "owner": evidence.owner_id,
            "tags": ", ".join(tag.name for tag in evidence.tags.all()),
            "revision": evidence.revision,
        }

    @property
    def chosen_kind(self) -> EvidenceKind | None:
        return self.kinds.get(self.cleaned_data["kind"])

    @property
    def sentence(self) -> str:
        return _first_error(self)


def _first_error(form: forms.Form) -> str:
    return next((str(error) for errors in form.errors.values() for error in errors), "")
