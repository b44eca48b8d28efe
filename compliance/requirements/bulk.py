"""Changing many assessments at once, and taking the last such change back.

All rows that can be changed are changed, in one transaction; a row that somebody else changed in
the meantime, or that a rule refuses, is named with its sentence and left alone. All-or-nothing
would make one colleague's edit cost the other 199 rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.audit.context import current
from compliance.audit.models import Entry
from compliance.audit.services import record_all
from compliance.requirements import policies, services
from compliance.requirements.actions import Action
from compliance.requirements.models import Assessment
from compliance.requirements.signals import verdicts_set
from compliance.shared.errors import Refused
from compliance.shared.many import AT_MOST, CHANGED_MEANWHILE, TOO_LATE, UNDO_WITHIN, Outcome

UNCHANGED = object()
_WAS_CHANGED = _("It was changed again since; take it back on its own page.")
# What a row had before, kept in its entry so that the change can be taken back.
_KEPT = ("verdict", "reason", "owner_id", "due", "decided_by_id", "decided_at")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row that the person ticked, as they saw it: its revision, or when the page was made."""

    pk: int
    revision: int | None = None
    seen_at: datetime | None = None

    def is_current(self, row: Assessment) -> bool:
        if self.revision is not None:
            return row.revision == self.revision
        return not (self.seen_at and row.updated_at and row.updated_at > self.seen_at)


@transaction.atomic
def set_verdicts(
    organisation: Organisation, chosen: Iterable[Chosen], *, verdict: str, reason: str, by: User
) -> Outcome:
    """Sign the same verdict on every chosen row."""
    check_can(by, organisation, Capability.VERDICT_SET)
    reason = reason.strip()
    policies.check_verdict(verdict, reason)
    now = timezone.now()
    signed = {"decided_by": by, "decided_at": now}
    wanted = {"verdict": verdict, "reason": reason}

    def told(row: Assessment) -> dict[str, Any]:
        return {"before": row.verdict, "after": verdict, "reason": reason}

    chosen = list(chosen)
    outcome = _change(organisation, chosen, wanted | signed, told, Action.VERDICT_SET, by, wanted)
    # Of those that were refused the verdict is another one, which had its turn when it was set.
    signed_now = Assessment.objects.filter(
        pk__in=[each.pk for each in chosen], decided_by=by, decided_at=now
    )
    verdicts_set.send(
        sender=Assessment,
        organisation=organisation,
        assessments=list(signed_now.values_list("pk", flat=True)),
        by=by,
    )
    return outcome


@transaction.atomic
def assign(
    organisation: Organisation,
    chosen: Iterable[Chosen],
    *,
    by: User,
    owner: Any = UNCHANGED,
    due: Any = UNCHANGED,
) -> Outcome:
    """Give every chosen row an owner, a due date or both; None takes it away."""
    check_can(by, organisation, Capability.VERDICT_SET)
    if owner is UNCHANGED and due is UNCHANGED:
        raise Refused(_("Choose an owner or a due date."))
    wanted: dict[str, Any] = {}
    if owner is not UNCHANGED:
        _check_owner(owner, organisation)
        wanted["owner"] = owner
    if due is not UNCHANGED:
        wanted["due"] = due

    def told(row: Assessment) -> dict[str, Any]:
        person = wanted.get("owner", row.owner)
        day: date | None = wanted.get("due", row.due)
        return {
            "owner": person.name if person else "—",
            "owner_id": person.pk if person else None,
            "due": day.isoformat() if day else None,
            "before": services.shown_assignment(row.owner, row.due),
            "after": services.shown_assignment(person, day),
        }

    return _change(organisation, chosen, wanted, told, Action.ASSIGNED, by, wanted)


