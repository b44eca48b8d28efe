"""What the pages of versions show, gathered in a constant number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.requirements import registries, to_look_at, versions
from compliance.requirements.carrying import Plan, falls
from compliance.requirements.differences import Change, Difference, Item, Kind
from compliance.requirements.models import (
    Adoption,
    Assessment,
    CarryOver,
    CarryOverItem,
    Profile,
)


@dataclass(frozen=True, slots=True)
class There:
    """What the organisation has at a requirement: its assessment and upper rooms' numbers."""

    assessment: Assessment | None
    counts: list[tuple["str | Promise", int]] = field(default_factory=list)
    former: bool = True

    @property
    def numbers(self) -> list[tuple["str | Promise", int]]:
        """Those that are not zero."""
        return [each for each in self.counts if each[1]]


@dataclass(frozen=True, slots=True)
class Row:
    change: Change
    there: There
    # Titles of evidence kinds: no longer asked for, newly asked for.
    dropped: list[str]
    asked: list[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One version of a list, and how the organisation stands to it."""

    profile: Profile
    adopted: bool = False
    left: bool = False
    newer_than: Profile | None = None

    @property
    def reference(self) -> str:
        return versions.reference(self.profile)

    @property
    def former(self) -> str:
        return versions.reference(self.newer_than) if self.newer_than else ""


def lines(organisation: Organisation, profiles: list[Profile]) -> list[Line]:
    """Every version, the newest first; *newer_than* where the organisation could go on to it."""
    states = dict(
        Adoption.objects.filter(organisation=organisation).values_list("profile_id", "ended_at")
    )
    current = [p for p in profiles if p.pk in states and states[p.pk] is None]
    shown = sorted(profiles, key=lambda p: versions.order_key(p.version), reverse=True)
    shown.sort(key=lambda p: (p.platform.code, p.identifier))
    return [
        Line(
            profile,
            adopted=profile.pk in states and states[profile.pk] is None,
            left=states.get(profile.pk) is not None,
            newer_than=next(
                (
                    p
                    for p in current
                    if versions.is_older(p, profile) and states.get(profile.pk) is None
                ),
                None,
            ),
        )
        for profile in shown
    ]


def suggested(lines: list[Line]) -> dict[str, str]:
    """The two versions that somebody most likely wants to compare: one in use and the newest other
    one of its list, in their order; {} where no list in use has another version."""
    for line in (each for each in lines if each.adopted):
        identifier = line.profile.identifier
        others = [
            each for each in lines if each.profile.identifier == identifier and each is not line
        ]
        if others:
            both = [line.profile, others[0].profile]
            old, new = sorted(both, key=lambda profile: versions.order_key(profile.version))
            return {"old": versions.reference(old), "new": versions.reference(new)}
    return {}


def carry_overs(organisation: Organisation) -> list[tuple[CarryOver, to_look_at.Progress]]:
    rows = CarryOver.objects.filter(organisation=organisation).select_related("old", "new", "by")
    marked = rows.order_by().annotate(
        total=Count("items"), seen=Count("items", filter=Q(items__seen_at__isnull=False))
    )
    counted = {
        pk: to_look_at.Progress(total, seen)
        for pk, total, seen in marked.values_list("pk", "total", "seen")
    }
    return [(each, counted[each.pk]) for each in rows]


def unfinished(organisation: Organisation) -> list[tuple[CarryOver, to_look_at.Progress]]:
    """Carry-overs after which something is left to look at, in versions that hold now."""
    current = set(versions.of_current_profiles(organisation).values_list("pk", flat=True))
    return [
        (each, progress)
        for each, progress in carry_overs(organisation)
        if progress.left and each.new_id in current
    ]


def tabs(difference: Difference, kind: str) -> list[dict[str, Any]]:
    """All changes, then each kind that occurs, for tabs.html."""
    found = [(each, difference.count(each)) for each in Kind]
    named = [(each.value, each.label, count) for each, count in found if count]
    everything = ("", _("All changes"), len(difference.changes))
    return [
        {
            "label": label,
            "url": f"?{urlencode({'kind': value})}" if value else "?",
            "active": value == kind,
            "count": count,
        }
        for value, label, count in [everything, *named]
    ]


def rows(organisation: Organisation, planned: Plan, kind: str = "") -> list[Row]:
    """The changes of *kind* ("" for all) with what the organisation has there."""
    changes = [
        each for each in planned.difference.changes if kind not in Kind.values or kind in each.kinds
    ]
    there = _there(organisation, planned, changes)
    titles = {each.code: each.title for each in [*planned.before.kinds, *planned.after.kinds]}
    return [
        Row(
            change,
            there.get(_pk(change.new)) or there.get(_pk(change.old)) or There(None),
            [titles.get(code, code) for code in change.asked[0]] if change.old else [],
            [titles.get(code, code) for code in change.asked[1]] if change.new else [],
        )
        for change in changes
    ]


def _pk(item: Item | None) -> int:
    return item.pk if item else 0


def _there(organisation: Organisation, planned: Plan, changes: list[Change]) -> dict[int, There]:
    pks = [item.pk for change in changes for item in (change.old, change.new) if item]
    return _at(organisation, planned, pks)


def _at(organisation: Organisation, planned: Plan, pks: list[int]) -> dict[int, There]:
    """{requirement: what is there}: one query for assessments, one for each column."""
    assessments = Assessment.objects.filter(
        organisation=organisation, requirement__profile__in=[planned.old, planned.new]
    ).defer("statement")
    knowledge = registries.known(organisation, pks)
    wanted = set(pks)
    former = {item.pk for item in planned.before.items}
    return {
        row.requirement_id: There(
            row,
            [
                (each.label, knowledge.of(each.key, row.requirement_id).number)
                for each in registries.columns()
            ],
            former=row.requirement_id in former,
        )
        for row in assessments
        if row.requirement_id in wanted
    }


@dataclass(frozen=True, slots=True)
class Summary:
    """The plan in numbers and lists: what is carried, what falls, what goes, what comes."""

    same: int
    falling: list[tuple[Item, There]]
    removed: list[tuple[Item, There]]
    added: list[Item]


def summary(planned: Plan) -> Summary:
    difference = planned.difference
    pairs = difference.pairs
    removed = [c.old for c in difference.changes if c.old and c.new is None]
    added = [c.new for c in difference.changes if c.new and c.old is None]
    falling = [pair for pair in pairs if falls(pair)]
    pks = [pair.old.pk for pair in falling] + [item.pk for item in removed]
    there = _at(planned.organisation, planned, pks)
    nothing = There(None)
    return Summary(
        same=len(pairs) - len(falling),
        falling=[
            (pair.new, there[pair.old.pk])
            for pair in falling
            if pair.old.pk in there and _is_signed(there[pair.old.pk])
        ],
        removed=[(item, there.get(item.pk, nothing)) for item in removed],
        added=added,
    )


def _is_signed(there: There) -> bool:
    row = there.assessment
    return row is not None and row.verdict != Assessment.Verdict.NOT_CHECKED


def filtered(items: QuerySet[CarryOverItem], query: Mapping[str, Any]) -> QuerySet[CarryOverItem]:
    """A wrong value filters nothing."""
    if query.get("kind") in CarryOverItem.Kind.values:
        items = items.filter(kind=query["kind"])
    if query.get("open"):
        items = items.filter(seen_at__isnull=True)
    return items


def item_tabs(carry_over: CarryOver, query: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everything, then each kind that occurs; the number is what is left of it."""
    counted = to_look_at.counts_by_kind(carry_over)
    left = sum(each.left for each in counted.values())
    kept = {"open": "1"} if query.get("open") else {}
    named = [
        (kind.value, kind.label, counted[kind].left)
        for kind in CarryOverItem.Kind
        if kind in counted
    ]
    return [
        {
            "label": label,
            "url": f"?{urlencode(kept | ({'kind': value} if value else {}))}",
            "active": value == (query.get("kind") or ""),
            "count": number,
        }
        for value, label, number in [("", _("All"), left), *named]
    ]
