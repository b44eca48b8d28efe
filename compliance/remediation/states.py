"""How a task goes on, and who may do what. Written by `moving.move`, one verb an arrow."""

from typing import NamedTuple

from compliance.accounts.roles import Capability
from compliance.remediation.models import State
from compliance.shared import states

_C = Capability
S = State


class Arrow(NamedTuple):
    """*verb* brings a task from one of *before* to *after*; one of *who* is needed for it."""

    verb: str
    before: tuple[State, ...]
    after: State
    who: tuple[Capability, ...]
    # What else has to hold, in the words of the drawn page.
    rule: str = ""


_BEGUN = (S.REGISTERED, S.PLANNED, S.IN_PROGRESS)
_WORK = (_C.TASK_WORK, _C.TASK_MANAGE)
_LOOK = (_C.TASK_MANAGE, _C.EVIDENCE_REVIEW)
_TRIAGE = (_C.FINDING_TRIAGE,)
ARROWS = [
    Arrow("plan", (S.REGISTERED,), S.PLANNED, _WORK, "with a plan"),
    Arrow("start", (S.REGISTERED, S.PLANNED), S.IN_PROGRESS, _WORK),
    Arrow(
        "fix",
        (S.PLANNED, S.IN_PROGRESS),
        S.FIXED,
        _WORK,
        "with proof or a scan that shows the pass; nothing that blocks it is open, every step is done",
    ),
    Arrow(
        "verify",
        (S.FIXED,),
        S.VERIFYING,
        _LOOK,
        "not by who fixed it, unless a scan shows the pass",
    ),
    Arrow("close", (S.VERIFYING,), S.CLOSED, (_C.TASK_MANAGE,), "after all of its parts"),
    Arrow("false_positive", (*_BEGUN, S.DISPUTED), S.FALSE_POSITIVE, _TRIAGE, "with a reason"),
    Arrow("dispute", _BEGUN, S.DISPUTED, _TRIAGE, "with a reason"),
    Arrow(
        "approve_risk",
        _BEGUN,
        S.RISK_ACCEPTED,
        (_C.RISK_ACCEPT,),
        "not by who asked for it; until a day, then it opens again by itself",
    ),
    # 재조치: the fix did not hold, or the decision does not stand.
    Arrow(
        "reopen",
        (S.FIXED, S.VERIFYING, S.CLOSED, S.FALSE_POSITIVE, S.RISK_ACCEPTED, S.DISPUTED),
        S.IN_PROGRESS,
        _LOOK,
        "with a reason; by itself when a scan sees it again or an acceptance runs out",
    ),
]
WHO: dict[str, tuple[Capability, ...]] = {arrow.verb: arrow.who for arrow in ARROWS}
MOVES: dict[State, set[State]] = {
    state: {arrow.after for arrow in ARROWS if state in arrow.before} for state in State
}


def _page() -> list[str]:
    """The rows of the drawn page that say who may do what."""
    rows = ["| verb | from | to | who may | rule |", "|---|---|---|---|---|"]
    for arrow in ARROWS:
        before, who = ", ".join(arrow.before), " or ".join(f"`{each.value}`" for each in arrow.who)
        rows.append(f"| {arrow.verb} | {before} | {arrow.after} | {who} | {arrow.rule} |")
    return rows


states.register("task", State, MOVES, notes=_page())
