from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    # Recorded on the run: one entry for all its tasks.
    OPENED_FROM_RUN = "task.opened_from_run", _("{count} tasks were opened from {target}")
    # Recorded on the application: one entry for all that the platform asks for.
    OPENED_FROM_VERDICTS = (
        "task.opened_from_verdicts",
        _("{count} tasks were opened from the platform's verdicts on {target}"),
    )
    # Recorded on the organisation: one entry for all that is not met.
    OPENED_FROM_ASSESSMENTS = (
        "task.opened_from_assessments",
        _("{actor} opened {count} tasks for requirements that are not met"),
    )
    CREATED = "task.created", _("{actor} opened the task {target}")
    EDITED = "task.edited", _("{actor} edited the task {target}")
    CARRIED = (
        "task.carried",
        _("{target} went on from {before} to {after} of the new version {version}"),
    )
    ASSIGNED = "task.assigned", _("{actor} gave the task {target} to {assignee}")
    PLANNED = "task.planned", _("{actor} planned {target}")
    STARTED = "task.started", _("{actor} began to work on {target}")
    FIXED = "task.fixed", _("{actor} reported {target} as fixed")
    VERIFIED = "task.verified", _("{actor} verified the fix of {target}")
    CLOSED = "task.closed", _("{actor} closed {target}")
    REOPENED = "task.reopened", _("{actor} reopened {target}: {reason}")
    FALSE_POSITIVE = (
        "task.false_positive",
        _("{actor} marked {target} as a false positive: {reason}"),
    )
    RISK_ACCEPTED = (
        "task.risk_accepted",
        _("{actor} accepted the risk of {target} until {until}: {reason}"),
    )
    DISPUTED = "task.disputed", _("{actor} disputed {target}: {reason}")
    COMMENTED = "task.commented", _("{actor} commented on {target}: {text}")
    LIMITS_SET = "task.limits_set", _("{actor} set the limits of the board's columns")
    FEED_MADE = "task.feed_made", _("{actor} made an address for their calendar program")
    FEED_ENDED = "task.feed_ended", _("{actor} ended the address for their calendar program")
    ARRANGED = "task.arranged", _("{actor} changed priority, effort or place of {target}")
    BLOCKED = "task.blocked", _("{actor} let {target} wait for {blocker}")
    UNBLOCKED = "task.unblocked", _("{actor} let {target} no longer wait for {blocker}")
    STEP_ADDED = "task.step_added", _("{actor} added a step to {target}: {step}")
    STEP_DONE = "task.step_done", _("{actor} ticked off a step of {target}: {step}")
    STEP_UNDONE = "task.step_undone", _("{actor} opened a step of {target} again: {step}")
    STEP_REMOVED = "task.step_removed", _("{actor} removed a step of {target}: {step}")
    WATCHED = "task.watched", _("{actor} watches {target}")
    UNWATCHED = "task.unwatched", _("{actor} no longer watches {target}")
    CHANGE_PLANNED = (
        "task.change_planned",
        _("{actor} planned the change of {target} from {start} to {end}"),
    )
    EXTENSION_ASKED = (
        "task.extension_asked",
        _("{actor} asked to extend {target} from {before} to {after}: {reason}"),
    )
    EXTENDED = (
        "task.extended",
        _("{actor} extended {target} from {before} to {after}, extension number {times}"),
    )
    EXTENSION_REFUSED = (
        "task.extension_refused",
        _("{actor} did not extend {target} to {after}: {reason}"),
    )
    EXTENSION_WITHDRAWN = (
        "task.extension_withdrawn",
        _("{actor} took back the request to extend {target}"),
    )
    ACCEPTANCE_ASKED = (
        "task.acceptance_asked",
        _("{actor} asked to accept the risk of {target} until {until}: {reason}"),
    )
    ACCEPTANCE_REFUSED = (
        "task.acceptance_refused",
        _("{actor} did not accept the risk of {target}: {reason}"),
    )
    ACCEPTANCE_WITHDRAWN = (
        "task.acceptance_withdrawn",
        _("{actor} took back the request to accept the risk of {target}"),
    )
    DUE_SOON = "task.due_soon", _("{target} is due on {due}")
    SHOWN_FIXED = (
        "task.shown_fixed",
        _("{target} is fixed: run #{run} no longer shows it"),
    )
    ESCALATED = (
        "task.escalated",
        _("{target}, due on {due}, was escalated to {names}"),
    )
    HANDED_OVER = (
        "task.handed_over",
        _("{target} went from {former}, who left, to {assignee}"),
    )
    OPENING_SET = (
        "tasks.opening",
        _("{actor} chose which verdicts open a task: {after}, before {before}"),
    )
    ESCALATION_SET = (
        "tasks.escalation",
        _("{actor} set the days of escalation, lead and owner, from {before} to {after}"),
    )
    DUTY_CREATED = "duty.created", _("{actor} began the recurring duty {target}")
    DUTY_PAUSED = "duty.paused", _("{actor} paused {target}: {reason}")
    DUTY_RESUMED = "duty.resumed", _("{actor} let {target} go on")
    DUTY_ENDED = "duty.ended", _("{actor} ended {target}: {reason}")
    DUTY_ASSIGNED = "duty.assigned", _("{actor} gave {target} to {assignee}")
    DUTY_DONE = "duty.done", _("{actor} did {target} for {period}")
    DUTY_MISSED = "duty.missed", _("{target} was missed for {period}")
    DUTY_UNPROVEN = (
        "duty.unproven",
        _("{target} is open again for {period}: its evidence was withdrawn"),
    )
    DUTY_HANDED_OVER = (
        "duty.handed_over",
        _("{target} went from {former}, who left, to {assignee}"),
    )
    DUTY_CARRIED = (
        "duty.carried",
        _("{target} went on from {before} to {after} of the new version {version}"),
    )
    BULK_ASSIGNED = "task.bulk_assigned", _("{actor} gave {target} to {assignee}, among others")
    BULK_DUE = "task.bulk_due", _("{actor} moved the due date of {target} to {due}, among others")
    BULK_PRIORITY = (
        "task.bulk_priority",
        _("{actor} set the priority of {target} to {priority}, among others"),
    )
    TAKEN_BACK = "task.taken_back", _("{actor} took the change of {target} back")
    EXPORTED = "task.exported", _("{actor} took {count} tasks along as {format}")
