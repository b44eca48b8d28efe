from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    EXPORTED = "audit.exported", _("{actor} took the audit log along as {format}")
    RETENTION_SET = "audit.retention_set", _("{actor} set how long access records are kept")
    TARGET_ADDED = "audit.target_added", _("{actor} sends the audit log to {target}")
    TARGET_STOPPED = "audit.target_stopped", _("{actor} stopped sending the audit log to {target}")
    REVIEW_SIGNED = "audit.review_signed", _("{actor} signed the review: {target}")
