"""Verbs of requests for evidence: ask, answer, accept, send back, close, withdraw, remind."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.audit.services import SYSTEM, Named, record
from compliance.evidence import policies, services, writing
from compliance.evidence.actions import Action
from compliance.evidence.models import Evidence, EvidenceRequest, RequestState
from compliance.evidence.states import REQUEST_MOVES
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.requirements.versions import is_superseded
from compliance.shared import states
from compliance.shared.errors import Conflict, Refused

# Days before the due day on which the owner is reminded.
REMIND_BEFORE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of whom, until when."""

    requirement: Requirement
    owner: User
    text: str
    due: date
    kinds: Sequence[EvidenceKind] = ()


@transaction.atomic
def ask(organisation: Organisation, wanted: Wanted, *, by: User) -> EvidenceRequest:
    """Ask an owner for evidence of a requirement."""
    policies.check_can_ask(organisation, by)
    policies.check_owner(wanted.owner, organisation)
    text = wanted.text.strip()[:2000]
    if not text:
        raise Refused(policies.ASK_WHAT)
    if wanted.due < timezone.localdate():
        raise Refused(policies.PAST_DAY)
    if is_superseded(organisation.pk, wanted.requirement.pk):
        raise Refused(policies.REQUEST_OVER)
    writing.queue_for_number(organisation)
    rows = EvidenceRequest.objects.filter(organisation=organisation)
    if same := _same_a_moment_ago(rows, wanted, text, by):
        return same
    made = EvidenceRequest.objects.create(
        organisation=organisation,
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        requirement=wanted.requirement,
        text=text,
        due=wanted.due,
        owner=wanted.owner,
        asked_by=by,
    )
    made.kinds.set(wanted.kinds)
    _record(by, Action.ASKED, made, text=text)
    return made


def _same_a_moment_ago(rows: Any, wanted: Wanted, text: str, by: User) -> EvidenceRequest | None:
    """A second click asks nothing twice."""
    found: EvidenceRequest | None = rows.filter(
        requirement=wanted.requirement,
        owner=wanted.owner,
        text=text,
        due=wanted.due,
        asked_by=by,
        state=RequestState.REQUESTED,
        asked_at__gte=timezone.now() - timedelta(minutes=1),
    ).first()
    return found


@transaction.atomic
def answer(
    request: EvidenceRequest, chosen: Sequence[Evidence], *, by: User, text: str = ""
) -> None:
    """Answer with evidence, each linked to the requirement and under review there."""
    policies.check_can_answer(request, by)
    if not chosen:
        raise Refused(policies.ANSWER_NOTHING)
    facts = {"answered_by": by, "answered_at": timezone.now(), "answer": text.strip()[:2000]}
    # The row before the audit's end, as every other verb of a request takes them.
    states.move(request, REQUEST_MOVES, RequestState.ANSWERED, **facts, reason="")
    for each in chosen:
        services.link(each, request.requirement, by=by)
    request.answers.add(*chosen)
    codes = ", ".join(each.code for each in chosen)
    _record(by, Action.ANSWERED, request, evidence=codes, answer=request.answer)


@transaction.atomic
def accept(request: EvidenceRequest, *, by: User) -> None:
    """What was asked for is there. The review of the evidence itself is another matter."""
    policies.check_can_settle(request, by)
    _end(request, RequestState.ACCEPTED, Action.ANSWER_ACCEPTED, by, "")


@transaction.atomic
def send_back(request: EvidenceRequest, *, reason: str, by: User) -> None:
    """The answer is not what was asked for; the owner answers again."""
    policies.check_can_settle(request, by)
    reason = _reason(reason)
    states.move(request, REQUEST_MOVES, RequestState.REQUESTED, reason=reason, reminded_on=None)
    _record(by, Action.SENT_BACK, request, reason=reason)


@transaction.atomic
def close(request: EvidenceRequest, *, reason: str, by: User) -> None:
    """End it without an accepted answer: it is not needed any more, or cannot be had."""
    policies.check_can_end(request, by)
    _end(request, RequestState.CLOSED, Action.CLOSED, by, _reason(reason))


@transaction.atomic
def withdraw(request: EvidenceRequest, *, reason: str, by: User) -> None:
    """It should not have been asked."""
    policies.check_can_end(request, by)
    _end(request, RequestState.WITHDRAWN, Action.RECALLED, by, _reason(reason))


def settle(request: EvidenceRequest, move: str, *, reason: str, by: User) -> None:
    """Accept, send back, close or withdraw, as a form or a machine names it."""
    policies.check_can_ask(request.organisation_id, by)
    match move:
        case "accept":
            accept(request, by=by)
        case "back":
            send_back(request, reason=reason, by=by)
        case "close":
            close(request, reason=reason, by=by)
        case "withdraw":
            withdraw(request, reason=reason, by=by)
        case _:
            raise Refused(policies.NO_MOVE)


@transaction.atomic
def pass_on(request: EvidenceRequest, *, owner: User, by: User) -> None:
    """Ask somebody else instead, as when the owner has left."""
    policies.check_can_end(request, by)
    policies.check_owner(owner, request.organisation_id)
    rows = EvidenceRequest.objects.open().filter(pk=request.pk)
    if not rows.update(owner=owner, reminded_on=None):
        raise Conflict(policies.REQUEST_OVER)
    request.owner = owner
    _record(by, Action.PASSED_ON, request, owner=owner.name)


def remind(today: date | None = None) -> int:
    """Tell owners of what is due soon, and both sides of what is late; once each. Safe to repeat."""
    today = today or timezone.localdate()
    waiting = EvidenceRequest.objects.filter(state=RequestState.REQUESTED)
    untold = Q(reminded_on__isnull=True)
    soon = waiting.filter(untold, due__gte=today, due__lte=today + REMIND_BEFORE)
    # Reminded before the day, told once more after it.
    late = waiting.filter(untold | Q(reminded_on__lte=F("due")), due__lt=today)
    told = 0
    for rows, action in ((soon, Action.DUE_SOON), (late, Action.OVERDUE)):
        for each in rows.select_related("requirement", "owner"):
            with suppress(Conflict), transaction.atomic():
                _remind(each, action, today)
                told += 1
    return told


def _remind(request: EvidenceRequest, action: Action, today: date) -> None:
    same = EvidenceRequest.objects.filter(
        pk=request.pk, state=RequestState.REQUESTED, reminded_on=request.reminded_on
    )
    if not same.update(reminded_on=today):
        raise Conflict(policies.REQUEST_OVER)
    _record(SYSTEM, action, request)


def _reason(given: str) -> str:
    reason = given.strip()[:2000]
    if not reason:
        raise Refused(policies.ENDING_REASON)
    return reason


def _end(
    request: EvidenceRequest, state: RequestState, action: Action, by: User, reason: str
) -> None:
    ended = {"ended_by": by, "ended_at": timezone.now(), "reason": reason}
    states.move(request, REQUEST_MOVES, state, **ended)
    _record(by, action, request, reason=reason)


def _record(by: Named, action: Action, request: EvidenceRequest, **data: Any) -> None:
    told = {
        "number": request.number,
        "requirement": request.requirement.code,
        "due": request.due.isoformat(),
        "owner_id": request.owner_id,
        "asker_id": request.asked_by_id,
        "answerer_id": request.answered_by_id,
    }
    record(by, action, request, **{**told, **data})
