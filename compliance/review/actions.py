from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    INVITED = (
        "reviewer.invited",
        _("{actor} invited {reviewer} of {company} to see {target} until {until}"),
    )
    REVOKED = "reviewer.revoked", _("{actor} ended the access of {reviewer} to {target}")
    ARRIVED = "reviewer.arrived", _("{actor} opened {target} by invitation")
    PACKET_TAKEN = "reviewer.packet_taken", _("{actor} downloaded {name} of {target}")
    FILE_READ = "reviewer.file_read", _("{actor} opened the evidence file {name} of {target}")
