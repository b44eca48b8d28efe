"""Taking a bulk change of states back, where the state table has an arrow for it."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.audit.models import Entry
from compliance.remediation.actions import Action
from compliance.remediation.models import OPEN_STATES, State, Task
from compliance.remediation.moving import move, tell
from compliance.shared.errors import Refused

WAS_CHANGED = _("It was changed again since; take it back on its own page.")
_STAYS_OPEN = _(
    "What was reopened has lost its signatures and stays open. Fix and verify it, then close it."
)
_WHOLE_IS_OVER = _("%(task)s, of which it is a part, is over. Reopen that first.")


def _unstart(task: Task, entry: Entry, by: User) -> None:
    columns = {"assignee": None} if entry.data["took"] else {}
    move(task, State(entry.data["began_in"]), by=by, **columns)


def _unverify(task: Task, entry: Entry, by: User) -> None:
    # What only a scan showed stays shown.
    by_scan = task.fixed_by_id is None and task.verified_run_id is not None
    nothing = {} if by_scan else {"verified_run": None, "verified_at": None}
    move(task, State.FIXED, by=by, verified_by=None, **nothing)


def _unclose(task: Task, entry: Entry, by: User) -> None:
    if task.parent and task.parent.state not in OPEN_STATES:
        raise Refused(_WHOLE_IS_OVER % {"task": task.parent.code})
    move(task, State.VERIFYING, by=by, closed_at=None)


def _stays_open(task: Task, entry: Entry, by: User) -> None:
    raise Refused(_STAYS_OPEN)


MOVES: dict[str, Callable[[Task, Entry, User], None]] = {
    Action.STARTED: _unstart,
    Action.VERIFIED: _unverify,
    Action.CLOSED: _unclose,
    Action.REOPENED: _stays_open,
}


def take_back(
    organisation: Organisation, entries: Iterable[Entry], *, by: User
) -> tuple[int, list[tuple[str, "str | Promise"]]]:
    """Undo what *entries* tell, the last one first, in the caller's transaction.

    Returns how many tasks are as before, and (name, sentence) of each that stays.
    """
    steps: dict[int, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda each: each.seq, reverse=True):
        steps[entry.target_id or 0].append(entry)
    changed = 0
    refused: list[tuple[str, str | Promise]] = []
    for pk, done in steps.items():
        try:
            with transaction.atomic():
                _undo(organisation, pk, done, by)
        except Refused as refusal:
            refused.append((done[0].target_name, refusal.sentence))
        else:
            changed += 1
    return changed, refused


def _undo(organisation: Organisation, pk: int, done: list[Entry], by: User) -> None:
    rows = Task.objects.select_for_update(of=("self",)).filter(organisation=organisation, pk=pk)
    task = rows.select_related("organisation", "parent", "finding").first()
    if task is None or task.version != done[0].data["version"]:
        raise Refused(WAS_CHANGED)
    before = task.state
    for entry in done:
        MOVES[entry.action](task, entry, by)
    tell(by, Action.TAKEN_BACK, task, before={"state": before}, after={"state": str(task.state)})
