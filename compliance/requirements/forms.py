"""The three forms of a requirement's page, and the one that takes on a profile."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import User
from compliance.requirements.models import Assessment, Profile


class StatementForm(forms.Form):
    """The text, the revision it was written on, and the digest of the text it replaces."""

    text = forms.CharField(
        label=_("Implementation statement"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "class": "form-control"}),
        help_text=_(
            "Say how the requirement is met here: where, with which product and setting, since when, "
            "who looks after it. It goes into the packet as it stands."
        ),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def of(cls, assessment: Assessment, text: str | None = None) -> "StatementForm":
        return cls(
            initial={
                "text": assessment.statement if text is None else text,
                "revision": assessment.revision,
                "base": digest(assessment.statement),
            }
        )


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=Assessment.Verdict.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        help_text=_("Required for “not applicable”. The reviewer reads it."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, assessment: Assessment) -> "VerdictForm":
        return cls(
            initial={
                "verdict": assessment.verdict,
                "reason": assessment.reason,
                "revision": assessment.revision,
            }
        )


def _person(people: list[User]) -> Callable[[str], User]:
    """Return what turns the key of one of *people* into the person."""
    named = {str(person.pk): person for person in people}

    def chosen(key: str) -> User:
        if key not in named:
            raise ValueError(key)
        return named[key]

    return chosen


class PersonField(forms.TypedChoiceField):
    """One of the members that the page has fetched anyway, or nobody."""

    def offer(self, people: list[User], *, before: Sequence[tuple[str, Any]]) -> None:
        self.choices = [*before, *((str(person.pk), person.name) for person in people)]
        self.coerce = _person(people)


class AssignForm(forms.Form):
    owner = PersonField(
        label=pgettext_lazy("of a requirement", "Owner"),
        required=False,
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    due = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, PersonField)  # noqa: S101 - tells the type checker
        field.offer(people, before=[("", _("Nobody"))])


class DraftForm(forms.Form):
    """What a page keeps while somebody writes; `known` is when its own draft was kept last."""

    text = forms.CharField(required=False, strip=False)
    revision = forms.IntegerField()
    known = forms.CharField(required=False, max_length=40)
    drop = forms.BooleanField(required=False)


class BulkVerdictForm(forms.Form):
    verdict = forms.ChoiceField(label=_("Verdict"), choices=Assessment.Verdict.choices)
    reason = forms.CharField(label=_("Reason"), required=False)


class BulkAssignForm(forms.Form):
    """An owner, a due date, or both; what is left alone keeps its value."""

    KEEP = "keep"
    owner = PersonField(required=False, empty_value=None)
    keep_owner = forms.BooleanField(required=False)
    due = forms.DateField(required=False)
    no_due = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, people: list[User]) -> None:
        data = data.copy()
        if data.get("owner") == self.KEEP:
            data["keep_owner"], data["owner"] = "1", ""
        super().__init__(data)
        field = self.fields["owner"]
        assert isinstance(field, PersonField)  # noqa: S101 - tells the type checker
        field.offer(people, before=[("", _("Nobody"))])

    def wanted(self) -> dict[str, Any]:
        """Return the keyword arguments of `bulk.assign`."""
        given = self.cleaned_data
        wanted = {} if given["keep_owner"] else {"owner": given["owner"] or None}
        if given["no_due"]:
            wanted["due"] = None
        elif given["due"]:
            wanted["due"] = given["due"]
        return wanted


class AdoptForm(forms.Form):
    profile = forms.ModelChoiceField(queryset=Profile.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["profile"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = Profile.objects.visible_to(user)
