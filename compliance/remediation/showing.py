"""What lower rooms show of tasks: a box and a column, reasons for a verdict, gaps of a submission."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from compliance.accounts.models import Organisation
from compliance.applications import preflight
from compliance.applications.models import Application
from compliance.applications.preflight import Gap, Level, Topic
from compliance.exchange import answers
from compliance.remediation import duty_showing, leaving, policies, selectors, strips
from compliance.remediation.models import OPEN_STATES, TO_DO, State, Task
from compliance.remediation.selectors import OpenTasks
from compliance.requirements import registries
from compliance.requirements.models import Assessment
from compliance.requirements.registries import Ids, Known, Reason
from compliance.shared import slots
from compliance.shared.errors import why_not
from compliance.shared.severity import Severity

SHOWN_IN_BOX = 20


def box(request: HttpRequest, assessment: Assessment) -> dict[str, Any]:
    """The tasks of a requirement, on its page."""
    user: Any = request.user
    told = (
        assessment.knowledge.of("tasks", assessment.requirement_id)
        if assessment.knowledge
        else None
    )
    rows = told.detail if told else _rows(assessment.organisation_id, assessment.requirement_id)
    return {
        "assessment": assessment,
        "tasks": (rows or [])[:SHOWN_IN_BOX],
        "why_not_open": why_not(policies.check_can_open_for, assessment, user),
    }


def _rows(organisation_id: int, requirement_id: int) -> list[Task]:
    rows = Task.objects.filter(organisation_id=organisation_id, requirement_id=requirement_id)
    return list(rows.select_related("assignee", "requirement").order_by("closed_at", "due"))


def known(organisation: Organisation, requirement_ids: Ids) -> dict[int, Known]:
    """Open tasks speak against a met verdict; a critical one forbids it.

    Of one requirement the rows themselves are read, for the box on its page shows them.
    """
    if isinstance(requirement_ids, list) and len(requirement_ids) == 1:
        rows = _rows(organisation.pk, requirement_ids[0])
        counted = Counter(row.severity for row in rows if row.is_open)
        code = rows[0].requirement.code if rows and rows[0].requirement else ""
        missed = strips.gaps_by_requirement(organisation, requirement_ids)
        counts = OpenTasks(code, dict(counted), missed.get(requirement_ids[0], 0))
        one = _known(organisation, counts, rows)
        return {requirement_ids[0]: one} if rows or counts.missed else {}
    found = selectors.open_by_severity(organisation, requirement_ids)
    return {each: _known(organisation, tasks) for each, tasks in found.items()}


def _known(organisation: Organisation, tasks: OpenTasks, rows: list[Task] | None = None) -> Known:
    reasons: list[Reason] = []
    if tasks.total:
        reasons.append(
            Reason(
                supports=False,
                sentence=_lazy_open(tasks.total),
                url=_lazy_list(organisation, requirement=tasks.code),
                blocking=Severity.CRITICAL in tasks.by_severity,
            )
        )
    if tasks.missed:
        reasons.append(duty_showing.reason(organisation, tasks.missed))
    return Known(tasks.total, reasons, detail=rows)


def gaps(application: Application) -> Iterator[Gap]:
    """Overdue tasks and run-out risks block, open tasks and accepted risks weaken. One query."""
    today = timezone.localdate()
    late = Q(state__in=TO_DO, due__lt=today)
    accepted = Q(state=State.RISK_ACCEPTED)
    rows = (
        Task.objects.filter(organisation_id=application.organisation_id)
        .filter(Q(requirement__isnull=True) | Q(requirement__profile_id=application.profile_id))
        .order_by()
        .values("requirement__code")
        .annotate(
            late=Count("pk", filter=late),
            open=Count("pk", filter=Q(state__in=OPEN_STATES) & ~late),
            accepted=Count("pk", filter=accepted & Q(accepted_until__gte=today)),
            run_out=Count("pk", filter=accepted & Q(accepted_until__lt=today)),
        )
    )
    for row in rows:
        yield from _gaps_of(application.organisation, row)


def _gaps_of(organisation: Organisation, row: Mapping[str, Any]) -> Iterator[Gap]:
    code = row["requirement__code"] or ""
    about: dict[str, str] = {"requirement": code} if code else {}
    if number := row["late"]:
        sentence = ngettext("%(n)d task is overdue.", "%(n)d tasks are overdue.", number)
        url = _list(organisation, overdue=1, **about)
        yield Gap(Level.BLOCKER, sentence % {"n": number}, url, code, Topic.TASK)
    if number := row["run_out"]:
        sentence = ngettext(
            "%(n)d accepted risk has run out.", "%(n)d accepted risks have run out.", number
        )
        url = _list(organisation, state="risk_accepted", **about)
        yield Gap(Level.BLOCKER, sentence % {"n": number}, url, code, Topic.TASK)
    if number := row["open"]:
        yield Gap(
            Level.WARNING, _open_sentence(number), _list(organisation, **about), code, Topic.TASK
        )
    if number := row["accepted"]:
        sentence = ngettext("%(n)d risk is accepted.", "%(n)d risks are accepted.", number)
        url = _list(organisation, state="risk_accepted", **about)
        yield Gap(Level.WARNING, sentence % {"n": number}, url, code, Topic.TASK)


def _open_sentence(number: int) -> str:
    return ngettext("%(n)d task is open.", "%(n)d tasks are open.", number) % {"n": number}


def _list(organisation: Organisation, **filters: str | int) -> str:
    address = reverse("remediation:list", kwargs={"organisation": organisation.slug})
    return f"{address}?{urlencode([*filters.items()])}" if filters else address


# Written out when a page shows them, not when a list weighs them.
_lazy_open = lazy(_open_sentence, str)
_lazy_list = lazy(_list, str)


def register() -> None:
    slots.panel(
        "requirement", order=30, template="remediation/_box.html", context=box, limited=True
    )
    slots.panel("member", order=10, template="remediation/_leaving.html", context=leaving.panel)
    registries.register(
        registries.Column("tasks", _("Tasks"), known, open_label=_("With open tasks"))
    )
    preflight.register(gaps)
    preflight.register(duty_showing.gaps)
    answers.register_tasks(selectors.open_codes)
