"""Which buttons a task page offers, each with the sentence of the policy that forbids it."""

from django.utils.functional import Promise

from compliance.accounts.models import User
from compliance.remediation import policies
from compliance.remediation.models import State, Task
from compliance.shared.errors import why_not

# The buttons that make sense in a state, the next step first.
OFFERED: dict[State, list[str]] = {
    State.REGISTERED: ["start", "plan", "exits"],
    State.PLANNED: ["start", "fix", "exits"],
    State.IN_PROGRESS: ["fix", "exits"],
    State.FIXED: ["verify_and_close", "verify", "reopen"],
    State.VERIFYING: ["close", "reopen"],
    State.CLOSED: ["reopen"],
    State.FALSE_POSITIVE: ["reopen"],
    State.RISK_ACCEPTED: ["reopen"],
    State.DISPUTED: ["reopen", "exits"],
}
_EXITS = {
    State.DISPUTED: ["false_positive"],
}


def offered(task: Task) -> list[str]:
    """Names of the buttons of the task's state."""
    state = State(task.state)
    names = [name for name in OFFERED[state] if name != "exits"]
    if "exits" in OFFERED[state]:
        names += _EXITS.get(state, ["false_positive", "accept_risk", "dispute"])
    return names


def reasons(task: Task, user: User) -> dict[str, "str | Promise"]:
    """{button: why this person may not now}, "" where they may."""
    return {
        "edit": why_not(policies.check_can_edit, task, user),
        "assign": why_not(policies.check_can_assign, task, user),
        "comment": why_not(policies.check_can_comment, task, user),
        "plan": why_not(policies.check_can_plan, task, user),
        "start": why_not(policies.check_can_start, task, user),
        "fix": why_not(policies.check_can_fix, task, user),
        "verify": why_not(policies.check_can_verify, task, user),
        "verify_and_close": why_not(policies.check_can_verify_and_close, task, user),
        "close": why_not(policies.check_can_close, task, user),
        "reopen": why_not(policies.check_can_reopen, task, user),
        "false_positive": why_not(policies.check_can_exempt, task, user, State.FALSE_POSITIVE),
        "dispute": why_not(policies.check_can_exempt, task, user, State.DISPUTED),
        "accept_risk": why_not(policies.check_can_ask_acceptance, task, user),
    }
