"""Open tasks go on to the next version of a profile; what is over stays where it was."""

from collections.abc import Mapping
from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from compliance.audit.services import record_all
from compliance.remediation.actions import Action
from compliance.remediation.models import OPEN_STATES, DutySeries, Source, State, Task
from compliance.requirements import to_look_at
from compliance.requirements.carrying import Carried
from compliance.requirements.models import Assessment, CarryOverItem
from compliance.requirements.signals import profile_carried_over

BATCH = 500
# An accepted risk is still borne, and has to be seen when its day comes.
LIVE = [*OPEN_STATES, State.RISK_ACCEPTED]


@receiver(profile_carried_over)
def carry_tasks(sender: Any, carried: Carried, **kwargs: Any) -> None:
    """Move live tasks to the new wording of their requirement; list those that have none."""
    rows = Task.objects.filter(
        organisation=carried.organisation, requirement__profile=carried.old, state__in=LIVE
    )
    assessments = _assessments(carried)
    busy = _busy(assessments)
    moved: list[tuple[Task, dict[str, Any]]] = []
    for task in rows.select_related("requirement").order_by("pk"):
        step = carried.to.get(task.requirement_id or 0)
        if step is None:
            _list(carried, task, "task.removed")
            continue
        assessment = assessments.get(step.pair.new.pk)
        if task.source == Source.ASSESSMENT and assessment and assessment in busy:
            _list(carried, task, "task.double")
            continue
        before = task.requirement.code if task.requirement else ""
        task.requirement_id = step.pair.new.pk
        if task.assessment_id:
            task.assessment_id = assessment or task.assessment_id
        moved.append((task, _facts(task, before, step.pair.new.code, carried)))
    Task.objects.bulk_update(
        [task for task, _data in moved], ["requirement", "assessment"], batch_size=BATCH
    )
    record_all(carried.by, Action.CARRIED, moved)
    carried.count(tasks=len(moved))


@receiver(profile_carried_over)
def carry_duties(sender: Any, carried: Carried, **kwargs: Any) -> None:
    """Duties that go on keep the new wording; one whose requirement is gone stays with the old one."""
    rows = DutySeries.objects.filter(
        organisation=carried.organisation, requirement__profile=carried.old
    ).exclude(state=DutySeries.State.ENDED)
    kinds = {kind.code: kind for kind in carried.new.evidence_kinds.all()}
    moved: list[tuple[DutySeries, dict[str, Any]]] = []
    for series in rows.select_related("requirement", "kind").order_by("pk"):
        step = carried.to.get(series.requirement_id or 0)
        if step is None:
            continue
        before = series.requirement.code if series.requirement else ""
        series.requirement_id = step.pair.new.pk
        series.kind = kinds.get(series.kind_code, series.kind)
        facts = {"before": before, "after": step.pair.new.code, "version": carried.new.version}
        moved.append((series, {"number": series.number, **facts}))
    DutySeries.objects.bulk_update(
        [series for series, _data in moved], ["requirement", "kind"], batch_size=BATCH
    )
    record_all(carried.by, Action.DUTY_CARRIED, moved)


def _assessments(carried: Carried) -> dict[int, int]:
    """{requirement of the new version: its assessment}."""
    rows = Assessment.objects.filter(
        organisation=carried.organisation, requirement__profile=carried.new
    )
    return dict(rows.values_list("requirement_id", "pk"))


def _busy(assessments: Mapping[int, int]) -> set[int]:
    """Assessments of the new version that have an open task already; there can be one each."""
    profile = Task.objects.filter(
        source=Source.ASSESSMENT, state__in=OPEN_STATES, assessment__requirement__in=assessments
    )
    return {pk for pk in profile.values_list("assessment_id", flat=True) if pk}


def _facts(task: Task, before: str, after: str, carried: Carried) -> dict[str, Any]:
    return {
        "number": task.number,
        "assignee_id": task.assignee_id,
        "fixed_by_id": task.fixed_by_id,
        "before": before,
        "after": after,
        "version": carried.new.version,
    }


def _list(carried: Carried, task: Task, about: str) -> None:
    carried.look_at(
        CarryOverItem.Kind.TASK,
        about,
        old=task.requirement_id,
        task=str(task),
        page="remediation:detail",
        arguments={"number": task.number},
    )


def _removed(data: Mapping[str, Any]) -> str:
    return _("%(task)s stays open, but its requirement is gone. Close it or go on with it.") % data


def _double(data: Mapping[str, Any]) -> str:
    return _("%(task)s stays with the former version: the new one has a task already.") % data


def register() -> None:
    to_look_at.register("task.removed", _removed)
    to_look_at.register("task.double", _double)
