"""What the page of one task shows around its texts."""

from typing import Any

from compliance.accounts.models import User
from compliance.remediation import freezes, policies, selectors
from compliance.remediation.models import OPEN_STATES, Task
from compliance.shared.errors import why_not

SHOWN_PARTS = 100


def around(task: Task, user: User) -> dict[str, Any]:
    """Parts, order, steps, watchers and requests, each with what this person may do to it."""
    parts = list(task.parts.select_related("assignee").order_by("number")[:SHOWN_PARTS])
    blockers = task.blocked_by.select_related("blocker__assignee").order_by("blocker__number")
    waiting = task.blocks.select_related("blocked__assignee").order_by("blocked__number")
    steps = list(task.checklist.select_related("done_by"))
    watchers = [each.user for each in task.watchers.select_related("user")]
    extension = selectors.waiting_extension(task)
    acceptance = selectors.waiting_acceptance(task)
    return {
        "parts": parts,
        "parts_over": sum(part.state not in OPEN_STATES for part in parts),
        "blockers": [each.blocker for each in blockers],
        "waiting": [each.blocked for each in waiting],
        "steps": steps,
        "steps_done": sum(step.is_done for step in steps),
        "watchers": watchers,
        "watching": user in watchers,
        "extension": extension,
        "extensions": list(task.extensions.select_related("asked_by", "decided_by")[:20]),
        "acceptance": acceptance,
        "freeze_warnings": list(freezes.warnings(task, task.change_start, task.change_end)),
        "freezes": freezes.of_task(task),
        "may": _may(task, user, extension, acceptance),
    }


def _may(task: Task, user: User, extension: Any, acceptance: Any) -> dict[str, str]:
    """{verb: why not}, "" where this person may."""
    found = {
        "arrange": why_not(policies.check_can_arrange, task, user),
        "ask_extension": why_not(policies.check_can_ask_extension, task, user),
    }
    if extension:
        found["extend"] = why_not(policies.check_can_approve_extension, extension, user)
        found["not_extend"] = why_not(policies.check_can_decide_extension, extension, user)
        found["withdraw_extension"] = why_not(policies.check_can_withdraw, extension, user)
    if acceptance:
        found["approve"] = why_not(policies.check_can_approve_acceptance, acceptance, user)
        found["refuse"] = why_not(policies.check_can_refuse_acceptance, acceptance, user)
        found["withdraw"] = why_not(policies.check_can_withdraw, acceptance, user)
    return found
