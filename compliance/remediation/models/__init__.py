"""Tasks as the Korean 보완조치 내역서 keeps them, what stands around them, and recurring duties."""

from compliance.remediation.models.around import (
    ChecklistItem,
    Comment,
    CommentFile,
    Dependency,
    StateChange,
    TaskEvidence,
    Watcher,
)
from compliance.remediation.models.decisions import (
    Decision,
    DueExtension,
    Escalation,
    Reminder,
    RiskAcceptance,
    Step,
)
from compliance.remediation.models.duties import (
    DutyEvidence,
    DutyOccurrence,
    DutySeries,
    Rhythm,
    WorkingDay,
)
from compliance.remediation.models.pages import BoardLimit, CalendarFeed
from compliance.remediation.models.settings import EscalationDays, OpeningRule
from compliance.remediation.models.tasks import (
    OPEN_STATES,
    OVER,
    TO_DO,
    TO_VERIFY,
    EffortUnit,
    Priority,
    Source,
    State,
    Task,
    TaskQuerySet,
    rank_of,
)

__all__ = [
    "OPEN_STATES",
    "OVER",
    "TO_DO",
    "TO_VERIFY",
    "BoardLimit",
    "CalendarFeed",
    "ChecklistItem",
    "Comment",
    "CommentFile",
    "Decision",
    "Dependency",
    "DueExtension",
    "DutyEvidence",
    "DutyOccurrence",
    "DutySeries",
    "EffortUnit",
    "Escalation",
    "EscalationDays",
    "OpeningRule",
    "Priority",
    "Reminder",
    "Rhythm",
    "RiskAcceptance",
    "Source",
    "State",
    "StateChange",
    "Step",
    "Task",
    "TaskEvidence",
    "TaskQuerySet",
    "Watcher",
    "WorkingDay",
    "rank_of",
]
