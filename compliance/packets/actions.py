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
    SUBMISSION_RECORDED = (
        "packet.submission_recorded",
        _("{actor} noted that {target} was submitted to {recipient}"),
    )
    COPY_ASKED = "packet.copy_asked", _("{actor} asked for a copy of {target} for {recipient}")
    COPIED = "packet.copied", _("A copy of {target} was marked for {recipient}")
    COPY_DOWNLOADED = (
        "packet.copy_downloaded",
        _("{actor} downloaded {name}, the copy for {recipient}"),
    )
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
