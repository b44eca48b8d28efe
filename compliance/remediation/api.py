"""Tasks and recurring duties over the API: list, open, comment, move on; what is due again."""

from collections.abc import Callable
from datetime import date, datetime

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field, Path, Query, Router, Schema, Status

from compliance.accounts.api import enter
from compliance.accounts.models import Organisation, User
from compliance.evidence.models import Evidence
from compliance.remediation import deciding, keeping, selectors, services, strips
from compliance.remediation.filters import Filter
from compliance.remediation.forms import members
from compliance.remediation.models import (
    DutyOccurrence,
    DutySeries,
    Priority,
    Rhythm,
    Task,
    WorkingDay,
)
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.requirements.selectors import adopted_profiles
from compliance.shared.errors import Refused
from compliance.shared.numbers import MOST_OFFSET
from compliance.shared.severity import Severity

router = Router(tags=["tasks"])
MOST_ROWS = 200
LONGEST = 20_000


class TaskOut(Schema):
    """One task (보완조치). `version` counts every change of the row."""

    number: int
    code: str
    source: str
    title: str
    requirement: str
    state: str
    severity: str
    priority: int
    assignee: str | None
    due: date
    overdue: bool
    extended_times: int
    parent: int | None
    defect: str
    before: str
    plan: str
    action_taken: str
    after: str
    basis: str
    reason: str
    fixed_at: datetime | None
    verified_at: datetime | None
    closed_at: datetime | None
    accepted_until: date | None
    version: int


class TasksOut(Schema):
    """A page of tasks, by due date; `count` is how many there are in all."""

    count: int
    tasks: list[TaskOut]


class TaskFilter(Schema):
    """`state` is a state, `open`, `to_verify` or `all`; `assignee` an e-mail or `none`."""

    state: str = "open"
    assignee: str = ""
    requirement: str = ""
    severity: str = ""
    q: str = ""
    overdue: bool = False
    offset: int = Field(0, ge=0, le=MOST_OFFSET)
    limit: int = Field(50, ge=1, le=MOST_ROWS)


class TaskIn(Schema):
    """Without `due` the clock of the severity runs. `assignee` is an e-mail."""

    title: str = Field(max_length=300)
    severity: Severity = Severity.MEDIUM
    requirement: str = ""
    assignee: str = ""
    due: date | None = None
    beyond_window: bool = False
    priority: Priority | None = None
    parent: int | None = None
    defect: str = Field("", max_length=LONGEST)
    before: str = Field("", max_length=LONGEST)
    plan: str = Field("", max_length=LONGEST)
    basis: str = Field("", max_length=500)


class CommentIn(Schema):
    text: str


class CommentOut(Schema):
    by: str
    at: datetime
    text: str


class MoveIn(Schema):
    """`verb` is plan, start, fix, verify, close, reopen, false_positive, dispute or ask_risk.

    plan takes `text`; fix takes `text` (what was done), `after` and `evidence` (numbers); reopen,
    false_positive, dispute and ask_risk take `text` as the reason, ask_risk `until` too.
    """

    verb: str
    text: str = Field("", max_length=LONGEST)
    after: str = Field("", max_length=LONGEST)
    evidence: list[int] = []
    until: date | None = None


class PeriodOut(Schema):
    """One period of a duty; `mark` is done, late, gap, open, coming or skipped."""

    first_day: date
    last_day: date
    due: date
    mark: str
    done_at: datetime | None
    note: str


class DutyOut(Schema):
    number: int
    code: str
    title: str
    requirement: str
    kind: str
    rhythm: str
    responsible: str | None
    state: str
    gaps: int
    periods: list[PeriodOut]


class DutyIn(Schema):
    """`rhythm` is monthly, quarterly, half_yearly or yearly; `kind` the code of an evidence kind."""

    title: str = Field(max_length=200)
    rhythm: Rhythm
    requirement: str = ""
    kind: str = ""
    responsible: str = ""
    due_day: int = Field(31, ge=1, le=31)
    working_day: WorkingDay = WorkingDay.BEFORE
    begin: date | None = None
    instruction: str = Field("", max_length=5_000)


class DoneIn(Schema):
    """Numbers of evidence that was collected in the period that begins on `first_day`."""

    first_day: date
    evidence: list[int]
    note: str = Field("", max_length=5_000)


