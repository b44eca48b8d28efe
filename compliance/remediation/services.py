"""Verbs on tasks. Each is one transaction that ends in the audit stream."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts import mentions
from compliance.accounts.models import Organisation, User
from compliance.audit.services import Named
from compliance.evidence import services as evidence_room
from compliance.evidence.models import Evidence
from compliance.evidence.services import Upload
from compliance.remediation import clocks, deciding, linking, policies
from compliance.remediation.actions import Action
from compliance.remediation.models import (
    OPEN_STATES,
    Comment,
    CommentFile,
    EffortUnit,
    Priority,
    Source,
    State,
    Task,
    TaskEvidence,
    rank_of,
)
from compliance.remediation.moving import move, tell, write
from compliance.remediation.numbers import next_number
from compliance.remediation.states import MOVES
from compliance.remediation.texts import clean, required
from compliance.requirements.models import Assessment, Requirement
from compliance.scans import services as scans_room
from compliance.scans.models import Finding, FindingState
from compliance.shared.errors import Conflict, Refused
from compliance.shared.severity import Severity
from compliance.vault.models import Blob

EDITABLE = ["title", "defect", "before", "plan", "action_taken", "after", "basis"]
# Where a task goes when its finding is decided.
DECIDED = {State.FALSE_POSITIVE, State.RISK_ACCEPTED, State.DISPUTED}
FOLLOWED = {
    FindingState.OPEN: State.IN_PROGRESS,
    FindingState.FALSE_POSITIVE: State.FALSE_POSITIVE,
    FindingState.RISK_ACCEPTED: State.RISK_ACCEPTED,
    FindingState.DISPUTED: State.DISPUTED,
}
NOTHING_FIXED: dict[str, Any] = dict.fromkeys(
    [
        "fixed_by",
        "fixed_at",
        "verified_by",
        "verified_run",
        "verified_at",
        "closed_at",
        "accepted_by",
        "accepted_until",
    ]
)


@dataclass(frozen=True, slots=True)
class NewTask:
    """What a person says of a gap. Without *due* the clock of its severity runs.

    A *due* after the platform's window needs *beyond_window*: the person says that they know.
    """

    title: str
    severity: str = Severity.MEDIUM
    requirement: Requirement | None = None
    assignee: User | None = None
    due: date | None = None
    defect: str = ""
    before: str = ""
    plan: str = ""
    basis: str = ""
    priority: int | None = None
    effort: Decimal | None = None
    effort_unit: str = EffortUnit.HOURS
    parent: Task | None = None
    beyond_window: bool = False


@transaction.atomic
def create(organisation: Organisation, new: NewTask, *, by: User) -> Task:
    """Open a task by hand."""
    policies.check_can_create(organisation, by)
    if new.due:
        policies.check_due(new.due)
    if new.parent:
        # In the order in which `linking` locks: the organisation first, then the row.
        next_number(organisation.pk)
        linking.check_takes_parts(new.parent, organisation.pk)
    task = Task(
        organisation=organisation,
        source=Source.PERSON,
        requirement=new.requirement,
        title=required(new.title, _("Write a title.")),
        severity=new.severity,
        assignee=new.assignee,
        due=new.due or clocks.due(organisation, new.severity),
        defect=clean(new.defect),
        before=clean(new.before),
        plan=clean(new.plan),
        basis=clean(new.basis),
        priority=new.priority or Priority.of(new.severity),
        effort=new.effort,
        effort_unit=new.effort_unit,
        parent=new.parent,
    )
    if new.due:
        policies.check_within_window(new.due, deciding.window_end(task), said=new.beyond_window)
    return _open(task, by)


@transaction.atomic
def open_for_assessment(assessment: Assessment, *, by: User) -> Task:
    """Open the task of a requirement that is not met; return the open one if there is one."""
    policies.check_can_open_for(assessment, by)
    # Two people who click at once queue here, so that the second sees the first one's task.
    Organisation.objects.select_for_update().get(pk=assessment.organisation_id)
    existing = Task.objects.open().filter(source=Source.ASSESSMENT, assessment=assessment).first()
    if existing:
        return existing
    requirement = assessment.requirement
    task = Task(
        organisation=assessment.organisation,
        source=Source.ASSESSMENT,
        requirement=requirement,
        assessment=assessment,
        title=str(requirement)[:300],
        defect=assessment.reason,
        before=assessment.statement[:20_000],
        basis=requirement.code,
        severity=requirement.severity,
        priority=Priority.of(requirement.severity),
        assignee=assessment.owner,
        due=clocks.due(assessment.organisation_id, requirement.severity),
    )
    return _open(task, by)


@transaction.atomic
def edit(task: Task, *, revision: int, by: User, **columns: str) -> None:
    """Write the *columns* of EDITABLE that changed; Conflict when the task moved on."""
    policies.check_can_edit(task, by)
    cleaned = {name: clean(columns[name]) for name in EDITABLE if name in columns}
    if not cleaned.get("title", task.title):
        raise Refused(_("Write a title."))
    before = {name: getattr(task, name) for name in cleaned}
    changed = {name: text for name, text in cleaned.items() if text != before[name]}
    if not changed:
        return
    rows = Task.objects.filter(pk=task.pk, revision=revision)
    if not rows.update(revision=revision + 1, version=F("version") + 1, **changed):
        task.refresh_from_db()
        raise Conflict(policies.CHANGED_MEANWHILE)
    for name, value in {**changed, "revision": revision + 1, "version": task.version + 1}.items():
        setattr(task, name, value)
    tell(by, Action.EDITED, task, before={name: before[name] for name in changed}, after=changed)


@transaction.atomic
def assign(task: Task, *, assignee: User, due: date | None = None, by: User) -> None:
    """Give the task to somebody, and bring its due date forward when *due* is given."""
    policies.check_can_assign(task, by)
    policies.check_assignee(task, assignee)
    before = _shown_assignment(task)
    columns: dict[str, Any] = {"assignee": assignee}
    if due and due != task.due:
        policies.check_due_moves(task, due)
        columns["due"] = due
    write(task, **columns)
    told = {"assignee": assignee.name, "due": task.due.isoformat()}
    tell(by, Action.ASSIGNED, task, **told, before=before, after=told)


def _shown_assignment(task: Task) -> dict[str, str]:
    return {
        "assignee": task.assignee.name if task.assignee else "",
        "due": task.due.isoformat(),
    }


@transaction.atomic
def plan(task: Task, *, plan: str, by: User) -> None:
    """Say what will be done (조치계획)."""
    policies.check_can_plan(task, by)
    text = required(plan, policies.PLAN_IS_MISSING)
    before = {"plan": task.plan}
    move(task, State.PLANNED, by=by, plan=text)
    tell(by, Action.PLANNED, task, plan=text, before=before, after={"plan": text})


@transaction.atomic
def start(task: Task, *, by: User) -> None:
    """Begin to work; a task of nobody becomes one's own."""
    policies.check_can_start(task, by)
    columns = {} if task.assignee_id else {"assignee": by}
    before = task.state
    move(task, State.IN_PROGRESS, by=by, **columns)
    tell(by, Action.STARTED, task, began_in=before, took=bool(columns))


