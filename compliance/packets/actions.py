from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    FROZEN = "packet.frozen", _("{actor} froze what {target} says")
    BUILT = "packet.built", _("{actor} built {target}: {pages} pages")
    DOWNLOADED = "packet.downloaded", _("{actor} downloaded {name} of the packet {target}")
    SIGNED = "packet.signed", _("{actor} signed {target} as {part}")
    DECLINED = "packet.sign_declined", _("{actor} declined to sign {target} as {part}: {reason}")
    WITHDRAWN = (
        "packet.sign_withdrawn",
        _("{actor} withdrew the signature of {target} as {part}: {reason}"),
    )
    DECLINE_LIFTED = (
        "packet.sign_decline_lifted",
        _("{actor} is ready after all to sign {target} as {part}: {reason}"),
    )


# Their sentences name the part that somebody signs.
SIGNING = (Action.SIGNED, Action.DECLINED, Action.WITHDRAWN, Action.DECLINE_LIFTED)
