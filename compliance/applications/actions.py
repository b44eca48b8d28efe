from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    CREATED = "application.created", _("{actor} began the application {target}")
    EDITED = "application.edited", _("{actor} edited the application {target}")
    SWITCHED = (
        "application.switched",
        _("{actor} moved {target} from version {before} to {after} of its profile"),
    )
    SCOPE_SET = "application.scope_set", _("{actor} changed the scope of {target}")
    RENEWED = "application.renewed", _("{actor} began {target}, the renewal of {former}")
    CHANGE_DECLARED = (
        "application.change_declared",
        _("{actor} declared a major change of {former} as {target}"),
    )
    REVIEW_REQUESTED = (
        "application.review_requested",
        _("{actor} prepared round {round} of {target} and asked for internal review"),
    )
    TAKEN_BACK = "application.taken_back", _("{actor} took {target} back to draft")
    REVIEWED = "application.reviewed", _("{actor} signed the review of round {round} of {target}")
    APPROVED = "application.approved", _("{actor} approved round {round} of {target}")
    ATTESTED = (
        "application.attested",
        _("{actor} signed the written confirmation of round {round} of {target}"),
    )
    LOCKED = "application.locked", _("{actor} froze round {round} of {target}")
    SUBMITTED = "application.submitted", _("{actor} submitted round {round} of {target}")
    RECEIVED = (
        "application.received",
        _("{actor} noted that the platform received {target} as {receipt}"),
    )
    REVIEW_STARTED = (
        "application.review_started",
        _("{actor} noted that the platform began to review {target}"),
    )
    CHANGES_REQUESTED = (
        "application.changes_requested",
        _("{actor} noted that the platform requested changes to {target}"),
    )
    VERDICTS_RECEIVED = (
        "application.verdicts_received",
        _("{actor} entered {count} verdicts of the platform on round {round} of {target}"),
    )
    ANSWERED = (
        "application.answered",
        _("{actor} answered the platform's verdict on {code} in {target}"),
    )
    ROUND_OPENED = "application.round_opened", _("{actor} opened round {round} of {target}")
    DECIDED = "application.decided", _("{actor} noted the platform's decision on {target}: {after}")
    EXPIRING = (
        "application.expiring",
        _("The platform's approval of {target} ends on {valid_until}"),
    )
    EXPIRED = "application.expired", _("The platform's approval of {target} has run out")
    CANCELLED = "application.cancelled", _("{actor} cancelled the application {target}")
