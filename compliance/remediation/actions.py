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
    BULK_TAKEN_BACK = "task.bulk_taken_back", _("{actor} took the change of {target} back")
