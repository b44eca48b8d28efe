"""What the page of one task shows around its texts."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from compliance.accounts.models import User
from compliance.remediation import freezes, policies, selectors
from compliance.remediation.models import (
    OPEN_STATES,
    ChecklistItem,
    Dependency,
    DueExtension,
    RiskAcceptance,
    Task,
    Watcher,
)
from compliance.shared.errors import why_not

SHOWN_PARTS = 100
# Each is read once; policies and the page look at the same rows.
_AROUND = (
    Prefetch("checklist", ChecklistItem.objects.select_related("done_by")),
    Prefetch("watchers", Watcher.objects.select_related("user")),
    Prefetch("extensions", DueExtension.objects.select_related("asked_by", "decided_by")),
    Prefetch("acceptances", RiskAcceptance.objects.select_related("asked_by")),
)


def around(task: Task, user: User) -> dict[str, Any]:
    """Parts, order, steps, watchers and requests, each with what this person may do to it."""
    prefetch_related_objects([task], *_AROUND)
    seen = Task.objects.visible_to(user)
    parts = seen.filter(parent=task).select_related("assignee").order_by("number")[:SHOWN_PARTS]
    blockers, waiting = _order(task, seen)
    steps = list(task.checklist.all())
    watchers = [each.user for each in task.watchers.all()]
    extension = selectors.waiting_extension(task)
    acceptance = selectors.waiting_acceptance(task)
    return {
        "parts": list(parts),
        "parts_over": sum(part.state not in OPEN_STATES for part in parts),
        "blockers": blockers,
        "waiting": waiting,
        "steps": steps,
        "steps_done": sum(step.is_done for step in steps),
        "watchers": watchers,
        "watching": user in watchers,
        "extension": extension,
        "extensions": list(task.extensions.all())[:20],
        "acceptance": acceptance,
        "freeze_warnings": list(freezes.warnings(task, task.change_start, task.change_end)),
        "freezes": freezes.of_task(task),
        "may": _may(task, user, extension, acceptance),
    }


def _order(task: Task, seen: QuerySet[Task]) -> tuple[list[Task], list[Task]]:
    """What it waits for, and what waits for it, of the tasks *seen*."""
    rows = Dependency.objects.filter(Q(blocked=task) | Q(blocker=task))
    for side in ("blocked_id", "blocker_id"):  # asked of each pair, not of all tasks
        rows = rows.filter(Exists(seen.filter(pk=OuterRef(side))))
    pairs = list(rows.select_related("blocker__assignee", "blocked__assignee"))
    before = [each.blocker for each in pairs if each.blocked_id == task.pk]
    after = [each.blocked for each in pairs if each.blocker_id == task.pk]
    return sorted(before, key=_number), sorted(after, key=_number)


def _number(task: Task) -> int:
    return task.number


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
