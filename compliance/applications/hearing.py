"""Who hears of what happens to an application: whose signature is missing, and who has to act."""

from compliance.accounts.models import Membership
from compliance.accounts.roles import Capability
from compliance.applications.actions import Action
from compliance.applications.models import Application
from compliance.notices import rules, subjects
from compliance.notices.rules import Rule

_TELLS = [
    (Action.REVIEW_REQUESTED, Capability.EVIDENCE_REVIEW),
    (Action.REVIEW_REQUESTED, Capability.APPLICATION_APPROVE),
    (Action.REVIEWED, Capability.APPLICATION_EDIT),
    (Action.APPROVED, Capability.APPLICATION_EDIT),
    (Action.CHANGES_REQUESTED, Capability.TASK_WORK),
    (Action.VERDICTS_RECEIVED, Capability.APPLICATION_APPROVE),
    (Action.DECIDED, Capability.ASSESSMENT_EDIT),
    (Action.EXPIRING, Capability.APPLICATION_EDIT),
    (Action.EXPIRED, Capability.APPLICATION_EDIT),
]


def register() -> None:
    rules.register(
        *[
            Rule(
                action,
                capability=capability,
                page="applications:detail",
                arguments={"number": "number"},
            )
            for action, capability in _TELLS
        ]
    )
    subjects.register(Application, Application.objects.visible_to)
    # A membership that was limited to another application before says which one.
    subjects.register(Membership, Application.objects.visible_to, key="key", may_lack=True)