def fix(
    task: Task,
    *,
    action_taken: str,
    by: User,
    after: str = "",
    uploads: Sequence[Upload] = (),
    evidence: Sequence[Evidence] = (),
) -> None:
    """Report it as fixed (조치완료), with new files or evidence that is there already.

    Not within atomic(): files are hashed and inspected before the transaction.
    """
    policies.check_can_fix(task, by)
    action_taken = required(action_taken, policies.ACTION_IS_MISSING)
    proofs = list(evidence)
    if uploads:
        title = _("Fix of %(task)s") % {"task": task}
        added = evidence_room.add(
            task.organisation, uploads, by=by, requirement=task.requirement, title=title[:200]
        )
        proofs.append(added.evidence)
    _fix(task, action_taken, clean(after), proofs, by)


@transaction.atomic
def _fix(task: Task, action_taken: str, after: str, proofs: list[Evidence], by: User) -> None:
    _attach(task, proofs, TaskEvidence.Role.AFTER, by)
    # A scan that no longer shows it is the proof itself.
    has_proof = task.evidence_links.filter(role=TaskEvidence.Role.AFTER).exists()
    if not has_proof and not policies.shown_fixed(task):
        raise Refused(policies.EVIDENCE_IS_MISSING)
    now = timezone.now()
    columns = {"action_taken": action_taken, "after": after, "fixed_by": by, "fixed_at": now}
    move(task, State.FIXED, by=by, **columns)
    tell(by, Action.FIXED, task, evidence=[proof.code for proof in proofs])


