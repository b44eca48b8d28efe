"""Requirements that are not met become tasks together, each once."""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from compliance.accounts.models import Membership, Organisation, User
from compliance.audit.services import record
from compliance.remediation import clocks, policies
from compliance.remediation.actions import Action
from compliance.remediation.models import OPEN_STATES, Priority, Source, Task, rank_of
from compliance.remediation.numbers import next_number
from compliance.remediation.opening import lead_of
from compliance.requirements.models import Assessment
from compliance.requirements.versions import superseded
from compliance.shared.severity import Severity

BATCH = 200


def without_task(organisation: Organisation) -> QuerySet[Assessment]:
    """Assessments in force that are not fully met and of which no open task was opened."""
    tasks = Task.objects.filter(
        assessment=OuterRef("pk"), source=Source.ASSESSMENT, state__in=OPEN_STATES
    )
    rows = Assessment.objects.filter(
        ~superseded(), ~Exists(tasks), organisation=organisation, verdict__in=policies.UNMET
    )
    return rows.select_related("requirement").order_by("requirement__order", "pk")


@transaction.atomic
def open_all(organisation: Organisation, *, by: User) -> int:
    """Open a task for each of them; return how many. Safe to repeat. Some queries for any number."""
    policies.check_can_create(organisation, by)
    # Two people who click at once queue here, so that the second sees the first one's tasks.
    first = next_number(organisation.pk)
    members = Membership.objects.active().filter(organisation=organisation)
    people = set(members.values_list("user_id", flat=True))
    dues, lead = clocks.dues(organisation), lead_of(organisation.pk)
    tasks = []
    for number, row in enumerate(without_task(organisation), first):
        requirement, due = row.requirement, dues[Severity(row.requirement.severity)]
        tasks.append(
            Task(
                organisation=organisation,
                number=number,
                source=Source.ASSESSMENT,
                requirement=requirement,
                assessment=row,
                title=str(requirement)[:300],
                defect=row.reason,
                before=row.statement[:20_000],
                basis=requirement.code,
                severity=requirement.severity,
                priority=Priority.of(requirement.severity),
                assignee_id=row.owner_id if row.owner_id in people else lead,
                due=due,
                rank=rank_of(due, number),
                created_by=by,
            )
        )
    Task.objects.bulk_create(tasks, batch_size=BATCH)
    if tasks:
        assignees = {task.assignee_id for task in tasks if task.assignee_id}
        told = {"count": len(tasks), "first": first, "last": tasks[-1].number}
        record(
            by,
            Action.OPENED_FROM_ASSESSMENTS,
            organisation,
            assignee_ids=sorted(assignees),
            **told,
        )
    return len(tasks)
