"""Requests for evidence over the API."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router, Schema, Status

from compliance.accounts.api import enter
from compliance.accounts.http import OrganisationRequest
from compliance.accounts.models import Membership
from compliance.evidence import policies, requesting, selectors
from compliance.evidence.models import OPEN_STATES, Evidence, EvidenceRequest, RequestState
from compliance.shared.errors import Refused

router = Router(tags=["requests for evidence"])
MOST = 200


class RequestOut(Schema):
    """Who asks whom for what, until when; `answers` are numbers of evidence."""

    number: int
    requirement: str
    kinds: list[str]
    text: str
    due: date
    owner: str
    asked_by: str
    asked_at: datetime
    state: str
    answers: list[int]
    answer: str
    reason: str


class RequestIn(Schema):
    """`owner`: the e-mail of a member; `kinds`: codes that the requirement asks for."""

    requirement: str
    owner: str
    text: str
    due: date
    kinds: list[str] = []


class AnswerIn(Schema):
    evidence: list[int]
    text: str = ""


class EndIn(Schema):
    """`move`: accept, back, close or withdraw; all but accept need a reason."""

    move: str
    reason: str = ""


def _shown(asked: EvidenceRequest) -> RequestOut:
    return RequestOut(
        number=asked.number,
        requirement=asked.requirement.code,
        kinds=[kind.code for kind in asked.kinds.all()],
        text=asked.text,
        due=asked.due,
        owner=asked.owner.email,
        asked_by=asked.asked_by.email,
        asked_at=asked.asked_at,
        state=asked.state,
        answers=[each.number for each in asked.answers.all()],
        answer=asked.answer,
        reason=asked.reason,
    )


@router.get("/evidence-requests", url_name="requests", response=list[RequestOut])
def requests(
    request: HttpRequest, organisation: Path[str], state: Query[str] = "open"
) -> list[RequestOut]:
    """Requests of a state, or those that are “open”, the soonest due first, 200 at most."""
    entered = enter(request, organisation, limited=True)
    states = OPEN_STATES if state == "open" else [each for each in RequestState if each == state]
    rows = selectors.requests_of(entered.organisation, entered.user).filter(state__in=states)
    return [_shown(each) for each in rows.whole()[:MOST]]


@router.post("/evidence-requests", url_name="request-ask", response={201: RequestOut})
def ask(request: HttpRequest, organisation: Path[str], body: RequestIn) -> Status[RequestOut]:
    entered = enter(request, organisation)
    policies.check_can_ask(entered.organisation, entered.user)
    wanted = selectors.named_requirement(entered.organisation, "", body.requirement)
    if wanted is None:
        raise Refused(policies.NO_REQUIREMENT)
    rows = Membership.objects.active().filter(organisation=entered.organisation)
    owner = rows.filter(user__email=body.owner.lower()).select_related("user").first()
    if owner is None:
        raise Refused(policies.NO_MEMBER)
    kinds = list(wanted.evidence_kinds.filter(code__in=body.kinds))
    asked = requesting.Wanted(wanted, owner.user, body.text, body.due, kinds)
    made = requesting.ask(entered.organisation, asked, by=entered.user)
    return Status(201, _shown(_request(entered, made.number)))


@router.get("/evidence-requests/{number}", url_name="request", response=RequestOut)
def one(request: HttpRequest, organisation: Path[str], number: int) -> RequestOut:
    return _shown(_request(enter(request, organisation, limited=True), number))


@router.post("/evidence-requests/{number}/answer", url_name="request-answer", response=RequestOut)
def answer(
    request: HttpRequest, organisation: Path[str], number: int, body: AnswerIn
) -> RequestOut:
    """Answer with evidence that is there; each is linked to the requirement and under review."""
    entered = enter(request, organisation)
    asked = _request(entered, number)
    policies.check_can_answer(asked, entered.user)
    rows = selectors.evidence_of(entered.organisation, entered.user)
    chosen = [_one_of(rows, each) for each in dict.fromkeys(body.evidence)]
    requesting.answer(asked, chosen, by=entered.user, text=body.text)
    return _shown(_request(entered, number))


@router.post("/evidence-requests/{number}/end", url_name="request-end", response=RequestOut)
def end(request: HttpRequest, organisation: Path[str], number: int, body: EndIn) -> RequestOut:
    entered = enter(request, organisation)
    requesting.settle(_request(entered, number), body.move, reason=body.reason, by=entered.user)
    return _shown(_request(entered, number))


def _request(entered: OrganisationRequest, number: int) -> EvidenceRequest:
    rows = selectors.requests_of(entered.organisation, entered.user).whole()
    return get_object_or_404(rows, number=number)


def _one_of(rows: QuerySet[Evidence], number: int) -> Evidence:
    return get_object_or_404(rows, number=number)
