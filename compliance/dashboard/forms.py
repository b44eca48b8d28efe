from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry
from compliance.audit.models import Entry


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _actions() -> list[tuple[str, str]]:
    named = [(key, str(text).format_map(_Blank())) for key, text in registry.actions().items()]
    return sorted(named)


class AuditFilterForm(forms.Form):
    """Filters of the audit log as they stand in the address."""

    actor = forms.CharField(label=_("Who"), required=False, max_length=100)
    action = forms.ChoiceField(label=_("What"), required=False)
    target = forms.CharField(label=_("On what"), required=False, max_length=100)
    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("Until"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        action = self.fields["action"]
        assert isinstance(action, forms.ChoiceField)  # noqa: S101 - tells the type checker
        action.choices = [("", _("All")), *_actions()]
        for field in self.fields.values():
            select = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if select else "form-control"
        for name in ("since", "until"):
            self.fields[name].widget.input_type = "date"
        self.fields["target"].widget.attrs["data-search"] = ""
        self.is_valid()

    def apply(self, rows: QuerySet[Entry]) -> QuerySet[Entry]:
        """Return *rows* filtered; a value that makes no sense filters nothing."""
        lookups = {
            "actor": "actor_name__icontains",
            "action": "action",
            "target": "target_name__icontains",
            "since": "at__date__gte",
            "until": "at__date__lte",
        }
        given = {lookups[name]: value for name, value in self.cleaned_data.items() if value}
        return rows.filter(**given)
