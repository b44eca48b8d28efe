from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    DAMAGE_FOUND = (
        "vault.damage_found",
        _("{actor} found that the stored file {name} is missing or was altered ({target})"),
    )
    DAMAGE_MENDED = (
        "vault.damage_mended",
        _("{actor} found that the stored file {name} is whole again ({target})"),
    )
    QUARANTINED = (
        "vault.quarantined",
        _("{actor} put the stored file {target} into quarantine: {signature}"),
    )
