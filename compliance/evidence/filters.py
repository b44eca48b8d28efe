"""Filters of the list of evidence, as they stand in its address."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Membership, Organisation, User
from compliance.evidence.listing import Option, options
from compliance.evidence.models import (
    Confidentiality,
    Evidence,
    EvidenceFile,
    EvidenceLink,
    State,
)
from compliance.requirements.versions import superseded

NOBODY = "none"
_ALL = ("", _("All"))
_LONGEST_WAIT = 3650
# "on" is what the filter's former tick box sent: saved filters still have it.
_DAYS = {"on": 30}
SORTS = ["", "title", "valid", "old"]
VIEWS = ["", "gallery"]
_SHOWING = {"sort", "view"}
_RARER = ("area", "profile", "requirement", "tag", "confidentiality", "by")


class FilterForm(forms.Form):
    """The list's filters as they stand in the address. A wrong value filters nothing."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "data-search": "", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            _ALL,
            *State.choices,
            ("unlinked", _("Not linked")),
            ("held", _("On hold")),
            ("withdrawn", _("Withdrawn")),
        ],
    )
    kind = forms.ChoiceField(label=_("Kind of evidence"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)
    owner = forms.ChoiceField(label=pgettext_lazy("of an evidence", "Owner"), required=False)
    expiring = forms.ChoiceField(
        label=_("Valid for"),
        required=False,
        choices=[
            _ALL,
            ("7", _("less than 7 days")),
            ("30", _("less than 30 days")),
            ("60", _("less than 60 days")),
            ("90", _("less than 90 days")),
            ("over", _("no longer")),
        ],
    )
    profile = forms.ChoiceField(label=_("Platform"), required=False)
    requirement = forms.CharField(label=_("Requirement"), required=False, max_length=60)
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    confidentiality = forms.ChoiceField(
        label=_("Confidentiality"), required=False, choices=[_ALL, *Confidentiality.choices]
    )
    by = forms.ChoiceField(label=_("Uploaded by"), required=False)
    sort = forms.ChoiceField(required=False, choices=[(key, key) for key in SORTS])
    view = forms.ChoiceField(required=False, choices=[(key, key) for key in VIEWS])

    def __init__(self, data: Any, *, organisation: Organisation, user: User) -> None:
        days = _DAYS.get(data.get("expiring", ""))
        super().__init__({**data.dict(), "expiring": str(days)} if days else data)
        self.organisation = organisation
        self.links = EvidenceLink.objects.visible_to(user)
        self.offered = options(organisation, user)
        for name in ("kind", "area", "profile", "tag"):
            self._choose(name, self.offered[name])
        self._choose("owner", self.offered["person"], (NOBODY, _("Nobody, or somebody who left")))
        self._choose("by", self.offered["person"])
        self._any_number_of_days()
        for name, field in self.fields.items():
            select = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if select else "form-control"
            if name in _SHOWING:
                field.widget = forms.HiddenInput()
        self.is_valid()

    def _choose(self, name: str, offered: Sequence[Option], *more: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [_ALL, *more, *{each.value: each.label for each in offered}.items()]

    def _any_number_of_days(self) -> None:
        """An address may name other days than the filter offers."""
        days = self.data.get("expiring", "")
        field: Any = self.fields["expiring"]
        known = {str(value) for value, _label in field.choices}
        if days.isdecimal() and days not in known and 0 < int(days) <= _LONGEST_WAIT:
            label = _("less than %(n)d days") % {"n": int(days)}
            field.choices = [*field.choices, (days, label)]

    def value(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "")

    @property
    def filters(self) -> bool:
        return any(self.value(name) for name in self.fields if name not in _SHOWING)

    @property
    def usual(self) -> list[forms.BoundField]:
        return [self[name] for name in ("state", "kind", "owner", "expiring")]

    @property
    def rarer(self) -> list[forms.BoundField]:
        """The filters that stand behind “More”."""
        return [self[name] for name in _RARER]

    @property
    def any_rarer(self) -> int:
        return sum(bool(self.value(each.name)) for each in self.rarer)

    def apply(self, rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
        """Return *rows* filtered, in the order asked for."""
        state = self.value("state")
        rows = rows.filter(withdrawn_at__isnull=state != "withdrawn")
        named = {
            "kind_code": self.value("kind"),
            "confidentiality": self.value("confidentiality"),
            "tags__name": self.value("tag"),
        }
        rows = rows.filter(**{key: value for key, value in named.items() if value})
        rows = rows.filter(self._linked(state), self._owned(), self._uploaded(), self._searched())
        if state == "held":
            rows = rows.on_hold()  # type: ignore[attr-defined]
        return self._sorted(rows)

    def _linked(self, state: str) -> Q:
        """One link has to fit all that is asked of links."""
        live = self.links.filter(~superseded(), evidence=OuterRef("pk"))
        if state == "unlinked":
            return ~Q(Exists(live))
        wanted = self._of_links(state)
        return Q(Exists(live.filter(wanted))) if wanted else Q()

    def _of_links(self, state: str) -> Q:
        wanted = Q()
        named = {
            "state": state if state in State.values else "",
            "requirement__area__code": self.value("area"),
            "requirement__profile__identifier": self.value("profile"),
            "requirement__code__iexact": self.value("requirement").strip(),
        }
        for key, value in named.items():
            if value:
                wanted &= Q(**{key: value})
        return wanted & self._expiring()

    def _expiring(self) -> Q:
        days, today = self.value("expiring"), timezone.localdate()
        if days == "over":
            return Q(state__in=[State.ACCEPTED, State.EXPIRED], valid_until__lt=today)
        if days:
            until = today + timedelta(days=int(days))
            return Q(state=State.ACCEPTED, valid_until__lte=until)
        return Q()

    def _owned(self) -> Q:
        owner = self.value("owner")
        if owner == NOBODY:
            here = Membership.objects.active().filter(organisation=self.organisation)
            return Q(owner__isnull=True) | ~Q(owner__in=here.values("user_id"))
        return Q(owner_id=int(owner)) if owner else Q()

    def _uploaded(self) -> Q:
        by = self.value("by")
        if not by:
            return Q()
        mine = Evidence.objects.filter(versions__uploaded_by_id=int(by))
        return Q(pk__in=mine.values("pk"))

    def _searched(self) -> Q:
        """Each word is in the title, a file's name, a requirement's code or a tag, or it is the number
        or a file's SHA-256."""
        found = Q()
        for word in self.value("q").split():
            found &= self._word(word)
        return found

    def _word(self, word: str) -> Q:
        mine = {"organisation": self.organisation}
        links = self.links.filter(requirement__code__icontains=word, **mine)
        files = EvidenceFile.objects.filter(
            Q(name__icontains=word) | Q(blob__sha256=word.lower()),
            version__evidence__organisation=self.organisation,
        )
        tagged = Evidence.tags.through.objects.filter(
            tag__name__icontains=word, tag__organisation=self.organisation
        )
        found = Q(title__icontains=word) | Q(pk__in=links.values("evidence_id"))
        found |= Q(pk__in=files.values("version__evidence_id"))
        found |= Q(pk__in=tagged.values("evidence_id"))
        number = word.upper().removeprefix("EV-").lstrip("0")
        if number.isdecimal() and len(number) < 9:
            found |= Q(number=int(number))
        return found

    def _sorted(self, rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
        sort = self.value("sort") or ("valid" if self.value("expiring") else "")
        if sort == "valid":
            return rows.annotate(ends=Subquery(_ENDS)).order_by(
                F("ends").asc(nulls_last=True), "-number"
            )
        return rows.order_by({"title": "title", "old": "number"}.get(sort, "-number"), "-number")


_ENDS = (
    EvidenceLink.objects.filter(
        ~superseded(), evidence=OuterRef("pk"), state=State.ACCEPTED, valid_until__isnull=False
    )
    .order_by()
    .values("evidence")
    .annotate(first=Min("valid_until"))
    .values("first")
)