@router.get("/tasks", response=TasksOut)
def task_list(request: HttpRequest, organisation: Path[str], asked: Query[TaskFilter]) -> TasksOut:
    entered = enter(request, organisation, limited=True)
    chosen = Filter(
        state=asked.state,
        assignee=_assignee_key(entered.organisation, asked.assignee),
        requirement=asked.requirement,
        severity=asked.severity,
        search=asked.q[:100],
        overdue=asked.overdue,
    )
    rows = chosen.apply(selectors.tasks(entered.organisation, entered.user), entered.user)
    page = rows.select_related("parent").order_by("due", "number")
    shown = page[asked.offset : asked.offset + asked.limit]
    return TasksOut(count=rows.count(), tasks=[_shown(row) for row in shown])


@router.post("/tasks", response={201: TaskOut})
def task_create(request: HttpRequest, organisation: Path[str], body: TaskIn) -> Status[TaskOut]:
    entered = enter(request, organisation)
    said = body.dict(exclude={"requirement", "assignee", "parent"})
    own = Task.objects.visible_in(entered.organisation, entered.user)
    new = services.NewTask(
        **said,
        requirement=_requirement(entered.organisation, body.requirement),
        assignee=_person(entered.organisation, body.assignee),
        parent=get_object_or_404(own, number=body.parent) if body.parent else None,
    )
    return Status(201, _shown(services.create(entered.organisation, new, by=entered.user)))


@router.get("/tasks/{number}", response=TaskOut)
def task(request: HttpRequest, organisation: Path[str], number: int) -> TaskOut:
    return _shown(_task(request, organisation, number, limited=True)[0])


@router.get("/tasks/{number}/comments", response=list[CommentOut])
def task_comments(request: HttpRequest, organisation: Path[str], number: int) -> list[CommentOut]:
    found, _user = _task(request, organisation, number, limited=True)
    rows = found.comments.select_related("by")
    return [CommentOut(by=row.by.email, at=row.at, text=row.text) for row in rows]


@router.post("/tasks/{number}/comments", response={201: CommentOut})
def task_comment(
    request: HttpRequest, organisation: Path[str], number: int, body: CommentIn
) -> Status[CommentOut]:
    found, user = _task(request, organisation, number)
    made = services.comment(found, text=body.text, by=user)
    return Status(201, CommentOut(by=user.email, at=made.at, text=made.text))


@router.post("/tasks/{number}/moves", response=TaskOut)
def task_move(request: HttpRequest, organisation: Path[str], number: int, body: MoveIn) -> TaskOut:
    """Do one verb; a rule that says no answers 409 with its sentence."""
    found, user = _task(request, organisation, number)
    if body.verb not in MOVES:
        raise Refused(_("There is no such verb. Use one of: %(verbs)s.") % {"verbs": _VERBS})
    MOVES[body.verb](found, body, user)
    found.refresh_from_db()
    return _shown(found)


Move = Callable[[Task, MoveIn, User], object]
MOVES: dict[str, Move] = {
    "plan": lambda t, b, u: services.plan(t, plan=b.text, by=u),
    "start": lambda t, b, u: services.start(t, by=u),
    "fix": lambda t, b, u: services.fix(
        t, action_taken=b.text, after=b.after, evidence=_evidence(t.organisation, b, u), by=u
    ),
    "verify": lambda t, b, u: services.verify(t, by=u),
    "close": lambda t, b, u: services.close(t, by=u),
    "reopen": lambda t, b, u: services.reopen(t, reason=b.text, by=u),
    "false_positive": lambda t, b, u: services.mark_false_positive(t, reason=b.text, by=u),
    "dispute": lambda t, b, u: services.dispute(t, reason=b.text, by=u),
    "ask_risk": lambda t, b, u: deciding.ask_acceptance(t, reason=b.text, until=b.until, by=u),
}
_VERBS = ", ".join(MOVES)


@router.get("/duties", response=list[DutyOut])
def duty_list(request: HttpRequest, organisation: Path[str]) -> list[DutyOut]:
    """Every series with its newest periods; a period that was missed is a gap."""
    entered = enter(request, organisation)
    return [_duty(strip) for strip in strips.strips(entered.organisation, entered.user)]


