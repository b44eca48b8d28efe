"""Filters of the lists, the import form, and triage."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation
from compliance.scans import clock, selectors
from compliance.scans.asking import Questions
from compliance.scans.models import (
    Asset,
    CheckResult,
    Finding,
    FindingState,
    Rule,
    ScanRun,
)
from compliance.scans.records import EDITIONS, Options, Outcome
from compliance.shared.severity import Severity

ANY = ("", _("All"))
_ATTACKED = {"": Q(), "known": Q(exploited=True), "likely": Q(epss__gte=0.1)}


def _linked(among: QuerySet[Any], data: Any, name: str) -> QuerySet[Any]:
    """The one that the address names; without one, the database is not asked."""
    number = str((data or {}).get(name) or "")
    return among.filter(pk=number) if number.isdecimal() and len(number) < 18 else among.none()


def _select(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[ANY, *choices])


class ImportForm(forms.Form):
    file = forms.FileField(label=_("scan result"), allow_empty_file=True)
    edition = forms.ChoiceField(
        label=_("edition of the KISA guide"),
        choices=[("", _("As the file says")), *((year, year) for year in EDITIONS)],
        required=False,
    )
    asset = forms.CharField(
        label=_("asset, if the file does not name one"), max_length=200, required=False
    )

    def options(self) -> Options:
        data = self.cleaned_data
        return Options(edition=data["edition"], asset=data["asset"].strip())


# Fields of a table that people bind, in the order of the form, with what each is.
_FIELDS = {
    "status": _("Result"),
    "code": _("Number of the check"),
    "title": _("Title of the check"),
    "severity": _("Severity"),
    "host": _("Host or asset"),
    "ip": _("IP address"),
    "detail": _("Details"),
    "date": _("Day of the check"),
}


class AnswerForm(forms.Form):
    """What a file does not say of itself: a field for each open question, no others."""

    def __init__(self, questions: Questions, data: Any = None, *, options: Options) -> None:
        super().__init__(data)
        self.questions, self.chosen = questions, options
        if questions.asset:
            self.fields["asset"] = forms.CharField(
                label=_("Host, repository or system that was scanned"),
                max_length=200,
                required=False,
                help_text=_(
                    "The file does not say it. Without a name, the scan closes no finding."
                ),
                initial=options.asset,
            )
        if questions.edition:
            self.fields["edition"] = forms.ChoiceField(
                label=_("edition of the KISA guide"),
                choices=[("", _("I do not know")), *((year, year) for year in EDITIONS)],
                required=False,
                help_text=_("The same number means another item in each edition."),
            )
        headings = [("", "—"), *((heading, heading) for heading in questions.headings)]
        for name, label in _FIELDS.items() if questions.headings else ():
            self.fields[f"column-{name}"] = forms.ChoiceField(
                label=label, choices=headings, required=False
            )
        for number, word in enumerate(questions.words):
            self.fields[f"word-{number}"] = forms.ChoiceField(
                label=word,
                choices=[("", _("Put aside")), *Outcome.choices],
                required=False,
            )
        for name, field in self.fields.items():
            kind = "form-control" if name == "asset" else "form-select"
            field.widget.attrs["class"] = kind

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.questions.headings:
            return data
        bound = [data[f"column-{name}"] for name in _FIELDS if data.get(f"column-{name}")]
        if not data.get("column-status") or not (
            data.get("column-code") or data.get("column-title")
        ):
            raise forms.ValidationError(
                _("Choose the column of the result, and that of the number or title of the check.")
            )
        if len(set(bound)) < len(bound):
            raise forms.ValidationError(_("Choose each column once."))
        return data

    def options(self) -> Options:
        """The options chosen before with these answers."""
        data, before = self.cleaned_data, self.chosen
        columns = {name: data.get(f"column-{name}") for name in _FIELDS}
        words = {word: data.get(f"word-{n}") for n, word in enumerate(self.questions.words)}
        return Options(
            edition=data.get("edition") or before.edition,
            asset=(data.get("asset") or before.asset).strip(),
            columns=before.columns | {name: chosen for name, chosen in columns.items() if chosen},
            words=before.words | {word: chosen for word, chosen in words.items() if chosen},
        )

    def groups(self) -> list[tuple[Any, Any, list[Any]]]:
        """(heading, what to do, fields) of the parts of the form that are there."""
        parts = (
            (_("About the file"), "", ("asset", "edition")),
            (
                _("Columns"),
                _("No column of results was recognised. Say which column holds what."),
                ("column-",),
            ),
            (
                _("Result words"),
                _("These results are not known. Say what each means; what you leave is put aside."),
                ("word-",),
            ),
        )
        found = [
            (title, sentence, [self[name] for name in self.fields if name.startswith(prefixes)])
            for title, sentence, prefixes in parts
        ]
        return [part for part in found if part[2]]


class FindingFilter(forms.Form):
    """Filters of the findings; what does not fit the choices is ignored."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    severity = _select(_("Severity"), Severity.choices)
    state = _select(_("State"), FindingState.choices)
    tool = _select(_("Tool"), [])
    requirement = _select(_("Requirement"), [])
    asset = _select(_("Asset"), [])
    attacked = _select(
        _("Attacks"), [("known", _("Known to be exploited")), ("likely", _("EPSS from 10 %"))]
    )
    deadline = _select(_("Deadline"), [("overdue", _("Overdue"))])
    rule = _select(_("Check"), [])
    by = forms.ChoiceField(
        label=_("Grouped"),
        required=False,
        choices=[("", _("Each finding")), ("check", _("By check"))],
    )

    def __init__(self, data: Any, *, organisation: Organisation) -> None:
        super().__init__(data)
        self.organisation = organisation
        names = selectors.tools(organisation)
        self.fields["tool"].choices = [ANY, *((name, name) for name in names)]  # type: ignore[attr-defined]
        # These come by a link from their page; a list of all of them would be too long.
        assets = _linked(Asset.objects.filter(organisation=organisation), data, "asset")
        self.fields["asset"].choices = [ANY, *((str(a.pk), a.name) for a in assets)]  # type: ignore[attr-defined]
        rules = _linked(Rule.objects.filter(organisation=organisation), data, "rule")
        self.fields["rule"].choices = [ANY, *((str(r.pk), r.code) for r in rules)]  # type: ignore[attr-defined]
        mapped = selectors.requirements_spoken_of(organisation)
        self.fields["requirement"].choices = [ANY, *((str(r.pk), r.code) for r in mapped)]  # type: ignore[attr-defined]

    def chosen(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    def apply(self, findings: QuerySet[Finding]) -> QuerySet[Finding]:
        for name, column in (
            ("severity", "severity"),
            ("state", "state"),
            ("tool", "rule__tool"),
            ("asset", "asset"),
            ("rule", "rule"),
        ):
            if value := self.chosen(name):
                findings = findings.filter(**{column: value})
        if pk := self.chosen("requirement"):
            findings = findings.filter(selectors.violates(self.organisation, int(pk)))
        if self.chosen("deadline"):
            findings = findings.filter(clock.overdue(self.organisation))
        return self._search(findings.filter(_ATTACKED[self.chosen("attacked")]))

    def _search(self, findings: QuerySet[Finding]) -> QuerySet[Finding]:
        words = self.chosen("q").strip()
        if not words:
            return findings
        number = words.upper().removeprefix("F-")
        condition = (
            Q(title__icontains=words)
            | Q(rule__code__icontains=words)
            | Q(asset__name__icontains=words)
            | Q(asset__key__icontains=words)
            | Q(location__icontains=words)
        )
        if number.isdecimal() and len(number) < 9:
            condition |= Q(number=int(number))
        return findings.filter(condition)


class ResultFilter(forms.Form):
    """Filters of a run's check results."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    outcome = _select(_("Outcome"), Outcome.choices)
    suspicious = forms.BooleanField(label=_("Doubtful passes only"), required=False)

    def apply(self, run: ScanRun) -> QuerySet[CheckResult]:
        self.is_valid()
        data = self.cleaned_data
        results = run.results.select_related("rule", "asset")
        if data.get("outcome"):
            results = results.filter(outcome=data["outcome"])
        if data.get("suspicious"):
            results = results.filter(suspicious=True)
        if words := (data.get("q") or "").strip():
            results = results.filter(
                Q(title__icontains=words)
                | Q(rule__code__icontains=words)
                | Q(asset__name__icontains=words)
                | Q(location__icontains=words)
            )
        return results


class GradeForm(forms.Form):
    severity = forms.ChoiceField(choices=[("", ""), *Severity.choices], required=False)
    reason = forms.CharField(label=_("Reason"), max_length=5000)


class TriageForm(forms.Form):
    state = forms.ChoiceField(choices=FindingState.choices)
    reason = forms.CharField(label=_("Reason"), max_length=5000)
    until = forms.DateField(label=_("Accepted until"), required=False)
