"""What becomes of the work of somebody who leaves: the lead has it, and everybody concerned hears."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from compliance.accounts.models import Membership, User
from compliance.audit.services import SYSTEM, Named, record_all
from compliance.remediation.actions import Action
from compliance.remediation.models import OPEN_STATES, DutySeries, Task, Watcher
from compliance.remediation.moving import concerned
from compliance.remediation.opening import lead_of


@transaction.atomic
def hand_over(organisation_id: int, user_id: int, *, by: Named) -> int:
    """Give the open tasks and the duties of one who is no member to the lead, else to nobody.

    Returns how many. Safe to repeat.
    """
    lead = User.objects.filter(pk=lead_of(organisation_id) or 0).first()
    to = lead.name if lead else _("nobody")
    former = User.objects.values_list("name", flat=True).get(pk=user_id)
    mine = Task.objects.filter(organisation_id=organisation_id, assignee_id=user_id)
    open_ = mine.filter(state__in=OPEN_STATES).select_for_update()
    tasks = list(open_.prefetch_related("watchers").order_by("number"))
    Watcher.objects.filter(task__organisation_id=organisation_id, user_id=user_id).delete()
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(
        assignee=lead, version=F("version") + 1
    )
    duties = DutySeries.objects.filter(organisation_id=organisation_id, responsible_id=user_id)
    running = list(duties.exclude(state=DutySeries.State.ENDED).order_by("number"))
    DutySeries.objects.filter(pk__in=[duty.pk for duty in running]).update(responsible=lead)
    told: dict[str, Any] = {"former": former, "former_id": user_id, "assignee": to}
    heard = {"assignee_id": lead.pk if lead else None}
    record_all(by, Action.HANDED_OVER, [(t, {**concerned(t), **told, **heard}) for t in tasks])
    record_all(
        by,
        Action.DUTY_HANDED_OVER,
        [(duty, {"number": duty.number, **told, **heard}) for duty in running],
    )
    return len(tasks) + len(running)


def sweep() -> int:
    """Hand over what belongs to people who are no members, however they came to leave."""
    count = 0
    for organisation_id, user_id in sorted(_orphaned()):
        count += hand_over(organisation_id, user_id, by=SYSTEM)
    return count


def _orphaned() -> set[tuple[int, int]]:
    tasks = Task.objects.filter(state__in=OPEN_STATES, assignee__isnull=False)
    duties = DutySeries.objects.exclude(state=DutySeries.State.ENDED).filter(
        responsible__isnull=False
    )
    return {*_gone(tasks, "assignee"), *_gone(duties, "responsible")}


def _gone(rows: QuerySet[Any], who: str) -> QuerySet[Any, Any]:
    members = Membership.objects.active().filter(
        organisation=OuterRef("organisation"), user=OuterRef(who)
    )
    pairs = rows.filter(~Exists(members)).order_by()
    return pairs.values_list("organisation_id", f"{who}_id").distinct()
