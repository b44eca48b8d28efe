"""What nobody finishes is shown to the security lead, and then to the owner. Once a step and date."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability, Role
from compliance.audit.services import SYSTEM, record, record_all
from compliance.remediation.actions import Action
from compliance.remediation.models import TO_DO, Escalation, EscalationDays, Step, Task, Watcher
from compliance.remediation.moving import concerned
from compliance.shared.errors import Refused

BATCH = 500
_ROLES = {Step.LEAD: Role.SECURITY_LEAD, Step.OWNER: Role.OWNER}
SENSIBLE = range(-90, 366)


def days_of(organisation: Organisation) -> EscalationDays:
    """The organisation's own days, else the defaults (not stored)."""
    found = EscalationDays.objects.filter(organisation=organisation).first()
    return found or EscalationDays(organisation=organisation)


@transaction.atomic
def set_days(organisation: Organisation, *, lead: int, owner: int, by: User) -> None:
    """Days after the due date, or before it when negative; the lead hears first."""
    check_can(by, organisation, Capability.RISK_ACCEPT)
    if lead not in SENSIBLE or owner not in SENSIBLE or owner <= lead:
        raise Refused(_("Give days from -90 to 365, the owner's after the lead's."))
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    before = str(days_of(organisation))
    made, _new = EscalationDays.objects.update_or_create(
        organisation=organisation, defaults={"lead": lead, "owner": owner}
    )
    if str(made) != before:
        record(by, Action.ESCALATION_SET, organisation, before=before, after=str(made))


def run(today: date | None = None) -> int:
    """Take every step that is due; return how many were taken.

    Safe to repeat, and after days without a scheduler it catches up with one step each.
    """
    today = today or timezone.localdate()
    late = Task.objects.filter(state__in=TO_DO).order_by().values("organisation")
    taken = 0
    for organisation in Organisation.objects.filter(pk__in=late):
        days = days_of(organisation)
        for step, number in ((Step.LEAD, days.lead), (Step.OWNER, days.owner)):
            while made := _escalate(organisation, step, today - timedelta(days=number)):
                taken += made
    return taken


@transaction.atomic
def _escalate(organisation: Organisation, step: Step, latest: date) -> int:
    """One batch of the tasks due on *latest* or before whose date was not escalated to *step*."""
    # A second scheduler waits here and then finds the marks of the first.
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    told = _people(organisation, step)
    tasks = list(_untold(organisation, step, latest)[:BATCH])
    Escalation.objects.bulk_create(Escalation(task=task, step=step, due=task.due) for task in tasks)
    record_all(SYSTEM, Action.ESCALATED, [(task, _facts(task, step, told)) for task in tasks])
    return len(tasks)


def _untold(organisation: Organisation, step: Step, latest: date) -> QuerySet[Task]:
    marks = Escalation.objects.filter(task=OuterRef("pk"), step=step, due=OuterRef("due"))
    rows = Task.objects.filter(
        ~Exists(marks), organisation=organisation, state__in=TO_DO, due__lte=latest
    )
    watchers = Prefetch("watchers", Watcher.objects.order_by("user_id"))
    return rows.prefetch_related(watchers).order_by("due", "number")


def _people(organisation: Organisation, step: Step) -> Mapping[int, str]:
    """{id: name} of those who hold the role of the step, else of the owners."""
    rows = Membership.objects.people().filter(organisation=organisation)
    for role in (_ROLES[step], Role.OWNER):
        if found := dict(rows.filter(role=role).values_list("user_id", "user__name")):
            return found
    return {}


def _facts(task: Task, step: Step, told: Mapping[int, str]) -> dict[str, Any]:
    return {
        **concerned(task),
        "step": step.value,
        "due": task.due.isoformat(),
        "told_ids": sorted(told),
        "names": ", ".join(told.values()) or "—",
    }
