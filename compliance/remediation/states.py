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


BEGUN = (S.REGISTERED, S.PLANNED, S.IN_PROGRESS)
_WORK = (_C.TASK_WORK, _C.TASK_MANAGE)
_LOOK = (_C.TASK_MANAGE, _C.EVIDENCE_REVIEW)
_TRIAGE = (_C.FINDING_TRIAGE,)
_TAKEN_BACK = (
    "one's own change of many tasks, within ten minutes and as long as nothing happened since; "
    "what was reopened has lost its signatures and stays open"
)
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
    Arrow("false_positive", (*BEGUN, S.DISPUTED), S.FALSE_POSITIVE, _TRIAGE, "with a reason"),
    Arrow("dispute", BEGUN, S.DISPUTED, _TRIAGE, "with a reason"),
    Arrow(
        "approve_risk",
        BEGUN,
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
    # A scan is the proof, whoever fixed it; a person verifies and closes.
    Arrow("shown_fixed", BEGUN, S.FIXED, (), "by a scan alone, that no longer shows the finding"),
    *(
        Arrow("take_back", (after,), before, (*_LOOK, _C.TASK_WORK), _TAKEN_BACK)
        for after, before in (
            (S.IN_PROGRESS, S.REGISTERED),
            (S.IN_PROGRESS, S.PLANNED),
            (S.VERIFYING, S.FIXED),
            (S.CLOSED, S.VERIFYING),
        )
    ),
]
WHO: dict[str, tuple[Capability, ...]] = {arrow.verb: arrow.who for arrow in ARROWS}
# What no button does: these have a way and a rule of their own.
_APART = {"shown_fixed", "take_back"}
MOVES: dict[State, set[State]] = {
    state: {arrow.after for arrow in ARROWS if state in arrow.before} for state in State
}
# The same for the verbs of a task's page.
STEPS: dict[State, set[State]] = {
    state: {each.after for each in ARROWS if state in each.before and each.verb not in _APART}
    for state in State
}


def _page() -> list[str]:
    """The rows of the drawn page that say who may do what."""
    rows = ["| verb | from | to | who may | rule |", "|---|---|---|---|---|"]
    for arrow in ARROWS:
        before, who = (
            ", ".join(arrow.before),
            " or ".join(f"`{each.value}`" for each in arrow.who) or "nobody",
        )
        rows.append(f"| {arrow.verb} | {before} | {arrow.after} | {who} | {arrow.rule} |")
    return rows


states.register("task", State, MOVES, notes=_page())
