from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    PROFILE_ADOPTED = "profile.adopted", _("{actor} took on the profile {target}")
    STATEMENT_WRITTEN = (
        "assessment.statement_written",
        _("{actor} wrote the implementation statement of {target}"),
    )
    VERDICT_SET = "assessment.verdict_set", _("{actor} set the verdict of {target} to {after}")
    TAKEN_BACK = (
        "assessment.taken_back",
        _("{actor} took back a bulk change of {target}: {before} became {after} again"),
    )
    COMMENTED = "assessment.commented", _("{actor} commented on {target}: {text}")
    ASSIGNED = "assessment.assigned", _("{actor} assigned {target} to {owner}")
    RELATED = "crosswalk.related", _("{actor} related {code} to {other}: {rationale}")
    UNRELATED = "crosswalk.unrelated", _("{actor} removed the relation of {code} to {other}")
    CARRIED_OVER = (
        "profile.carried_over",
        _("{actor} went on to the new version {target}: {look_at} things to look at"),
    )
    VERDICT_FELL = (
        "assessment.verdict_fell",
        _("{target} has to be checked again: its wording changed (it was {before})"),
    )
    LOOKED_AT = "carry_over.looked_at", _("{actor} ticked off {number} of {target}")
    LOOKED_AWAY = "carry_over.looked_away", _("{actor} took back a tick of {target}")
