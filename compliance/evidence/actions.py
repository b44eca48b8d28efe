from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    """All but requests and archives are recorded on the evidence, so that its history is one list."""

    ADDED = "evidence.added", _("{actor} added the evidence {target}")
    VERSION_ADDED = "evidence.version_added", _("{actor} added version {version} of {target}")
    CHANGED = "evidence.changed", _("{actor} changed the facts of {target}")
    TAKEN_BACK = "evidence.taken_back", _("{actor} took a bulk change of {target} back")
    LINKED = "evidence.linked", _("{actor} linked {target} to {requirement} as a draft")
    UNLINKED = "evidence.unlinked", _("{actor} took the draft {target} away from {requirement}")
    SUBMITTED = "evidence.submitted", _("{actor} submitted {target} for {requirement}")
    ACCEPTED = "evidence.accepted", _("{actor} accepted {target} for {requirement}")
    RETURNED = "evidence.returned", _("{actor} returned {target} for {requirement}")
    REOPENED = (
        "evidence.reopened",
        _("{target} waits for a new review for {requirement}: its files are not those reviewed"),
    )
    EXPIRED = "evidence.expired", _("{target} is no longer valid for {requirement}")
    CARRIED = (
        "evidence.carried",
        _("{target} waits for a new review: {requirement} changed in version {profile_version}"),
    )
    HELD = "evidence.held", _("{actor} placed {target} on hold: {reason}")
    LIFTED = "evidence.lifted", _("{actor} lifted the hold of {target}: {reason}")
    WITHDRAWN = "evidence.withdrawn", _("{actor} withdrew {target}")
    DELETED = "evidence.deleted", _("{actor} deleted the draft {target}")
    DOWNLOADED = "evidence.downloaded", _("{actor} downloaded the file {name} of {target}")
    VIEWED = "evidence.viewed", _("{actor} looked at {name} of {target}")

    PERSONAL_DECIDED = (
        "evidence.personal_decided",
        _("{actor} decided about personal data in {name} of {target}: {kinds}"),
    )
    REDACTED = (
        "evidence.redacted",
        _("{actor} made the redacted copy {name} of {target}, version {version}"),
    )
    QUARANTINED = (
        "evidence.quarantined",
        _("The file {name} of {target} is in quarantine: {signature}"),
    )

    ASKED = "evidence.asked", _("{actor} asks for evidence: {target}, due {due}")
    ANSWERED = "evidence.answered", _("{actor} answered the request {target} with {evidence}")
    ANSWER_ACCEPTED = "evidence.answer_accepted", _("{actor} accepted the answer to {target}")
    SENT_BACK = "evidence.sent_back", _("{actor} sent the answer to {target} back: {reason}")
    CLOSED = "evidence.request_closed", _("{actor} closed the request {target}: {reason}")
    RECALLED = "evidence.request_withdrawn", _("{actor} withdrew the request {target}: {reason}")
    PASSED_ON = "evidence.request_passed_on", _("{actor} asks {owner} now for {target}")
    DUE_SOON = "evidence.request_due", _("The request {target} is due on {due}")
    OVERDUE = "evidence.request_overdue", _("The request {target} was due on {due}")

    INTAKE_BEGUN = "evidence.intake_begun", _("{actor} uploaded the archive {target}")
    INTAKE_APPLIED = (
        "evidence.intake_applied",
        _("{actor} made {number} evidence of the archive {target}"),
    )
    INTAKE_DISCARDED = "evidence.intake_discarded", _("{actor} discarded the archive {target}")
