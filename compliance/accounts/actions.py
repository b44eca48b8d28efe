from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    ORGANISATION_CREATED = "organisation.created", _("{actor} created the organisation {target}")
    SIGNED_IN = "person.signed_in", _("{actor} signed in")
    SIGNED_OUT = "person.signed_out", _("{actor} signed out")
    MEMBER_ADDED = "member.added", _("{actor} added {target} as {role}")
    MEMBER_REMOVED = "member.removed", _("{actor} removed {target}")
    TOKEN_CREATED = "token.created", _("{actor} created the API token {target}")
    TOKEN_REVOKED = "token.revoked", _("{actor} revoked the API token {target}")
    FILTER_SHARED = "filter.shared", _("{actor} shared the filter {target}")
    FILTER_RENAMED = "filter.renamed", _("{actor} renamed the shared filter {before} to {target}")
    FILTER_DELETED = "filter.deleted", _("{actor} deleted the shared filter {target}")
    CLOCKS_SET = (
        "clocks.set",
        _("{actor} set the days for gaps, critical first, from {before} to {after}"),
    )
    DAY_COUNT_SET = "clocks.day_count", _("{actor} set deadlines to count: {after}")
    CLOSING_DAY_ADDED = "closing_day.added", _("{actor} closed the company on {day}: {name}")
    CLOSING_DAY_REMOVED = (
        "closing_day.removed",
        _("{actor} took the closing day {day} ({name}) away"),
    )
    THRESHOLD_SET = (
        "tasks.threshold",
        _("{actor} let findings become tasks from {after} up, before from {before}"),
    )
