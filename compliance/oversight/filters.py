"""The filters of the audit log as they stand in its address, and the place where one reads."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry, selectors
from compliance.audit.models import Entry
from compliance.shared.numbers import whole

ON_A_PAGE = 50
_LARGEST = 2**63 - 1


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _actions() -> list[tuple[str, str]]:
    named = [(key, str(text).format_map(_Blank())) for key, text in registry.actions().items()]
    return sorted(named)


class LogFilter(forms.Form):
    """A value that makes no sense filters nothing."""

    q = forms.CharField(label=_("Contains"), required=False, max_length=100)
    actor = forms.CharField(label=_("Who"), required=False, max_length=100)
    sort = forms.ChoiceField(
        label=_("Kind of entry"),
        required=False,
        choices=[("", _("All")), ("access", _("Access records")), ("change", _("Changes"))],
    )
    action = forms.ChoiceField(label=_("What"), required=False)
    target = forms.CharField(label=_("On what"), required=False, max_length=100)
    address = forms.CharField(label=_("From address"), required=False, max_length=60)
    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("Until"), required=False)
    # One object's entries, as links from its page name it: evidence.evidence:12.
    of = forms.RegexField(r"^[a-z]+\.[a-z]+:\d{1,18}$", required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, organisation_id: int) -> None:
        super().__init__(data)
        self._organisation_id = organisation_id
        action = self.fields["action"]
        assert isinstance(action, forms.ChoiceField)  # noqa: S101 - tells the type checker
        action.choices = [("", _("All")), *_actions()]
        for field in self.fields.values():
            select = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if select else "form-control"
        for name in ("since", "until"):
            self.fields[name].widget.input_type = "date"
        for name in ("q", "actor", "target", "address"):
            self.fields[name].widget.attrs["data-search"] = ""
        self.is_valid()

    @property
    def given(self) -> dict[str, str]:
        """What filters, as it is recorded when somebody takes the log along."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}

    def apply(self, rows: QuerySet[Entry]) -> QuerySet[Entry]:
        said = self.cleaned_data
        lookups: dict[str, Any] = {
            "action": said.get("action"),
            "at__gte": _midnight(said.get("since")),
            "at__lt": _midnight(said.get("until"), later=1),
        }
        if of := said.get("of"):
            lookups["target_kind"], _colon, lookups["target_id"] = of.partition(":")
        rows = rows.filter(**{name: value for name, value in lookups.items() if value})
        for name, condition in _TEXTS.items():
            if text := said.get(name):
                rows = rows.filter(condition(self._organisation_id, text))
        access = Q(action__in=sorted(registry.access_actions()))
        return {"access": rows.filter(access), "change": rows.exclude(access)}.get(
            said.get("sort", ""), rows
        )


def _contains(organisation_id: int, text: str) -> Q:
    shown = ["target_name", "action", "data", "user_agent"]
    somewhere = selectors.holding(organisation_id, text, shown)
    return Q(request_id=text) | selectors.by_whom(organisation_id, text) | somewhere


def _on_what(organisation_id: int, text: str) -> Q:
    return selectors.holding(organisation_id, text, ["target_name"])


_TEXTS: dict[str, Callable[[int, str], Q]] = {
    "q": _contains,
    "actor": selectors.by_whom,
    "target": _on_what,
    "address": selectors.from_where,
}


def _midnight(day: Any, *, later: int = 0) -> datetime | None:
    if day is None:
        return None
    try:
        return timezone.make_aware(datetime.combine(day + timedelta(days=later), time.min))
    except OverflowError:
        return None


class Page(NamedTuple):
    """Entries between two numbers; *newer* and *older* are the queries of the pages beside it."""

    object_list: list[Entry]
    newer: str
    older: str


def page(rows: QuerySet[Entry], asked: Any) -> Page:
    """Return the page that `before` or `after` of the address names: never a count, never an offset."""
    before, after = whole(asked.get("before", "")), whole(asked.get("after", ""))
    if after and after <= _LARGEST:
        found = list(rows.filter(seq__gt=after).order_by("seq")[: ON_A_PAGE + 1])
        more, shown = len(found) > ON_A_PAGE, found[:ON_A_PAGE][::-1]
        return Page(shown, _query(asked, "after", shown[0]) if more else "", _older(asked, shown))
    if before and before <= _LARGEST:
        rows = rows.filter(seq__lt=before)
    found = list(rows.order_by("-seq")[: ON_A_PAGE + 1])
    more, shown = len(found) > ON_A_PAGE, found[:ON_A_PAGE]
    newer = _query(asked, "after", shown[0]) if before and shown else ""
    return Page(shown, newer, _query(asked, "before", shown[-1]) if more else "")


def _older(asked: Any, shown: list[Entry]) -> str:
    return _query(asked, "before", shown[-1]) if shown else ""


def _query(asked: Any, name: str, entry: Entry) -> str:
    kept = asked.copy()
    for each in ("before", "after"):
        kept.pop(each, None)
    kept[name] = str(entry.seq)
    return str(kept.urlencode())
