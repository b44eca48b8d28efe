"""Applications over the API: state, scope, rounds, what blocks, what the platform says."""

from datetime import date, datetime

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Router, Schema

from compliance.accounts.api import enter
from compliance.accounts.http import OrganisationRequest
from compliance.applications import preflight, scoping, selectors, verdicts
from compliance.applications.models import Application, ReceivedVerdict, Round
from compliance.shared.errors import Refused

router = Router(tags=["applications"])


class ApplicationOut(Schema):
    """`valid_until` is null while nothing is approved; `days_left` counts to it."""

    number: str
    title: str
    platform: str
    profile: str
    kind: str
    review: str
    follows: str
    state: str
    receipt_number: str
    valid_from: date | None
    valid_until: date | None
    days_left: int | None


class GapOut(Schema):
    """One thing that blocks or weakens the submission."""

    level: str
    topic: str
    requirement: str
    sentence: str
    url: str


class ScopeItemIO(Schema):
    """A service, system or company; out of scope it needs a reason."""

    kind: str
    name: str
    included: bool = True
    legal_entity: str = ""
    reason: str = ""


class ScopeIO(Schema):
    """The scope statement in its order, as of `revision`."""

    revision: int
    items: list[ScopeItemIO]


class RoundOut(Schema):
    number: int
    frozen_at: datetime | None
    submitted_at: datetime | None
    attested_at: datetime | None
    changes_due: date | None
    requested_changes: str
    verdicts: int
    asking: int


class VerdictOut(Schema):
    """The platform's word on one requirement, and our answer."""

    requirement: str
    verdict: str
    words: str
    due: date | None
    asks: bool
    answer: str
    revision: int


class VerdictIn(Schema):
    """`verdict` "" takes an entry back; without `revision` what is stored is overwritten."""

    requirement: str
    verdict: str
    words: str = ""
    due: date | None = None
    revision: int | None = None


class SavedOut(Schema):
    changed: int


def _shown(application: Application, *, whole: bool) -> ApplicationOut:
    return ApplicationOut(
        number=application.number,
        title=application.title,
        platform=application.platform.code,
        profile=f"{application.profile.identifier} {application.profile.version}",
        kind=application.kind,
        review=application.review,
        follows=application.follows.number if whole and application.follows else "",
        state=application.state,
        receipt_number=application.receipt_number,
        valid_from=application.valid_from,
        valid_until=application.valid_until,
        days_left=application.days_left,
    )


def _application(
    request: HttpRequest, organisation: str, number: str, *, limited: bool = True
) -> Application:
    return _of(enter(request, organisation, limited=limited), number)


def _of(entered: OrganisationRequest, number: str) -> Application:
    rows = Application.objects.visible_to(entered.user)
    return get_object_or_404(
        rows.select_related("profile__platform", "organisation", "follows"),
        organisation=entered.organisation,
        number=number,
    )


def _round(
    request: HttpRequest, organisation: str, number: str, round_number: int, *, limited: bool
) -> Round:
    application = _application(request, organisation, number, limited=limited)
    found: Round = get_object_or_404(application.rounds, number=round_number)
    found.application = application
    return found


@router.get("/applications", response=list[ApplicationOut])
def application_list(request: HttpRequest, organisation: Path[str]) -> list[ApplicationOut]:
    entered = enter(request, organisation, limited=True)
    rows = Application.objects.visible_to(entered.user).filter(organisation=entered.organisation)
    whole = not entered.membership.is_limited
    shown = rows.select_related("profile__platform", "follows")
    return [_shown(row, whole=whole) for row in shown]


@router.get("/applications/{number}/preflight", response=list[GapOut])
def gaps(request: HttpRequest, organisation: Path[str], number: str) -> list[GapOut]:
    entered = enter(request, organisation, limited=True)
    found = preflight.gaps(_of(entered, number))
    return [
        GapOut(
            level=gap.level,
            topic=gap.topic,
            requirement=gap.requirement,
            sentence=str(gap.sentence),
            url=gap.url,
        )
        for gap in preflight.within(found, whole=not entered.membership.is_limited)
    ]


def _scope(application: Application) -> ScopeIO:
    return ScopeIO(
        revision=application.revision,
        items=[
            ScopeItemIO(
                kind=item.kind,
                name=item.name,
                included=item.included,
                legal_entity=item.legal_entity,
                reason=item.reason,
            )
            for item in scoping.items(application)
        ],
    )


@router.get("/applications/{number}/scope", response=ScopeIO)
def scope(request: HttpRequest, organisation: Path[str], number: str) -> ScopeIO:
    return _scope(_application(request, organisation, number))


@router.put("/applications/{number}/scope", response=ScopeIO)
def put_scope(request: HttpRequest, organisation: Path[str], number: str, body: ScopeIO) -> ScopeIO:
    application = _application(request, organisation, number, limited=False)
    wanted = [scoping.Item(**item.dict()).tidy() for item in body.items]
    scoping.set_scope(
        application,
        wanted,
        revision=body.revision,
        by=request.user,  # type: ignore[arg-type]
    )
    return _scope(application)


@router.get("/applications/{number}/rounds", response=list[RoundOut])
def rounds(request: HttpRequest, organisation: Path[str], number: str) -> list[RoundOut]:
    application = _application(request, organisation, number)
    return [
        RoundOut(
            number=each.number,
            frozen_at=each.frozen_at,
            submitted_at=each.submitted_at,
            attested_at=each.attested_at,
            changes_due=each.changes_due,
            requested_changes=each.requested_changes,
            verdicts=each.said,
            asking=each.asked_for,
        )
        for each in selectors.rounds(application)
    ]


@router.get("/applications/{number}/rounds/{int:round}/verdicts", response=list[VerdictOut])
def received(
    request: HttpRequest,
    organisation: Path[str],
    number: str,
    round: int,  # noqa: A002
) -> list[VerdictOut]:
    round_ = _round(request, organisation, number, round, limited=True)
    found = selectors.verdicts_of(round_)
    return [_told(each) for each in found]


@router.post("/applications/{number}/rounds/{int:round}/verdicts", response=SavedOut)
def post_verdicts(
    request: HttpRequest,
    organisation: Path[str],
    number: str,
    round: int,  # noqa: A002
    body: list[VerdictIn],
) -> SavedOut:
    """Keep what the platform says; all of it or nothing."""
    round_ = _round(request, organisation, number, round, limited=False)
    known = {each.code: each for each in verdicts.requirements_of(round_).values()}
    words = []
    for each in body:
        if each.requirement not in known:
            raise Refused(verdicts.UNKNOWN % {"code": each.requirement[:60]})
        words.append(
            verdicts.Word(
                known[each.requirement], each.verdict, each.words.strip(), each.due, each.revision
            )
        )
    return SavedOut(changed=verdicts.receive(round_, words, by=request.user))  # type: ignore[arg-type]


def _told(each: ReceivedVerdict) -> VerdictOut:
    return VerdictOut(
        requirement=each.requirement.code,
        verdict=each.verdict,
        words=each.words,
        due=each.due,
        asks=each.asks,
        answer=each.answer,
        revision=each.revision,
    )
