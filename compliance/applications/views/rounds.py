"""A round: what the platform asked before it, what changed since, and our answers."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.applications import comparing, policies, selectors, verdicts
from compliance.applications.models import ReceivedVerdict, Round
from compliance.applications.views.fetching import round_of, to_round
from compliance.shared.errors import Conflict, why_not
from compliance.shared.numbers import whole

ROWS_ON_A_PAGE = 50


@in_organisation
@open_to_limited
def round_(request: OrganisationRequest, number: str, round: int) -> HttpResponse:  # noqa: A002
    return _page(request, round_of(request, number, round))


@require_POST
@in_organisation
def answer(
    request: OrganisationRequest,
    number: str,
    round: int,  # noqa: A002
    code: str,
) -> HttpResponse:
    """Save our answer to the verdict of *round* on *code*; the page of the next round shows it."""
    asked = round_of(request, number, round)
    verdict = get_object_or_404(
        ReceivedVerdict.objects.select_related("requirement"), round=asked, requirement__code=code
    )
    verdict.round = asked
    policies.check_can_reply(verdict, request.user)
    text = request.POST.get("answer", "")
    seen = whole(request.POST.get("revision", ""), default=-1)
    try:
        verdicts.reply(verdict, text=text, revision=seen, by=request.user)
    except Conflict as conflict:
        told = {"code": code, "typed": text, "sentence": str(conflict)}
        if _wants_card(request):
            return _card(request, asked, code, told)
        return _page(request, _shown_in(asked), status=HTTPStatus.CONFLICT, conflict=told)
    if _wants_card(request):
        return _card(request, asked, code)
    messages.success(request, _("The answer is saved."))
    return to_round(_shown_in(asked))


def _wants_card(request: OrganisationRequest) -> bool:
    return bool(request.headers.get("HX-Request"))


def _card(
    request: OrganisationRequest, asked: Round, code: str, conflict: dict[str, str] | None = None
) -> HttpResponse:
    """The box of one requirement alone: what is typed in the others stays on the page."""
    round_ = _shown_in(asked)
    found = comparing.compare(asked, round_)
    row = next(row for row in found.asked if row.requirement.code == code)
    context = {
        "application": round_.application,
        "round": round_,
        "former": asked,
        "row": row,
        "comparable": found.comparable,
        "why_not_reply": "",
        "conflict": conflict,
        "saved": conflict is None,
    }
    status = HTTPStatus.CONFLICT if conflict else HTTPStatus.OK
    return render(request, "applications/_compared.html", context, status=status)


def _shown_in(asked: Round) -> Round:
    """The round that answers *asked*: the one after it, or itself while none is open."""
    later = asked.application.rounds.filter(number__gt=asked.number).order_by("number").first()
    if later is None:
        return asked
    later.application = asked.application
    return later


def _page(
    request: OrganisationRequest,
    round_: Round,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    conflict: dict[str, str] | None = None,
) -> HttpResponse:
    application = round_.application
    former = selectors.former_round(application, round_)
    if former is None and round_.verdicts.exists():
        former = round_  # nothing is answered yet: what the platform asked stands here
    context: dict[str, Any] = {
        "application": application,
        "round": round_,
        "former": former,
        "rounds": application.rounds.all(),
        "received": selectors.verdict_counts(round_),
        "why_not_verdicts": why_not(policies.check_can_enter_verdicts, round_, request.user),
        "conflict": conflict,
    }
    if former is not None:
        context |= _compared(request, former, round_)
    return render(request, "applications/round.html", context, status=status)


def _compared(request: OrganisationRequest, former: Round, round_: Round) -> dict[str, Any]:
    found = comparing.compare(former, round_)
    shown = request.GET.get("show", "asked")
    rows = found.rows(shown if shown in comparing.VIEWS else "asked")
    page = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    asked = found.asked
    return {
        "page": page,
        "show": shown,
        "views": found.views(shown),
        "comparable": found.comparable,
        "asked_number": len(asked),
        "answered_number": sum(bool(each.verdict and each.verdict.answer) for each in asked),
        "why_not_reply": (
            why_not(policies.check_can_reply, asked[0].verdict, request.user) if asked else ""
        ),
    }
