from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    CONNECTED = "tracker.connected", _("{actor} connected the issue tracker {target} ({host})")
    CHANGED = "tracker.changed", _("{actor} changed the connection to {target}")
    STATES_SET = "tracker.states_set", _("{actor} set which states mean what in {target}")
    SECRET_MADE = "tracker.secret_made", _("{actor} made a new webhook secret for {target}")
    STOPPED = "tracker.stopped", _("{actor} stopped synchronising with {target}")
    STARTED = "tracker.started", _("{actor} started synchronising with {target} again")
    REMOVED = "tracker.removed", _("{actor} removed the connection to {target}")
    RETRIED = "tracker.retried", _("{actor} had what {target} did not take sent once more")
    LINKED = "tracker.linked", _("{actor} linked {task} with {target}")
    PUSHED = "tracker.pushed", _("{actor} had an issue made for {task} in {tracker}")
    UNLINKED = "tracker.unlinked", _("{actor} unlinked {task} from {target}")
    FOLLOWED = "tracker.followed", _("{task} followed {target} from {before} to {after}")
    KEPT = (
        "tracker.kept",
        _("{task} did not follow {target} to “{status}”: {reason}"),
    )
    GONE = "tracker.gone", _("{target} is no longer in the tracker; {task} stays as it is")
