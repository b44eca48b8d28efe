"""Who hears of what is said about a requirement."""

from compliance.notices import rules, subjects
from compliance.notices.rules import Rule
from compliance.requirements.actions import Action
from compliance.requirements.models import Assessment


def register() -> None:
    rules.register(
        Rule(
            Action.COMMENTED,
            people=("mentioned_ids", "owner_id"),
            page="requirements:detail",
            arguments={"profile": "profile", "code": "code"},
        ),
        # Many may be given in one go, so it leads to the list.
        Rule(Action.ASSIGNED, people=("owner_id",), page="requirements:list"),
    )
    subjects.register(Assessment, Assessment.objects.visible_to)