@transaction.atomic
def verify(task: Task, *, by: User) -> None:
    """Confirm the fix (이행점검).

    When a scan no longer shows the finding, the run is the proof and anybody with the role may
    confirm it, even who fixed it; then nobody is named as verifier. Otherwise somebody else looks.
    """
    policies.check_can_verify(task, by)
    run = task.finding.fixed_run if task.finding and policies.shown_fixed(task) else None
    verifier = None if by.pk == task.fixed_by_id else by
    move(
        task,
        State.VERIFYING,
        by=by,
        verified_by=verifier,
        verified_run=run,
        verified_at=timezone.now(),
    )
    tell(by, Action.VERIFIED, task, run=run.pk if run else None)


@transaction.atomic
def close(task: Task, *, by: User) -> None:
    """End it (종결)."""
    # Nobody hangs a part on it in the meantime, see `linking.set_parent`.
    Task.objects.select_for_update().get(pk=task.pk)
    policies.check_can_close(task, by)
    move(task, State.CLOSED, by=by, closed_at=timezone.now())
    tell(by, Action.CLOSED, task)


@transaction.atomic
def verify_and_close(task: Task, *, by: User) -> None:
    """Both at once, for the lead who confirms what a scan or the evidence shows."""
    policies.check_can_verify_and_close(task, by)
    verify(task, by=by)
    close(task, by=by)


@transaction.atomic
def reopen(task: Task, *, reason: str, by: User) -> None:
    """Back to work (재조치)."""
    policies.check_can_reopen(task, by)
    reason = required(reason, policies.REASON_IS_MISSING)
    reopen_by_machine(task, reason=reason, by=by)
    if task.finding and task.finding.state in policies.TRIAGED:
        scans_room.triage(task.finding, state=FindingState.OPEN, reason=reason, by=by)


@transaction.atomic
def reopen_by_machine(task: Task, *, reason: str, by: Named) -> None:
    """Back to work on the word of a scan or a clock; the signatures of the fix fall."""
    move(task, State.IN_PROGRESS, by=by, reason="", **NOTHING_FIXED)
    deciding.end_live_acceptance(task, by=by)
    tell(by, Action.REOPENED, task, reason=reason)
    whole = Task.objects.filter(parts=task).exclude(state__in=OPEN_STATES).first()
    if whole:
        # What it is a part of is not done either.
        reopen_by_machine(whole, reason=_("%(task)s was reopened.") % {"task": task.code}, by=by)


@transaction.atomic
def mark_false_positive(task: Task, *, reason: str, by: User) -> None:
    """Nothing is wrong (오탐)."""
    policies.check_can_exempt(task, by, State.FALSE_POSITIVE)
    reason = required(reason, policies.REASON_IS_MISSING)
    move(task, State.FALSE_POSITIVE, by=by, reason=reason)
    _triage(task, FindingState.FALSE_POSITIVE, reason, by)
    tell(by, Action.FALSE_POSITIVE, task, reason=reason)


