from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    FROZEN = "packet.frozen", _("{actor} froze what {target} says")
    BUILT = "packet.built", _("{actor} built {target}: {pages} pages")
    LOOK_CHANGED = "packet.look_changed", _("{actor} changed the look of the packets of {target}")
    VIEWED = "packet.viewed", _("{actor} looked at the pages of {target}")
    DOWNLOADED = "packet.downloaded", _("{actor} downloaded {name} of the packet {target}")
