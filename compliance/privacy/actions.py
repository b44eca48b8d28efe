from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    EXPORTED = "person.exported", _("{actor} took the personal data of {target} along")
