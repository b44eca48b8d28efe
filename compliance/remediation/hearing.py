"""Who hears of what happens to tasks, and of scans, which open them."""

from compliance.accounts.roles import Capability
from compliance.notices import rules, subjects
from compliance.notices.rules import Rule
from compliance.remediation.actions import Action
from compliance.remediation.models import Task
from compliance.scans.actions import Action as Scan
from compliance.scans.models import Finding

_TO_WHO_DOES_IT = [
    Action.CREATED,
    Action.ASSIGNED,
    Action.BULK_ASSIGNED,
    Action.REOPENED,
    Action.VERIFIED,
    Action.CLOSED,
]
_CONCERNED = ("assignee_id", "fixed_by_id", "watcher_ids")
_NUMBER = {"number": "number"}


def register() -> None:
    page = "remediation:detail"
    rules.register(
        Rule(Action.OPENED_FROM_RUN, people=("assignee_ids",), page="remediation:list"),
        Rule(Action.OPENED_FROM_ASSESSMENTS, people=("assignee_ids",), page="remediation:list"),
        Rule(Action.OPENED_FROM_VERDICTS, people=("assignee_ids",), page="remediation:list"),
        *[
            Rule(
                action,
                people=("imported_by_id",),
                capability=Capability.TASK_MANAGE,
                page="scans:run",
                arguments={"pk": "target_id"},
                asker=True,
            )
            for action in (Scan.IMPORTED, Scan.IMPORT_FAILED)
        ],
        Rule(
            Action.COMMENTED,
            people=(*_CONCERNED, "mentioned_ids"),
            page=page,
            arguments=_NUMBER,
        ),
        *[
            Rule(action, people=("assignee_id",), page="remediation:duty", arguments=_NUMBER)
            for action in (
                Action.DUTY_ASSIGNED,
                Action.DUTY_CREATED,
                Action.DUTY_HANDED_OVER,
                Action.DUTY_UNPROVEN,
            )
        ],
        Rule(
            Action.DUTY_MISSED,
            people=("assignee_id",),
            capability=Capability.TASK_MANAGE,
            page="remediation:duty",
            arguments=_NUMBER,
        ),
        *[
            Rule(action, people=("told_ids",), page=page, arguments=_NUMBER)
            for action in (Action.ESCALATED, Action.DUE_SOON)
        ],
        Rule(
            Scan.ACCEPTANCE_ENDED,
            capability=Capability.FINDING_TRIAGE,
            page="scans:finding",
            arguments=_NUMBER,
        ),
        *[
            Rule(action, people=("assignee_id", "asked_by_id"), page=page, arguments=_NUMBER)
            for action in (
                Action.EXTENDED,
                Action.EXTENSION_REFUSED,
                Action.RISK_ACCEPTED,
                Action.ACCEPTANCE_REFUSED,
                Action.HANDED_OVER,
            )
        ],
        Rule(
            Action.EXTENSION_ASKED,
            capability=Capability.TASK_MANAGE,
            page=page,
            arguments=_NUMBER,
        ),
        Rule(
            Action.ACCEPTANCE_ASKED,
            capability=Capability.RISK_ACCEPT,
            page=page,
            arguments=_NUMBER,
        ),
        Rule(Action.FIXED, capability=Capability.TASK_MANAGE, page=page, arguments=_NUMBER),
        *[
            Rule(action, people=_CONCERNED, page=page, arguments=_NUMBER)
            for action in _TO_WHO_DOES_IT
        ],
    )
    subjects.register(Task, Task.objects.visible_to)
    subjects.register(Finding, Finding.objects.visible_to)
