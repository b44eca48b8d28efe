"""What letting go of a card in a column means: the verb, what it asks, and why it may not."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.audit.selectors import history
from compliance.remediation import policies
from compliance.remediation.boards import COLUMNS
from compliance.remediation.models import State, Task
from compliance.shared.errors import Conflict, Refused, why_not


@dataclass(frozen=True, slots=True)
class Step:
    """One verb of the task's page; *asks* names the fields that its dialog needs."""

    verb: str
    check: Callable[[Task, User], None]
    asks: tuple[str, ...] = ()


def _check_can_dispute(task: Task, user: User) -> None:
    policies.check_can_exempt(task, user, State.DISPUTED)


_PLAN = Step("plan", policies.check_can_plan, ("plan",))
_START = Step("start", policies.check_can_start)
_FIX = Step("fix", policies.check_can_fix, ("action_taken", "after", "evidence"))
_REOPEN = Step("reopen", policies.check_can_reopen, ("reason",))
_DISPUTE = Step("dispute", _check_can_dispute, ("reason",))
_VERIFY = Step("verify", policies.check_can_verify)
_CLOSE = Step("close", policies.check_can_close)
_VERIFY_AND_CLOSE = Step("verify-and-close", policies.check_can_verify_and_close)

STEPS: dict[State, dict[State, Step]] = {
    State.REGISTERED: {
        State.PLANNED: _PLAN,
        State.IN_PROGRESS: _START,
        State.FIXED: _FIX,
        State.DISPUTED: _DISPUTE,
    },
    State.PLANNED: {State.IN_PROGRESS: _START, State.FIXED: _FIX, State.DISPUTED: _DISPUTE},
    State.IN_PROGRESS: {State.FIXED: _FIX, State.DISPUTED: _DISPUTE},
    State.FIXED: {
        State.VERIFYING: _VERIFY,
        State.CLOSED: _VERIFY_AND_CLOSE,
        State.IN_PROGRESS: _REOPEN,
    },
    State.VERIFYING: {State.CLOSED: _CLOSE, State.IN_PROGRESS: _REOPEN},
    State.DISPUTED: {State.IN_PROGRESS: _REOPEN},
    State.CLOSED: {State.IN_PROGRESS: _REOPEN},
}


def step(task: Task, to: str) -> Step:
    """Return what brings the task to the column *to*, or refuse with the reason."""
    if to not in COLUMNS:
        raise Refused(_("There is no such column. Reload the page."))
    found = STEPS.get(State(task.state), {}).get(State(to))
    if found is None:
        raise Refused(
            _("From “%(old)s” a task does not go to “%(new)s” directly.")
            % {"old": State(task.state).label, "new": State(to).label}
        )
    return found


def check_can_drop(task: Task, user: User, to: str) -> None:
    step(task, to).check(task, user)


def offers(task: Task, user: User) -> dict[str, dict[str, object]]:
    """{column: whether the card may go there, the sentence if not, and whether it asks}."""
    found: dict[str, dict[str, object]] = {}
    for column in COLUMNS:
        if column == task.state:
            continue
        refusal = why_not(check_can_drop, task, user, column)
        known = STEPS.get(State(task.state), {}).get(column)
        found[column.value] = {
            "why": refusal,
            "asks": bool(known and known.asks),
            "label": str(column.label),
        }
    return found


def check_is_where(task: Task, seen: str) -> None:
    """The card must still stand where the person saw it."""
    if task.state == seen:
        return
    last = history(task).first()
    mover = User.objects.filter(pk=last.actor_id).first() if last and last.actor_id else None
    told = {
        "who": mover.name if mover else _("Somebody else"),
        "task": task.code,
        "state": State(task.state).label,
    }
    raise Conflict(
        _("%(who)s moved %(task)s to “%(state)s” a moment ago. The card stands there now.") % told
    )