@router.post("/duties", response={201: DutyOut})
def duty_create(request: HttpRequest, organisation: Path[str], body: DutyIn) -> Status[DutyOut]:
    entered = enter(request, organisation)
    said = body.dict(exclude={"requirement", "kind", "responsible"})
    wanted = _requirement(entered.organisation, body.requirement)
    kinds = EvidenceKind.objects.filter(profile__in=adopted_profiles(entered.organisation))
    if wanted:
        kinds = kinds.filter(profile=wanted.profile_id)
    new = keeping.NewDuty(
        **said,
        requirement=wanted,
        kind=_first(kinds, body.kind),
        responsible=_person(entered.organisation, body.responsible),
    )
    series = keeping.create(entered.organisation, new, by=entered.user)
    return Status(201, _duty(strips.Strip(series, strips.cells(series.occurrences.all()))))


@router.post("/duties/{number}/done", response=PeriodOut)
def duty_done(
    request: HttpRequest, organisation: Path[str], number: int, body: DoneIn
) -> PeriodOut:
    entered = enter(request, organisation)
    series = DutySeries.objects.visible_to(entered.user).filter(organisation=entered.organisation)
    rows = DutyOccurrence.objects.select_related("series__kind", "series__organisation")
    found = get_object_or_404(
        rows, series__in=series.filter(number=number), first_day=body.first_day
    )
    proofs = _evidence(entered.organisation, body, entered.user)
    keeping.complete(found, evidence=proofs, note=body.note, by=entered.user)
    return _period(found)


def _task(
    request: HttpRequest, organisation: str, number: int, *, limited: bool = False
) -> tuple[Task, User]:
    entered = enter(request, organisation, limited=limited)
    rows = selectors.tasks(entered.organisation, entered.user).select_related(
        "organisation", "finding__fixed_run", "parent", "requirement__profile", "assignee"
    )
    return get_object_or_404(rows, number=number), entered.user


def _person(organisation: Organisation, email: str) -> User | None:
    if not email:
        return None
    found: User | None = members(organisation).filter(email=email.lower()).first()
    if found is None:
        raise Refused(_("Nobody in the organisation has this e-mail address."))
    return found


def _assignee_key(organisation: Organisation, said: str) -> str:
    if said in {"", "none"}:
        return said
    person = _person(organisation, said)
    return str(person.pk) if person else ""


def _requirement(organisation: Organisation, code: str) -> Requirement | None:
    if not code:
        return None
    rows = Requirement.objects.filter(profile__in=adopted_profiles(organisation), code=code)
    return get_object_or_404(rows.select_related("profile")[:1])


def _first(kinds: "object", code: str) -> EvidenceKind | None:
    if not code:
        return None
    found: EvidenceKind | None = kinds.filter(code=code).first()  # type: ignore[attr-defined]
    if found is None:
        raise Refused(_("No profile in use knows this kind of evidence."))
    return found


def _evidence(organisation: Organisation, body: MoveIn | DoneIn, user: User) -> list[Evidence]:
    rows = Evidence.objects.visible_to(user).filter(organisation=organisation)
    found = list(rows.filter(number__in=body.evidence))
    if len(found) != len(set(body.evidence)):
        raise Refused(_("Choose evidence of the organisation that was not withdrawn."))
    return found


def _shown(row: Task) -> TaskOut:
    return TaskOut(
        **{name: getattr(row, name) for name in _PLAIN},
        code=row.code,
        requirement=row.requirement.code if row.requirement else "",
        assignee=row.assignee.email if row.assignee else None,
        overdue=row.is_overdue,
        parent=row.parent.number if row.parent else None,
    )


_NAMED = {"code", "requirement", "assignee", "overdue", "parent"}
_PLAIN = [name for name in TaskOut.model_fields if name not in _NAMED]


def _duty(strip: strips.Strip) -> DutyOut:
    series = strip.series
    return DutyOut(
        number=series.number,
        code=series.code,
        title=series.title,
        requirement=series.requirement.code if series.requirement else "",
        kind=series.kind_code,
        rhythm=series.rhythm,
        responsible=series.responsible.email if series.responsible else None,
        state=series.state,
        gaps=strip.gaps,
        periods=[_period(cell.occurrence) for cell in strip.cells],
    )


def _period(row: DutyOccurrence) -> PeriodOut:
    return PeriodOut(
        first_day=row.first_day,
        last_day=row.last_day,
        due=row.due,
        mark=strips.mark_of(row).value,
        done_at=row.done_at,
        note=row.note,
    )
