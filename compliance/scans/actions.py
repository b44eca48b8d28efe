from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    RECEIVED = "scan.received", _("{actor} handed in the scan result {target}")
    ANSWERED = "scan.answered", _("{actor} said what the scan result {target} is about")
    WITHDRAWN = "scan.withdrawn", _("{actor} left the scan result {target} unimported")
    IMPORTED = "scan.imported", _("{actor} imported {target}: {new} new, {fixed} fixed findings")
    IMPORT_FAILED = "scan.failed", _("{target} could not be imported: {error}")
    TRIAGED = "finding.triaged", _("{actor} moved the finding {target} to “{after}”: {reason}")
    GRADED = (
        "finding.graded",
        _("{actor} set the severity of {target} from “{before}” to “{after}”: {reason}"),
    )
    ACCEPTANCE_ENDED = (
        "finding.acceptance_ended",
        _("The acceptance of the risk {target} ended on {until}; the finding is open again"),
    )
    MAPPINGS_LOADED = "mapping.loaded", _("{actor} renewed the mappings of {target}")
    MAPPINGS_APPROVED = (
        "mapping.approved",
        _("{actor} approved the mapping set {set} for {target}: {reason}"),
    )
    MAPPINGS_RETIRED = (
        "mapping.retired",
        _("{actor} retired the mapping set {set} for {target}: {reason}"),
    )
    EXPORTED = "finding.exported", _("{actor} took {count} findings along as {format}")
