"""What the platform asks for becomes tasks: one for each verdict that asks, once."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from compliance.accounts.models import Membership, User
from compliance.applications import windows
from compliance.applications.models import Application, ReceivedVerdict, Round
from compliance.audit.services import record
from compliance.remediation import clocks
from compliance.remediation.actions import Action
from compliance.remediation.models import Priority, Source, Task, rank_of
from compliance.remediation.numbers import next_number
from compliance.remediation.opening import lead_of
from compliance.requirements.models import Assessment
from compliance.shared.severity import Severity


@transaction.atomic
def open_for_verdicts(
    round_: Round, verdicts: Sequence[ReceivedVerdict], *, by: User
) -> list[Task]:
    """Open a task for each of *verdicts* that has none yet; return the new ones.

    It goes to who answers for the requirement, else to the security lead, and is due when the
    platform waits for the answer.
    """
    application = round_.application
    first = next_number(application.organisation_id)
    known = Task.objects.filter(received_verdict__in=[each.pk for each in verdicts])
    tasked = set(known.values_list("received_verdict_id", flat=True))
    wanted = [each for each in verdicts if each.pk not in tasked]
    assessments = {
        row.requirement_id: row
        for row in Assessment.objects.filter(
            organisation_id=application.organisation_id,
            requirement__in=[each.requirement_id for each in wanted],
        )
    }
    people = _Assignees(application)
    tasks = [
        _task_of(verdict, round_, number, assessments.get(verdict.requirement_id), people, by)
        for number, verdict in enumerate(wanted, first)
    ]
    Task.objects.bulk_create(tasks)
    if tasks:
        record(
            by,
            Action.OPENED_FROM_VERDICTS,
            application,
            count=len(tasks),
            round=round_.number,
            first=tasks[0].number,
            last=tasks[-1].number,
            assignee_ids=sorted({task.assignee_id for task in tasks if task.assignee_id}),
        )
    return tasks


class _Assignees:
    """Who is still there to do it, and until when unless the platform says so."""

    def __init__(self, application: Application) -> None:
        organisation_id = application.organisation_id
        members = Membership.objects.active().filter(organisation_id=organisation_id)
        self._members = set(members.values_list("user_id", flat=True))
        self._lead = lead_of(organisation_id)
        self.dues = clocks.dues(organisation_id)
        window = windows.window_of(application)
        self.window_end = window.end if window else date.max

    def of(self, assessment: Assessment | None) -> int | None:
        owner = assessment.owner_id if assessment else None
        return owner if owner in self._members else self._lead


def _task_of(
    verdict: ReceivedVerdict,
    round_: Round,
    number: int,
    assessment: Assessment | None,
    people: _Assignees,
    by: User,
) -> Task:
    requirement = verdict.requirement
    usual = min(people.dues[Severity(requirement.severity)], people.window_end)
    due = verdict.due or round_.changes_due or usual
    return Task(
        organisation_id=round_.application.organisation_id,
        number=number,
        source=Source.VERDICT,
        received_verdict=verdict,
        requirement=requirement,
        assessment=assessment,
        title=f"{verdict.get_verdict_display()}: {requirement}"[:300],
        defect=verdict.words,
        before=(assessment.statement if assessment else "")[:20_000],
        basis=f"{requirement.code} · {round_}"[:500],
        severity=requirement.severity,
        priority=Priority.of(requirement.severity),
        assignee_id=people.of(assessment),
        due=due,
        rank=rank_of(due, number),
        created_by=by,
    )
