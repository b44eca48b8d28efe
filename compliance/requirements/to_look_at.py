"""What a person must look at after a carry-over: sentences, where it is done, ticking off."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.audit.services import record
from compliance.notices import rules
from compliance.notices.rules import Rule
from compliance.requirements import versions
from compliance.requirements.actions import Action
from compliance.requirements.differences import Kind
from compliance.requirements.models import Assessment, CarryOver, CarryOverItem
from compliance.shared.errors import Conflict
from compliance.shared.severity import Severity

Sentence = Callable[[Mapping[str, Any]], "str | Promise"]
_sentences: dict[str, Sentence] = {}


def register(about: str, sentence: Sentence) -> None:
    """*sentence*(data of the item) says in the reader's language what has to be looked at."""
    _sentences[about] = sentence


@dataclass(frozen=True, slots=True)
class Shown:
    """One item as pages show it."""

    item: CarryOverItem
    sentence: str
    url: str

    @property
    def requirement(self) -> Any:
        return self.item.requirement or self.item.old_requirement


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the things were looked at."""

    total: int
    seen: int

    @property
    def left(self) -> int:
        return self.total - self.seen


def progress(carry_over: CarryOver) -> Progress:
    counted = carry_over.items.aggregate(
        total=Count("pk"), seen=Count("pk", filter=Q(seen_at__isnull=False))
    )
    return Progress(counted["total"], counted["seen"])


def counts_by_kind(carry_over: CarryOver) -> dict[str, Progress]:
    rows = carry_over.items.order_by().values("kind")
    counted = rows.annotate(total=Count("pk"), seen=Count("pk", filter=Q(seen_at__isnull=False)))
    return {row["kind"]: Progress(row["total"], row["seen"]) for row in counted}


def items_of(carry_over: CarryOver) -> QuerySet[CarryOverItem]:
    return carry_over.items.select_related("requirement", "old_requirement", "seen_by").order_by(
        "pk"
    )


def of_requirement(assessment: Assessment) -> QuerySet[CarryOverItem]:
    """Open and done items that speak of the requirement."""
    rows = CarryOverItem.objects.filter(carry_over__organisation_id=assessment.organisation_id)
    rows = rows.filter(requirement_id=assessment.requirement_id)
    related = ("carry_over__old", "carry_over__new", "requirement", "old_requirement", "seen_by")
    return rows.select_related(*related).order_by("pk")


def shown(item: CarryOverItem, carry_over: CarryOver, organisation: Organisation) -> Shown:
    return Shown(item, sentence_of(item), address_of(item, carry_over, organisation))


def sentence_of(item: CarryOverItem) -> str:
    found = _sentences.get(str(item.data.get("about", "")))
    return str(found(item.data)) if found else item.get_kind_display()


def address_of(item: CarryOverItem, carry_over: CarryOver, organisation: Organisation) -> str:
    """Where it is done: the page that the item names, else the requirement's."""
    if page := item.data.get("page"):
        try:
            return reverse(
                page, kwargs={"organisation": organisation.slug} | item.data["arguments"]
            )
        except NoReverseMatch:
            return ""
    requirement = item.requirement or item.old_requirement
    if requirement is None:
        return _difference_address(carry_over, organisation)
    profile = carry_over.new if item.requirement else carry_over.old
    address = reverse(
        "requirements:detail",
        kwargs={
            "organisation": organisation.slug,
            "profile": profile.identifier,
            "code": requirement.code,
        },
    )
    return address if item.requirement else f"{address}?{urlencode({'version': profile.version})}"


def _difference_address(carry_over: CarryOver, organisation: Organisation) -> str:
    address = reverse(
        "requirements:difference",
        kwargs={
            "organisation": organisation.slug,
            "old": versions.reference(carry_over.old),
            "new": versions.reference(carry_over.new),
        },
    )
    return f"{address}#parameters"


def check_can_look(organisation: Organisation, user: User) -> None:
    check_can(user, organisation, Capability.ASSESSMENT_EDIT)


@transaction.atomic
def tick(carry_over: CarryOver, items: list[int], *, by: User) -> int:
    """Keep that *by* looked at *items*. Returns how many were open; those of others stay theirs."""
    check_can_look(carry_over.organisation, by)
    rows = carry_over.items.filter(pk__in=items, seen_at__isnull=True)
    number = rows.update(seen_at=timezone.now(), seen_by=by)
    if number:
        record(by, Action.LOOKED_AT, carry_over, number=number, items=items)
    return number


