from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    """All are recorded on the evidence, so that its history is one list."""

    ADDED = "evidence.added", _("{actor} added the evidence {target}")
    VERSION_ADDED = "evidence.version_added", _("{actor} added version {version} of {target}")
    SUBMITTED = "evidence.submitted", _("{actor} submitted {target} for {requirement}")
    ACCEPTED = "evidence.accepted", _("{actor} accepted {target} for {requirement}")
    RETURNED = "evidence.returned", _("{actor} returned {target} for {requirement}")
    EXPIRED = "evidence.expired", _("{target} is no longer valid for {requirement}")
    CARRIED = (
        "evidence.carried",
        _("{target} waits for a new review: {requirement} changed in version {profile_version}"),
    )
    WITHDRAWN = "evidence.withdrawn", _("{actor} withdrew {target}")
    DOWNLOADED = "evidence.downloaded", _("{actor} downloaded the file {name} of {target}")
    VIEWED = "evidence.viewed", _("{actor} looked at {name} of {target}")
