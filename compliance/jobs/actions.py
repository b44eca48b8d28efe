from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    CANCELLED = "job.cancelled", _("{actor} cancelled the work {target}")
    FAILED = "job.failed", _("The work {target} failed: {error}")
