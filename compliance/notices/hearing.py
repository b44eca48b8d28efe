"""Who hears of what happens to notices themselves, and to work in the rooms below."""

from compliance.accounts.roles import Capability
from compliance.jobs.actions import Action as Job
from compliance.notices import rules
from compliance.notices.actions import Action
from compliance.notices.rules import Rule
from compliance.notices.topics import Topic


def register() -> None:
    rules.register(
        Rule(
            Action.TARGET_DISABLED,
            capability=Capability.NOTICES_MANAGE,
            page="notices:target",
            arguments={"pk": "target_id"},
            topic=Topic.ALARMS,
        ),
        Rule(
            Job.FAILED,
            people=("requested_by_id",),
            page="jobs:progress",
            arguments={"pk": "target_id"},
        ),
    )