@transaction.atomic
def take_back(organisation: Organisation, undo: str, *, by: User) -> Outcome:
    """Give the rows of one's own last bulk change back what they had.

    A row that was changed since is refused. The former signature stands again with its verdict.
    """
    check_can(by, organisation, Capability.VERDICT_SET)
    entries = _entries(organisation, undo, by)
    if not entries:
        raise Refused(TOO_LATE)
    rows = _locked(organisation, [entry.target_id or 0 for entry in entries])
    outcome = Outcome()
    told, restored = [], []
    for entry in entries:
        row = rows.get(entry.target_id or 0)
        if row is None or row.revision != entry.data["revision"]:
            outcome.refused.append((entry.target_name, _WAS_CHANGED))
            continue
        told.append((row, {"before": row.verdict, "after": entry.data["kept"]["verdict"]}))
        _restore(row, entry.data["kept"], by)
        restored.append(row)
    columns = [*_KEPT, "revision", "updated_by", "updated_at"]
    Assessment.objects.bulk_update(
        restored, [name.removesuffix("_id") for name in columns], batch_size=200
    )
    record_all(by, Action.TAKEN_BACK, told)
    outcome.changed = len(restored)
    return outcome


def _change(  # noqa: PLR0913 - private, and each is a part of one change
    organisation: Organisation,
    chosen: Iterable[Chosen],
    columns: dict[str, Any],
    told: Callable[[Assessment], dict[str, Any]],
    action: Action,
    by: User,
    wanted: dict[str, Any],
) -> Outcome:
    asked = {each.pk: each for each in chosen}
    if not asked:
        raise Refused(_("Choose at least one row."))
    if len(asked) > AT_MOST:
        raise Refused(_("These are more than 5,000 rows. Filter the list first."))
    outcome = Outcome(undo=current().request_id)
    entries, changed = [], []
    for pk, row in _locked(organisation, list(asked)).items():
        if not asked[pk].is_current(row):
            outcome.refused.append((str(row.requirement), CHANGED_MEANWHILE))
        elif all(getattr(row, name) == value for name, value in wanted.items()):
            outcome.unchanged += 1
        else:
            kept = {name: _plain(getattr(row, name)) for name in _KEPT}
            entries.append((row, {**told(row), "kept": kept, "revision": row.revision + 1}))
            changed.append(row)
    now = timezone.now()
    Assessment.objects.filter(pk__in=[row.pk for row in changed]).update(
        **columns, revision=F("revision") + 1, updated_by=by, updated_at=now
    )
    record_all(by, action, entries)
    outcome.changed = len(changed)
    return outcome


def _locked(organisation: Organisation, pks: list[int]) -> dict[int, Assessment]:
    """The rows in the profile's order, held until the transaction ends."""
    rows = Assessment.objects.select_for_update(of=("self",)).filter(
        organisation=organisation, pk__in=pks
    )
    related = rows.select_related("requirement", "owner").defer("statement")
    return {row.pk: row for row in related.order_by("requirement__order", "pk")}


def _restore(row: Assessment, kept: dict[str, Any], by: User) -> None:
    for name in ("verdict", "reason", "owner_id", "decided_by_id"):
        setattr(row, name, kept[name])
    row.due = date.fromisoformat(kept["due"]) if kept["due"] else None
    row.decided_at = datetime.fromisoformat(kept["decided_at"]) if kept["decided_at"] else None
    row.revision += 1
    row.updated_by, row.updated_at = by, timezone.now()


def _entries(organisation: Organisation, undo: str, by: User) -> list[Entry]:
    since = timezone.now() - UNDO_WITHIN
    rows = Entry.objects.filter(
        organisation_id=organisation.pk, at__gte=since, actor_id=by.pk, request_id=undo
    )
    found = rows.filter(action__in=[Action.VERDICT_SET, Action.ASSIGNED]).order_by("seq")
    return [entry for entry in found if undo and "kept" in entry.data]


def _check_owner(owner: User | None, organisation: Organisation) -> None:
    members = Membership.objects.people().filter(organisation=organisation)
    if owner and not members.filter(user=owner).exists():
        raise Refused(_("This person is not a member of the organisation. Choose a member."))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
