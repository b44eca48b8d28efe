from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    PERSON_ERASED = "person.erased", _("{actor} erased the personal data of person #{number}")
    KEPT_READ = (
        "person.kept_read",
        _("{actor} read who erased person #{number} was, from what the law has kept: {reason}"),
    )
    KEPT_ENDED = (
        "person.kept_ended",
        _("{actor} removed what had been kept of erased person #{number}: the time is over"),
    )