@transaction.atomic
def untick(carry_over: CarryOver, item: int, *, by: User) -> None:
    """Take a tick back, one's own or another's; the audit log keeps both."""
    check_can_look(carry_over.organisation, by)
    rows = carry_over.items.filter(pk=item, seen_at__isnull=False)
    if not rows.update(seen_at=None, seen_by=None):
        raise Conflict(_("Somebody took this tick back already. Reload the page."))
    record(by, Action.LOOKED_AWAY, carry_over, items=[item])


# The sentences of this room.


def _added(data: Mapping[str, Any]) -> str:
    return _("New: say how it is met, and sign a verdict.")


def _removed(data: Mapping[str, Any]) -> str:
    there = data.get("there", {})
    parts = [
        ngettext("%(n)d evidence", "%(n)d evidence", n) % {"n": n}
        for n in [there.get("evidence", 0)]
        if n
    ]
    parts += [
        ngettext("%(n)d open task", "%(n)d open tasks", n) % {"n": n}
        for n in [there.get("tasks", 0)]
        if n
    ]
    if not parts:
        return _("No longer asked for. What was written stays readable in the former version.")
    return _("No longer asked for; %(what)s stay with it. Decide whether they are needed.") % {
        "what": ", ".join(parts)
    }


_CHANGED = {
    Kind.REWORDED: gettext_lazy("the wording"),
    Kind.EVIDENCE: gettext_lazy("the evidence asked for"),
    Kind.TESTS: gettext_lazy("the tests"),
}


def _what_changed(data: Mapping[str, Any]) -> str:
    names: list[str] = []
    for kind in data.get("changed", []):
        if kind == Kind.SEVERITY:
            label = Severity(data["severity"]).label
            names.append(_("the severity, now %(severity)s") % {"severity": label})
        elif kind == Kind.MANDATORY:
            names.append(_("now mandatory") if data["mandatory"] else _("now optional"))
        elif kind in _CHANGED:
            names.append(str(_CHANGED[kind]))
    return ", ".join(names)


def _reworded(data: Mapping[str, Any]) -> str:
    what = {"what": _what_changed(data)}
    if data.get("former"):
        return _(
            "Changed: %(what)s. The verdict was %(former)s; compare the statement and sign again."
        ) % (what | {"former": _verdict(data["former"])})
    return _("Changed: %(what)s. Compare the statement with it.") % what


def _verdict(value: str) -> str:
    known = value in Assessment.Verdict.values
    return str(Assessment.Verdict(value).label) if known else value


def _part(data: Mapping[str, Any]) -> str:
    return _("%(old_code)s is a part of it now: put what was written there into the text.") % data


def _renumbered(data: Mapping[str, Any]) -> str:
    return (
        _("%(old_code)s is %(new_code)s now. Other papers may still name the former code.") % data
    )


def _requirement_parameter(data: Mapping[str, Any]) -> str:
    values = ", ".join(f"{n}: {old or '—'} → {new or '—'}" for n, old, new in data["values"])
    sentence = _("Another value is asked for: %(values)s.") % {"values": values}
    if data.get("former"):
        sentence += " " + _("The verdict was %(former)s; sign again.") % {
            "former": _verdict(data["former"])
        }
    return sentence


def _parameter(data: Mapping[str, Any]) -> str:
    first, second = ("title_ko", "title_en") if get_language() == "ko" else ("title_en", "title_ko")
    words = {
        "name": data.get(first) or data.get(second) or data["name"],
        "before": "—" if data["before"] is None else data["before"],
        "after": "—" if data["after"] is None else data["after"],
        "unit": data.get("unit", ""),
        "since": data.get("since", ""),
    }
    if data.get("coming"):
        return _("%(name)s: %(before)s → %(after)s %(unit)s from %(since)s on. Prepare it.") % words
    return _("%(name)s: %(before)s → %(after)s %(unit)s. Check that it is set so.") % words


def register_own() -> None:
    rules.register(
        Rule(
            Action.CARRIED_OVER,
            capability=Capability.ASSESSMENT_EDIT,
            page="requirements:to-look-at",
            arguments={"carry_over": "target_id"},
        )
    )
    register("added", _added)
    register("removed", _removed)
    register("reworded", _reworded)
    register("part", _part)
    register("renumbered", _renumbered)
    register("requirement_parameter", _requirement_parameter)
    register("parameter", _parameter)
