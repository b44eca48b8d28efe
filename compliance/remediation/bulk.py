"""Changing many tasks at once, and taking the last such change back.

Every task that can be changed is changed, in one transaction; one that somebody else changed in
the meantime, or that a rule refuses, is named with its sentence and left alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.audit.context import current
from compliance.audit.models import Entry
from compliance.audit.services import record_all
from compliance.remediation import policies, returning
from compliance.remediation.actions import Action
from compliance.remediation.models import Task, rank_of
from compliance.remediation.moving import concerned
from compliance.shared.errors import Refused, why_not
from compliance.shared.many import AT_MOST, CHANGED_MEANWHILE, TOO_LATE, UNDO_WITHIN, Outcome

# Each is a verb of its own with its own entry; all of them hold one transaction.
MOVED_AT_MOST = 500
UNCHANGED: Any = object()
# The entry names the first of the columns that were set.
_ACTIONS = {
    "assignee": Action.BULK_ASSIGNED,
    "due": Action.BULK_DUE,
    "priority": Action.BULK_PRIORITY,
}
# What a row had before, kept in its entry so that the change can be taken back.
_KEPT = ("assignee_id", "due", "priority", "rank")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A task that the person ticked, in the version they saw; None: whatever it is now."""

    pk: int
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns to set; UNCHANGED leaves one as it is, None takes the assignee away."""

    assignee: Any = UNCHANGED
    due: Any = UNCHANGED
    priority: Any = UNCHANGED

    def columns(self) -> dict[str, Any]:
        named = {"assignee": self.assignee, "due": self.due, "priority": self.priority}
        return {name: value for name, value in named.items() if value is not UNCHANGED}


@transaction.atomic
def assign(
    organisation: Organisation, chosen: Iterable[Chosen], wanted: Wanted, *, by: User
) -> Outcome:
    """Give every chosen task an assignee, a due date, a priority, or several of them."""
    policies.check_can_create(organisation, by)
    columns = wanted.columns()
    if not columns:
        raise Refused(_("Choose what to change."))
    _check_assignee(organisation, columns.get("assignee"))
    if due := columns.get("due"):
        policies.check_due(due)
    outcome = Outcome(undo=current().request_id)
    told: list[tuple[Task, dict[str, Any]]] = []
    for row in _current(organisation, chosen, outcome):
        if refusal := why_not(_check_can_set, row, columns, by):
            outcome.refused.append((str(row), refusal))
        elif all(getattr(row, name) == value for name, value in columns.items()):
            outcome.unchanged += 1
        else:
            told.append((row, _set(row, columns)))
    _write([row for row, _data in told])
    record_all(by, next(action for name, action in _ACTIONS.items() if name in columns), told)
    outcome.changed = len(told)
    return outcome


@transaction.atomic
def take_back(organisation: Organisation, undo: str, *, by: User) -> Outcome:
    """Give the tasks of one's own last bulk change back what they had, where nobody changed them."""
    policies.check_can_take_back(organisation, by)
    entries = _entries(organisation, undo, by)
    if not entries:
        raise Refused(TOO_LATE)
    if any(entry.action in returning.MOVES for entry in entries):
        changed, refused = returning.take_back(organisation, entries, by=by)
        return Outcome(changed=changed, refused=refused)
    policies.check_can_create(organisation, by)
    rows = _locked(organisation, [entry.target_id or 0 for entry in entries])
    outcome = Outcome()
    told = []
    for entry in entries:
        row = rows.get(entry.target_id or 0)
        if row is None or row.version != entry.data["version"]:
            outcome.refused.append((entry.target_name, returning.WAS_CHANGED))
            continue
        kept = entry.data["kept"]
        told.append((row, {**concerned(row), "before": _plain(row), "after": kept}))
        for name in _KEPT:
            setattr(row, name, date.fromisoformat(kept[name]) if name == "due" else kept[name])
        row.version += 1
    _write([row for row, _data in told])
    record_all(by, Action.TAKEN_BACK, told)
    outcome.changed = len(told)
    return outcome


