"""Choosing two versions, and answering what is a former requirement and what is a new one."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.requirements import carrying, versions
from compliance.requirements.carrying import Plan
from compliance.requirements.differences import Proposal
from compliance.requirements.models import Profile

_LINE = re.compile(r"^\s*(\S+)\s*(?:=|→|->)\s*(\S+)\s*$")


def _with_stamp(data: Any, stamp: str) -> Any:
    """A copy of the posted *data* that speaks of another plan."""
    fresh = data.copy()
    fresh["stamp"] = stamp
    return fresh


class ComparisonForm(forms.Form):
    """Any two lists that the organisation may see."""

    old = forms.ChoiceField(label=_("Former"))
    new = forms.ChoiceField(label=_("New"))

    def __init__(
        self, data: Any, *, profiles: list[Profile], suggested: dict[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=suggested)
        choices = [
            ("", _("Choose a version")),
            *((versions.reference(p), str(p)) for p in profiles),
        ]
        for name in ("old", "new"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
            field.choices = choices
            field.widget.attrs["class"] = "form-select"
            field.error_messages["invalid_choice"] = str(_("Choose a version of the list."))

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or {}
        if chosen.get("old") and chosen.get("old") == chosen.get("new"):
            raise forms.ValidationError(_("Both are the same version. Choose two."))
        return chosen

    def references(self) -> list[str]:
        return [self.cleaned_data["old"], self.cleaned_data["new"]]


class DecisionForm(forms.Form):
    """One question a proposal; offers of other rooms; pairs that the machine did not see."""

    stamp = forms.CharField(widget=forms.HiddenInput)
    more = forms.CharField(
        label=_("Other pairs"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(
            attrs={"class": "form-control mono", "rows": 3, "placeholder": "NET-03 = NET-07"}
        ),
        help_text=_(
            "One pair a line, the former code first: NET-03 = NET-07. Where one of them has a "
            "partner already, its former text is shown to be put in by hand."
        ),
    )
    offers = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, plan: Plan) -> None:
        super().__init__(data, initial={"stamp": plan.stamp})
        self.plan = plan
        for each in plan.difference.proposals:
            self.fields[self.name_of(each)] = forms.ChoiceField(
                choices=[
                    (each.old.code, _("The same as %(code)s") % {"code": each.old.code}),
                    ("new", _("A new requirement")),
                ],
                initial=each.old.code,
                widget=forms.RadioSelect,
                error_messages={"required": _("Say which of both it is.")},
            )
        possible = [each for each in plan.offers if each.possible]
        field = self.fields["offers"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(each.key, each.sentence) for each in possible]
        field.initial = [each.key for each in possible]

    @staticmethod
    def name_of(proposal: Proposal) -> str:
        return f"pair-{proposal.new.pk}"

    def questions(self) -> list[tuple[Proposal, Any]]:
        """(proposal, its bound field), in the new version's order."""
        place = {item.code: number for number, item in enumerate(self.plan.after.items)}
        ordered = sorted(self.plan.difference.proposals, key=lambda each: place[each.new.code])
        return [(each, self[self.name_of(each)]) for each in ordered]

    def clean_more(self) -> list[tuple[str, str]]:
        """Return (old code, new code) of the lines."""
        pairs: list[tuple[str, str]] = []
        for number, line in enumerate(self.cleaned_data["more"].splitlines(), 1):
            if not line.strip():
                continue
            found = _LINE.match(line)
            if found is None:
                raise forms.ValidationError(
                    _("Line %(number)d is not a pair like NET-03 = NET-07.") % {"number": number}
                )
            pairs.append((found[1], found[2]))
        return pairs

    def answers(self) -> dict[str, Any]:
        """The arguments of carrying.carry_over that a person decides."""
        pairs = {}
        for each in self.plan.difference.proposals:
            answer = self.cleaned_data[self.name_of(each)]
            pairs[each.new.code] = "" if answer == "new" else answer
        also = carrying.sort_out(self.plan, pairs, self.cleaned_data["more"])
        return {
            "pairs": pairs,
            "also": also,
            "stamp": self.cleaned_data["stamp"],
            "accepted": self.cleaned_data["offers"],
        }

    def renewed(self) -> "DecisionForm":
        """The same answers and errors on the plan as it is now."""
        again = DecisionForm(_with_stamp(self.data, self.plan.stamp), plan=self.plan)
        if again.is_valid():
            again.add_error(None, self.non_field_errors())
        return again