@transaction.atomic
def dispute(task: Task, *, reason: str, by: User) -> None:
    """Somebody does not agree with the finding (이의신청)."""
    policies.check_can_exempt(task, by, State.DISPUTED)
    reason = required(reason, policies.REASON_IS_MISSING)
    move(task, State.DISPUTED, by=by, reason=reason)
    _triage(task, FindingState.DISPUTED, reason, by)
    tell(by, Action.DISPUTED, task, reason=reason)


@transaction.atomic
def follow_finding(finding: Finding, *, by: Named) -> None:
    """What was decided of a finding on its own page holds for its task.

    A risk is not accepted there: it is asked for on the task, where another person decides.
    """
    task = Task.objects.filter(finding=finding).first()
    target = FOLLOWED.get(FindingState(finding.state))
    if task is None or target is None or target not in MOVES[State(task.state)]:
        return
    if target == State.IN_PROGRESS:
        if task.state in DECIDED:
            reopen_by_machine(task, reason=_opened_again(task, finding, by), by=by)
        return
    if target == State.RISK_ACCEPTED:
        raise Refused(
            _("Ask for it on its task %(task)s, where somebody else decides.") % {"task": task.code}
        )
    move(task, target, by=by, reason=finding.reason)
    tell(by, Action(f"task.{target.value}"), task, reason=finding.reason)


def _opened_again(task: Task, finding: Finding, by: Named) -> str:
    if task.accepted_until and by.pk is None:
        return _("The acceptance of the risk ended on %(day)s.") % {"day": task.accepted_until}
    return str(finding.get_state_display())


@transaction.atomic
def comment(task: Task, *, text: str, by: User, files: Sequence[tuple[Blob, str]] = ()) -> Comment:
    """Say something, in Markdown, with *files* that the vault has already; see `talking.say`."""
    policies.check_can_comment(task, by)
    # Files alone are a comment too.
    text = "" if files and not text.strip() else mentions.cleaned(text)
    named = mentions.mentioned(text, mentions.members_of(task.organisation_id))
    made = Comment.objects.create(task=task, by=by, text=text)
    CommentFile.objects.bulk_create(
        CommentFile(comment=made, blob=blob, name=name[:200], order=order)
        for order, (blob, name) in enumerate(files)
    )
    told = text[:200] or ", ".join(name for _blob, name in files)[:200]
    ids = [person.pk for person in named]
    tell(by, Action.COMMENTED, task, text=told, mentioned_ids=ids)
    return made


@transaction.atomic
def attach(task: Task, evidence: Evidence, *, role: str, by: User) -> None:
    """Put an evidence beside the task."""
    policies.check_can_edit(task, by)
    _attach(task, [evidence], role, by)
    tell(by, Action.EDITED, task, after={"evidence": evidence.code})


def _triage(
    task: Task, state: FindingState, reason: str, by: User, *, until: date | None = None
) -> None:
    """What is decided of a task holds for its finding."""
    if task.finding and task.finding.state in {FindingState.OPEN, FindingState.DISPUTED}:
        scans_room.triage(task.finding, state=state, reason=reason, until=until, by=by)


def _open(task: Task, by: User) -> Task:
    if task.assignee:
        policies.check_assignee(task, task.assignee)
    task.number = next_number(task.organisation_id)
    task.rank = rank_of(task.due, task.number)
    task.created_by = by
    task.save(force_insert=True)
    tell(by, Action.CREATED, task)
    return task


def _attach(task: Task, proofs: Sequence[Evidence], role: str, by: User) -> None:
    if any(proof.organisation_id != task.organisation_id for proof in proofs):
        raise Refused(policies.EVIDENCE_IS_MISSING)
    TaskEvidence.objects.bulk_create(
        [TaskEvidence(task=task, evidence=proof, role=role, added_by=by) for proof in proofs],
        ignore_conflicts=True,
    )