@transaction.atomic
def move(
    organisation: Organisation,
    chosen: Iterable[Chosen],
    verb: Callable[[Task], object],
    *,
    by: User,
) -> Outcome:
    """Do *verb* to every chosen task, each for itself: one that refuses is left as it is."""
    policies.check_is_worker(organisation, by)
    undo = current().request_id
    chosen = list(chosen)
    if len(chosen) > MOVED_AT_MOST:
        raise Refused(_("Move at most 500 tasks at once. Filter the list first."))
    outcome = Outcome(undo=undo)
    for row in _current(organisation, chosen, outcome):
        name = str(row)
        try:
            with transaction.atomic():
                verb(row)
        except Refused as refusal:
            outcome.refused.append((name, refusal.sentence))
        else:
            outcome.changed += 1
    return outcome


def _check_can_set(row: Task, columns: dict[str, Any], by: User) -> None:
    policies.check_can_assign(row, by)
    if columns.get("due", row.due) > row.due:
        raise Refused(policies.LATER_NEEDS_EXTENSION)


def _current(
    organisation: Organisation, chosen: Iterable[Chosen], outcome: Outcome
) -> Iterable[Task]:
    """The chosen tasks as the person saw them; the others go to the outcome."""
    asked = {each.pk: each.version for each in chosen}
    if not asked:
        raise Refused(_("Choose at least one row."))
    if len(asked) > AT_MOST:
        raise Refused(_("These are more than 5,000 rows. Filter the list first."))
    for pk, row in _locked(organisation, list(asked)).items():
        if asked[pk] is not None and asked[pk] != row.version:
            outcome.refused.append((str(row), CHANGED_MEANWHILE))
        else:
            yield row


def _locked(organisation: Organisation, pks: list[int]) -> dict[int, Task]:
    """The rows by number, held until the transaction ends."""
    rows = Task.objects.select_for_update(of=("self",)).filter(
        organisation=organisation, pk__in=pks
    )
    related = rows.select_related("organisation", "assignee", "requirement", "finding")
    related = related.prefetch_related("watchers")
    return {row.pk: row for row in related.order_by("number")}


def _set(row: Task, columns: dict[str, Any]) -> dict[str, Any]:
    """Set the columns on *row* and return what its entry tells."""
    kept = _plain(row)
    by_itself = row.rank == rank_of(row.due, row.number)
    for name, value in columns.items():
        setattr(row, name, value)
    if by_itself:
        row.rank = rank_of(row.due, row.number)
    row.version += 1
    return {
        **concerned(row),
        "assignee": row.assignee.name if row.assignee else "—",
        "due": row.due.isoformat(),
        "priority": str(row.get_priority_display()),
        "kept": kept,
        "version": row.version,
    }


def _plain(row: Task) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value := getattr(row, name), date) else value
        for name in _KEPT
    }


def _write(rows: list[Task]) -> None:
    columns = [name.removesuffix("_id") for name in _KEPT]
    Task.objects.bulk_update(rows, [*columns, "version"], batch_size=200)


def _entries(organisation: Organisation, undo: str, by: User) -> list[Entry]:
    since = timezone.now() - UNDO_WITHIN
    rows = Entry.objects.filter(
        organisation_id=organisation.pk, at__gte=since, actor_id=by.pk, request_id=undo
    )
    found = rows.filter(action__in=[*_ACTIONS.values(), *returning.MOVES]).order_by("seq")
    return [each for each in found if undo and ("kept" in each.data or "version" in each.data)]


def _check_assignee(organisation: Organisation, assignee: User | None) -> None:
    members = Membership.objects.people().filter(organisation=organisation)
    if assignee and not members.filter(user=assignee).exists():
        raise Refused(policies.NOT_A_MEMBER)
