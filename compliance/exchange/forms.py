"""What a person chooses while a document becomes a profile."""

from __future__ import annotations

import re
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone
from django.utils.text import format_lazy, slugify
from django.utils.translation import gettext_lazy as _

from compliance.exchange import guessing, kinds, policies, selectors
from compliance.exchange.items import Reading
from compliance.exchange.layouts import NEEDED, NEEDED_WORDS, Role
from compliance.exchange.models import Kind, ProfileImport
from compliance.requirements.models import Assessment, Platform, Profile
from compliance.shared.errors import why_not
from compliance.shared.severity import Severity

NEW = "+"
_DAYS = ("published", "valid_from", "valid_to")
_IDENTIFIER = r"^[A-Za-z0-9_][A-Za-z0-9_-]*$"
_VERSION = r"^[^\s/]+$"


class UploadForm(forms.Form):
    file = forms.FileField(label=_("document"), allow_empty_file=True, max_length=1000)


class RevisionForm(forms.Form):
    """Every choice says which revision the person saw."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000)


class ColumnsForm(RevisionForm):
    """One select a column and group of equal sheets: column-<group>-<column>."""

    def __init__(self, data: Any, *, groups: list[Any]) -> None:
        super().__init__(data)
        self.groups = groups
        for group in groups:
            for column in group.columns:
                self.fields[f"column-{group.number}-{column.number}"] = forms.ChoiceField(
                    choices=[("", ""), *Role.choices], required=False, label=column.header
                )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for group in self.groups:
            chosen = self._chosen(group, cleaned)
            for role in dict.fromkeys(role for role, _column in chosen):
                if [each for each, _column in chosen].count(role) > 1:
                    sentence = _("Two columns are “%s”. Choose one of them.")
                    self.add_error(None, sentence % Role(role).label)
            if not set(NEEDED) <= {role for role, _column in chosen}:
                self.add_error(None, NEEDED_WORDS)
        return cleaned

    def sent(self, group: Any) -> dict[int, str]:
        """Return {column: role} as it was sent, mistakes included."""
        return {
            c.number: self.data.get(f"column-{group.number}-{c.number}", "") for c in group.columns
        }

    def columns_of(self, group: Any) -> dict[str, int]:
        """Return {role: column} of a group."""
        return dict(self._chosen(group, self.cleaned_data))

    def _chosen(self, group: Any, cleaned: dict[str, Any]) -> list[tuple[str, int]]:
        named = [
            (cleaned.get(f"column-{group.number}-{c.number}"), c.number) for c in group.columns
        ]
        return [(role, number) for role, number in named if role]


class WordsForm(RevisionForm):
    """Which text of this form means which verdict: word-<verdict>."""

    def __init__(self, data: Any, *, words: dict[str, str]) -> None:
        super().__init__(data)
        for verdict in guessing.ASKED:
            self.fields[f"word-{verdict}"] = forms.CharField(
                label=Assessment.Verdict(verdict).label,
                max_length=60,
                required=False,
                initial=words.get(verdict, ""),
                widget=forms.TextInput(attrs={"list": "words", "class": "form-control"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        words = [guessing.word(word) for word in self.words(cleaned).values()]
        if len(words) != len(set(words)):
            self.add_error(None, _("One word stands for two verdicts. Give each its own."))
        return cleaned

    def words(self, cleaned: dict[str, Any]) -> dict[str, str]:
        found = {v.value: cleaned.get(f"word-{v}", "") for v in guessing.ASKED}
        return {verdict: word for verdict, word in found.items() if word}


class AboutForm(RevisionForm):
    """What the document does not say of itself."""

    platform = forms.ChoiceField(label=_("Platform"))
    platform_code = forms.RegexField(
        _IDENTIFIER, label=_("Short name of the new platform"), max_length=50, required=False,
        help_text=_("Latin letters, digits and hyphens: coupang-eats"),
    )  # fmt: skip
    platform_title_ko = forms.CharField(
        label=_("Name of the new platform (Korean)"), max_length=300, required=False
    )
    platform_title_en = forms.CharField(
        label=_("Name of the new platform (English)"), max_length=300, required=False
    )
    title_ko = forms.CharField(label=_("Title (Korean)"), max_length=300)
    title_en = forms.CharField(label=_("Title (English)"), max_length=300, required=False)
    identifier = forms.RegexField(
        _IDENTIFIER, label=_("Identifier"), max_length=80,
        help_text=_("Stays the same from year to year; versions of one profile are found by it."),
    )  # fmt: skip
    version = forms.RegexField(
        _VERSION, label=_("Version"), max_length=20, help_text=_("For instance 2027 or 1.2")
    )
    status = forms.ChoiceField(
        label=_("Whose word is it"),
        choices=[
            (Profile.Status.PLATFORM, _("The platform's own document")),
            (Profile.Status.REFERENCE, _("Our own list, unofficial")),
            (Profile.Status.BASELINE, _("A public baseline")),
        ],
        initial=Profile.Status.PLATFORM,
    )
    published = forms.DateField(label=_("Published on"), widget=forms.DateInput({"type": "date"}))
    valid_from = forms.DateField(
        label=_("Valid from"), required=False, widget=forms.DateInput({"type": "date"})
    )
    valid_to = forms.DateField(
        label=_("Valid to"), required=False, widget=forms.DateInput({"type": "date"})
    )
    severity = forms.ChoiceField(
        label=_("Severity where none is given"), choices=Severity.choices, initial=Severity.MEDIUM
    )
    mandatory = forms.BooleanField(
        label=_("Items are mandatory unless the document says otherwise"),
        required=False, initial=True,
    )  # fmt: skip
    number_prefix = forms.RegexField(
        r"^[A-Za-z0-9_.-]+$", label=_("Prefix of the numbers"), max_length=20, required=False,
        initial=selectors.PREFIX,
        help_text=_("The document has no numbers; they are made: R-001, R-002 …"),
    )  # fmt: skip
    adopt = forms.BooleanField(
        label=_("Begin the self-assessment with this profile at once"), required=False, initial=True
    )
    take_answers = forms.BooleanField(
        label=_("Take over what the document already answers"), required=False,
        help_text=_(
            "Statements are taken where ours are empty; its verdicts are only proposed, a person "
            "signs them."
        ),
    )  # fmt: skip

    def __init__(
        self, data: Any, *, imported: ProfileImport, reading: Reading, platforms: list[Platform]
    ) -> None:
        super().__init__(data, initial=_initial(imported, reading, platforms))
        self.platforms = {each.code: each for each in platforms}
        choices = [(each.code, each.title) for each in platforms]
        self.fields["platform"].choices = [*choices, (NEW, _("New platform …"))]  # type: ignore[attr-defined]
        if imported.kind == Kind.YAML:
            for name in set(self.fields) - {"revision", "adopt"}:
                del self.fields[name]
        else:
            self._name_known(imported)
        if not reading.codes_generated:
            self.fields.pop("number_prefix", None)
        if not reading.answered:
            self.fields.pop("take_answers", None)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def _name_known(self, imported: ProfileImport) -> None:
        """Next year's edition takes the identifier of this year's: say which ones there are."""
        rows = Profile.objects.filter(organisation=imported.organisation_id)
        known = rows.order_by("identifier").values_list("identifier", flat=True).distinct()
        if names := ", ".join(known[:20]):
            field = self.fields["identifier"]
            field.help_text = format_lazy(
                "{} {}", field.help_text, _("Lists you have: %(names)s.") % {"names": names}
            )

    def clean_identifier(self) -> str:
        identifier = str(self.cleaned_data["identifier"])
        if sentence := why_not(policies.check_identifier, identifier):
            raise forms.ValidationError(sentence)
        return identifier

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("platform") == NEW:
            self._check_new_platform(cleaned)
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_to")
        if begins and ends and begins > ends:
            self.add_error("valid_to", _("This is before the day from which it is valid."))
        return cleaned

    def _check_new_platform(self, cleaned: dict[str, Any]) -> None:
        for name in ("platform_code", "platform_title_ko"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("A new platform needs this."))
        if cleaned.get("platform_code") in self.platforms:
            self.add_error("platform_code", _("This platform is there already. Choose it above."))

    def about(self) -> dict[str, Any]:
        """Return what `ProfileImport.about` keeps; days as 2026-11-22."""
        data = {key: value for key, value in self.cleaned_data.items() if key != "revision"}
        for name in _DAYS:
            if data.get(name):
                data[name] = data[name].isoformat()
        if data.get("platform") == NEW:
            data["platform"] = data["platform_code"]
        elif known := self.platforms.get(data.get("platform", "")):
            data["platform_title_ko"], data["platform_title_en"] = known.title_ko, known.title_en
        return data


def _initial(
    imported: ProfileImport, reading: Reading, platforms: list[Platform]
) -> dict[str, Any]:
    """What was chosen before; else what the document says of itself; else the file's name."""
    facts = reading.facts
    kept: dict[str, Any] = {
        "title_ko": facts.get("title") or imported.file_name.rpartition(".")[0][:300],
        "title_en": facts.get("title_en", ""),
        "version": facts.get("version") or str(timezone.localdate().year),
        "published": facts.get("published") or timezone.localdate().isoformat(),
        "platform": platforms[0].code if platforms else NEW,
        "status": kinds.usual_status(imported.kind),
        "identifier": _identifier(facts.get("title", ""), imported.file_name, platforms),
        **imported.about,
        "revision": imported.revision,
    }
    if imported.about and kept["platform"] not in {each.code for each in platforms}:
        kept |= {"platform": NEW}
    return kept


def _identifier(title: str, file_name: str, platforms: list[Platform]) -> str:
    """A short name out of the document's title or file name; years go, since it stays."""
    for text in (title, file_name.rpartition(".")[0]):
        found = slugify(re.sub(r"(?:19|20)\d\d", "", text).replace("_", "-"))[:80].strip("-")
        if len(found) > 2 and re.match(_IDENTIFIER, found):
            return found
    return f"{platforms[0].code}-own" if platforms else ""


class MappingNameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
