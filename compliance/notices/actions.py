from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    PREFERENCES_SET = "notices.preferences_set", _("{actor} changed which notices {target} gets")
    TARGET_ADDED = "notice_target.added", _("{actor} added the target {target} ({kind}, {host})")
    TARGET_CHANGED = "notice_target.changed", _("{actor} changed the target {target}")
    TARGET_REMOVED = "notice_target.removed", _("{actor} removed the target {target}")
    SECRET_ROTATED = (
        "notice_target.secret_rotated",
        _("{actor} gave the target {target} a new secret"),
    )
    TARGET_STOPPED = "notice_target.stopped", _("{actor} stopped sending to {target}")
    TARGET_STARTED = "notice_target.started", _("{actor} started sending to {target} again")
    TARGET_DISABLED = (
        "notice_target.disabled",
        _("Nothing is sent to {target} any more: {failures} attempts in a row failed"),
    )
    TARGET_TESTED = "notice_target.tested", _("{actor} sent a test to {target}")
    REPLAYED = "notice_target.replayed", _("{actor} sent {message} to {target} once more")
