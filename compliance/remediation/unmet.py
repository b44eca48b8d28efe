"""Requirements that are not met become tasks: together by a click, or each by its verdict."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import check_can_set_clocks
from compliance.audit.services import record
from compliance.remediation import clocks, policies
from compliance.remediation.actions import Action
from compliance.remediation.models import (
    OPEN_STATES,
    OpeningRule,
    Priority,
    Source,
    State,
    Task,
    rank_of,
)
from compliance.remediation.numbers import next_number
from compliance.remediation.opening import lead_of
from compliance.requirements.models import Assessment
from compliance.requirements.versions import superseded
from compliance.shared.severity import Severity

BATCH = 200
_V = Assessment.Verdict
# What each choice of the organisation opens by itself.
OPENING: Mapping[str, list[str]] = {
    OpeningRule.Verdicts.NONE: [],
    OpeningRule.Verdicts.NOT_MET: [_V.NOT_MET],
    OpeningRule.Verdicts.PARTIAL: [_V.NOT_MET, _V.PARTIAL],
}


def without_task(organisation: Organisation) -> QuerySet[Assessment]:
    """Assessments in force that are not fully met and of which no open task was opened."""
    tasks = Task.objects.filter(
        assessment=OuterRef("pk"), source=Source.ASSESSMENT, state__in=OPEN_STATES
    )
    rows = Assessment.objects.filter(
        ~superseded(), ~Exists(tasks), organisation=organisation, verdict__in=policies.UNMET
    )
    return rows.select_related("requirement").order_by("requirement__order", "pk")


def rule_of(organisation: Organisation) -> OpeningRule:
    """The organisation's own choice, else the default (not stored)."""
    found = OpeningRule.objects.filter(organisation=organisation).first()
    return found or OpeningRule(organisation=organisation)


@transaction.atomic
def set_rule(organisation: Organisation, verdicts: str, *, by: User) -> None:
    """Choose which verdicts open a task by themselves, one of OpeningRule.Verdicts."""
    check_can_set_clocks(organisation, by)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    before = rule_of(organisation)
    if before.verdicts == verdicts:
        return
    words = str(before)
    made, _new = OpeningRule.objects.update_or_create(
        organisation=organisation, defaults={"verdicts": verdicts}
    )
    record(by, Action.OPENING_SET, organisation, before=words, after=str(made))


@transaction.atomic
def open_all(organisation: Organisation, *, by: User) -> int:
    """Open a task for each of them; return how many. Safe to repeat. Some queries for any number."""
    policies.check_can_create(organisation, by)
    return _open(organisation, without_task(organisation), by)


@transaction.atomic
def open_by_rule(organisation: Organisation, assessments: Iterable[int], *, by: User) -> int:
    """Open a task for those *assessments* whose new verdict opens one; return how many.

    What is borne as a risk stays so: whoever accepted it knew that the requirement is not met.
    """
    opening = OPENING[rule_of(organisation).verdicts]
    if not opening:
        return 0
    borne = Task.objects.filter(assessment=OuterRef("pk"), state=State.RISK_ACCEPTED)
    rows = without_task(organisation).filter(
        ~Exists(borne), pk__in=assessments, verdict__in=opening
    )
    return _open(organisation, rows, by)


def _open(organisation: Organisation, rows: QuerySet[Assessment], by: User) -> int:
    # Two people who click at once queue here, so that the second sees the first one's tasks.
    first = next_number(organisation.pk)
    members = Membership.objects.active().filter(organisation=organisation)
    people = set(members.values_list("user_id", flat=True))
    dues, lead = clocks.dues(organisation), lead_of(organisation.pk)
    tasks = []
    for number, row in enumerate(rows, first):
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
