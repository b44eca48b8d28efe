"""Recurring duties: begun, paused and ended by people; their periods opened and missed by the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.accounts.workdays import WorkCalendar, calendar_of
from compliance.audit.services import SYSTEM, Named, record, record_all
from compliance.evidence import services as evidence_room
from compliance.evidence.models import Evidence
from compliance.evidence.services import Upload
from compliance.remediation import duty_policies as policies
from compliance.remediation.actions import Action
from compliance.remediation.models import DutyEvidence, DutyOccurrence, DutySeries, WorkingDay
from compliance.remediation.periods import begin_of, periods
from compliance.remediation.policies import REASON_IS_MISSING
from compliance.remediation.texts import clean, required
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.shared.errors import Conflict, Refused

# Periods are there so long before they begin, for calendars and plans.
AHEAD = timedelta(days=100)
LONGEST_PAST = timedelta(days=3 * 366)
State = DutySeries.State


@dataclass(frozen=True, slots=True)
class NewDuty:
    """What a person says of a duty. Without *begin* it begins with the period that runs now."""

    title: str
    rhythm: str
    requirement: Requirement | None = None
    kind: EvidenceKind | None = None
    responsible: User | None = None
    due_day: int = 31
    working_day: str = WorkingDay.BEFORE
    begin: date | None = None
    instruction: str = ""
    parameter: str = ""


@transaction.atomic
def create(organisation: Organisation, new: NewDuty, *, by: User) -> DutySeries:
    """Begin a series, with the periods from its first one on."""
    policies.check_can_create(organisation, by)
    policies.check_responsible(organisation.pk, new.responsible)
    first = begin_of(new.rhythm, new.begin or timezone.localdate())
    if first < timezone.localdate() - LONGEST_PAST:
        raise Refused(_("A duty can begin at most three years ago."))
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    if _is_kept(organisation, new):
        raise Refused(_("There is a duty for this period of the requirement already."))
    last = DutySeries.objects.filter(organisation=organisation).aggregate(last=Max("number"))
    series = DutySeries.objects.create(
        organisation=organisation,
        number=(last["last"] or 0) + 1,
        title=required(new.title, _("Write a title."))[:200],
        instruction=clean(new.instruction),
        requirement=new.requirement,
        kind=new.kind,
        kind_code=new.kind.code if new.kind else "",
        rhythm=new.rhythm,
        due_day=new.due_day,
        working_day=new.working_day,
        first_period=first,
        responsible=new.responsible,
        parameter=new.parameter,
        created_by=by,
    )
    _open_periods(series, timezone.localdate(), calendar_of(organisation))
    _tell(by, Action.DUTY_CREATED, series, rhythm=series.rhythm)
    return series


@transaction.atomic
def pause(series: DutySeries, *, reason: str, by: User) -> None:
    """Nothing is due until it goes on. Gaps that there are stay gaps."""
    policies.check_can_pause(series, by)
    reason = required(reason, REASON_IS_MISSING)[:500]
    _set_state(series, State.PAUSED, reason)
    _to_come(series).update(skipped=True, skip_reason=reason)
    _tell(by, Action.DUTY_PAUSED, series, reason=reason)


@transaction.atomic
def resume(series: DutySeries, *, by: User) -> None:
    """What is not due yet is to be done again."""
    policies.check_can_resume(series, by)
    _set_state(series, State.ACTIVE, "")
    rows = series.occurrences.filter(skipped=True, due__gte=timezone.localdate())
    rows.update(skipped=False, skip_reason="")
    _tell(by, Action.DUTY_RESUMED, series)


@transaction.atomic
def end(series: DutySeries, *, reason: str, by: User) -> None:
    """No further period is due. What was done, and what was missed, stays."""
    policies.check_can_manage(series, by)
    reason = required(reason, REASON_IS_MISSING)[:500]
    _set_state(series, State.ENDED, reason)
    _to_come(series).update(skipped=True, skip_reason=reason)
    _tell(by, Action.DUTY_ENDED, series, reason=reason)


@transaction.atomic
def assign(series: DutySeries, *, responsible: User | None, by: User) -> None:
    policies.check_can_manage(series, by)
    policies.check_responsible(series.organisation_id, responsible)
    before = {"responsible": series.responsible.name if series.responsible else ""}
    DutySeries.objects.filter(pk=series.pk).update(responsible=responsible)
    series.responsible = responsible
    name = responsible.name if responsible else ""
    told = {"before": before, "after": {"responsible": name}}
    _tell(by, Action.DUTY_ASSIGNED, series, assignee=name or "—", **told)


def complete(
    occurrence: DutyOccurrence,
    *,
    by: User,
    evidence: Sequence[Evidence] = (),
    uploads: Sequence[Upload] = (),
    collected_at: date | None = None,
    note: str = "",
) -> None:
    """Say that the duty was done, with evidence that was collected in the period.

    *uploads* become a new evidence of the kind that the series asks for, collected on *collected_at*
    (today). Not within atomic(): files are hashed and inspected before the transaction.
    """
    policies.check_can_complete(occurrence, by)
    proofs = list(evidence)
    if uploads:
        policies.check_collected(occurrence, collected_at or timezone.localdate())
        series = occurrence.series
        added = evidence_room.add(
            series.organisation,
            uploads,
            by=by,
            requirement=series.requirement,
            title=f"{series.title} {occurrence.first_day:%Y-%m}"[:200],
            kind=series.kind,
            collected_at=collected_at,
        )
        proofs.append(added.evidence)
    _complete(occurrence, proofs, clean(note), by)


@transaction.atomic
def _complete(occurrence: DutyOccurrence, proofs: list[Evidence], note: str, by: User) -> None:
    policies.check_can_complete(occurrence, by)
    policies.check_proves(occurrence, proofs)
    now = timezone.now()
    rows = DutyOccurrence.objects.filter(pk=occurrence.pk, done_at__isnull=True, skipped=False)
    if not rows.update(done_by=by, done_at=now, note=note):
        raise Conflict(_("Somebody else changed this a moment ago. Reload the page."))
    occurrence.done_by, occurrence.done_at, occurrence.note = by, now, note
    DutyEvidence.objects.bulk_create(
        [DutyEvidence(occurrence=occurrence, evidence=each, added_by=by) for each in proofs],
        ignore_conflicts=True,
    )
    _tell(
        by,
        Action.DUTY_DONE,
        occurrence.series,
        period=f"{occurrence.first_day:%Y-%m}",
        evidence=[each.code for each in proofs],
        late=occurrence.is_late,
    )


def run(today: date | None = None) -> int:
    """Open the periods to come and those whose proof was withdrawn; say once of each what was missed.

    Returns how many periods were opened or missed. Safe to repeat; a series that nobody looked
    after for months gets all of its periods, the missed ones as gaps.
    """
    today = today or timezone.localdate()
    changed = 0
    kept = DutySeries.objects.exclude(state=State.ENDED).order_by().values("organisation")
    for organisation in Organisation.objects.filter(pk__in=kept):
        changed += _keep(organisation, today)
    return changed


@transaction.atomic
def _keep(organisation: Organisation, today: date) -> int:
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    calendar = calendar_of(organisation)
    rows = DutySeries.objects.filter(organisation=organisation).exclude(state=State.ENDED)
    opened = sum(_open_periods(series, today, calendar) for series in rows)
    opened += _reopen_unproven(organisation)
    missed = list(
        DutyOccurrence.objects.filter(
            series__organisation=organisation,
            due__lt=today,
            done_at__isnull=True,
            skipped=False,
            missed_at__isnull=True,
        )
        .select_related("series")
        .order_by("due", "pk")
    )
    keys = [each.pk for each in missed]
    DutyOccurrence.objects.filter(pk__in=keys).update(missed_at=timezone.now())
    told = [
        (each.series, {**_facts(each.series), "period": f"{each.first_day:%Y-%m}"})
        for each in missed
    ]
    record_all(SYSTEM, Action.DUTY_MISSED, told)
    return opened + len(missed)


def _reopen_unproven(organisation: Organisation) -> int:
    """Periods whose evidence was withdrawn altogether are to be done again, or were missed."""
    proven = DutyEvidence.objects.filter(
        occurrence=OuterRef("pk"), evidence__withdrawn_at__isnull=True
    )
    done = DutyOccurrence.objects.filter(
        ~Exists(proven), series__organisation=organisation, done_at__isnull=False
    )
    found = list(done.select_related("series").order_by("due", "pk"))
    DutyOccurrence.objects.filter(pk__in=[each.pk for each in found]).update(
        done_by=None, done_at=None, missed_at=None
    )
    told = [
        (each.series, {**_facts(each.series), "period": f"{each.first_day:%Y-%m}"})
        for each in found
    ]
    record_all(SYSTEM, Action.DUTY_UNPROVEN, told)
    return len(found)


def _open_periods(series: DutySeries, today: date, calendar: WorkCalendar) -> int:
    """Every period that has begun or begins within AHEAD; return how many are new."""
    known = set(series.occurrences.values_list("first_day", flat=True))
    paused = series.state == State.PAUSED
    wanted = periods(series, today + AHEAD, calendar)
    made = DutyOccurrence.objects.bulk_create(
        DutyOccurrence(
            series=series,
            first_day=each.first_day,
            last_day=each.last_day,
            due=each.due,
            skipped=paused and each.due >= today,
            skip_reason=series.state_reason if paused and each.due >= today else "",
        )
        for each in wanted
        if each.first_day not in known
    )
    return len(made)


def _is_kept(organisation: Organisation, new: NewDuty) -> bool:
    if not new.parameter:
        return False
    rows = DutySeries.objects.filter(
        organisation=organisation, requirement=new.requirement, parameter=new.parameter
    )
    return rows.exclude(state=State.ENDED).exists()


def _to_come(series: DutySeries) -> Any:
    """Periods that are neither done nor missed."""
    return series.occurrences.filter(
        done_at__isnull=True, skipped=False, due__gte=timezone.localdate()
    )


def _set_state(series: DutySeries, state: State, reason: str) -> None:
    rows = DutySeries.objects.filter(pk=series.pk, state=series.state)
    if not rows.update(state=state, state_reason=reason, revision=series.revision + 1):
        raise Conflict(_("Somebody else changed this a moment ago. Reload the page."))
    series.state, series.state_reason = state, reason
    series.revision += 1


def _facts(series: DutySeries) -> dict[str, Any]:
    return {"number": series.number, "assignee_id": series.responsible_id}


def _tell(by: Named, action: Action, series: DutySeries, **data: Any) -> None:
    record(by, action, series, **_facts(series), **data)
