"""The board, and what dragging a card on it does. Answers to the script are JSON and fragments."""

from http import HTTPStatus

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.remediation import board_settings, boards, drops, pages, policies, ranking
from compliance.remediation.boards import Place
from compliance.remediation.filters import Filter
from compliance.remediation.forms import LimitsForm, members
from compliance.remediation.models import State, Task
from compliance.remediation.views.tasks import VERBS, task_of
from compliance.shared.errors import Conflict, Refused, Unauthorised, why_not
from compliance.shared.numbers import whole

LANES = {"assignee", "area"}


@require_safe
@in_organisation
def board(request: OrganisationRequest) -> HttpResponse:
    """The whole board, one lane of it, or, to htmx, what the filters leave."""
    chosen = _chosen(request)
    by = _lanes_by(request)
    rows = chosen.apply(pages.tasks_of(request), request.user)
    limits = boards.limits_of(request.organisation)
    context = {"chosen": chosen, "by": by, "lane": request.GET.get("lane", "")}
    if by and context["lane"]:
        lane = boards.in_lane(rows, by, str(context["lane"]))
        context["columns"] = boards.columns(lane, {})
        return render(request, "remediation/_columns.html", context)
    people = list(members(request.organisation))
    if by:
        context["lanes"] = boards.lanes(rows, by, people)
    else:
        context["columns"] = boards.columns(rows, limits)
    if request.headers.get("HX-Target") == "board":
        return render(request, "remediation/_board.html", context)
    context |= {
        "people": people,
        "options": pages.options(request.organisation, request.user),
        "tabs": pages.ways(request.organisation, "board"),
        "why_not_limit": why_not(policies.check_can_create, request.organisation, request.user),
        "limits_form": LimitsForm(limits=limits),
    }
    return render(request, "remediation/board.html", context)


@require_safe
@in_organisation
def column(request: OrganisationRequest, state: str) -> HttpResponse:
    """The cards of a column that stand after the last one shown."""
    after = Place.read(request.GET.get("after", ""))
    if after is None or state not in boards.COLUMNS:
        raise Refused(_("The board has changed. Reload the page."))
    rows = _chosen(request).apply(pages.tasks_of(request), request.user)
    by, lane = _lanes_by(request), request.GET.get("lane", "")
    if by and lane:
        rows = boards.in_lane(rows, by, lane)
    found = boards.further(rows, State(state), after)
    return render(request, "remediation/_cards.html", {"column": found, "lane": lane})


@require_safe
@in_organisation
def moves(request: OrganisationRequest, number: int) -> JsonResponse:
    """Where the card may go, each column with the sentence that forbids it."""
    task = task_of(request, number)
    return JsonResponse({"state": task.state, "columns": drops.offers(task, request.user)})


@in_organisation
def drop(request: OrganisationRequest, number: int) -> HttpResponse:
    """GET asks for what a move needs to know; POST moves the card, or says why not.

    The answer to POST carries the fresh card in any case, so that a board that is out of date
    shows what is true.
    """
    task = task_of(request, number)
    if request.method != "POST":
        return _asked(request, task, request.GET.get("to", ""))
    # A role that does nothing to tasks is told so before anything else.
    policies.check_is_worker(request.organisation, request.user)
    to = request.POST.get("to", "")
    try:
        drops.check_is_where(task, request.POST.get("from", ""))
        if to == task.state:
            _place(request, task)
            said = _("%(task)s has its new place.") % {"task": task.code}
        else:
            VERBS[drops.step(task, to).verb](task, request)
            _place(request, task)
            told = {"task": task.code, "state": State(task.state).label}
            said = _("%(task)s is in “%(state)s” now.") % told
    except Refused as refusal:
        return _refused(request, number, refusal)
    return JsonResponse({"said": said, **_card(request, number)})


def _asked(request: OrganisationRequest, task: Task, to: str) -> HttpResponse:
    found = drops.step(task, to)
    found.check(task, request.user)
    context = {
        "task": task,
        "to": to,
        "label": State(to).label,
        "asks": found.asks,
        "reusable": pages.reusable_evidence(task, request.user) if "evidence" in found.asks else [],
    }
    return render(request, "remediation/_drop.html", context)


def _place(request: OrganisationRequest, task: Task) -> None:
    """Put the card where it was let go of: before *next*, else after *previous*."""
    beside = {
        key: pages.tasks_of(request).filter(number=whole(request.POST[key])).first()
        for key in ("previous", "next")
        if request.POST.get(key)
    }
    if any(beside.values()):
        ranking.place(
            task, after=beside.get("previous"), before=beside.get("next"), by=request.user
        )


def _card(request: OrganisationRequest, number: int) -> dict[str, object]:
    rows = boards.with_blocked(pages.tasks_of(request))
    task = get_object_or_404(rows, number=number)
    html = render_to_string("remediation/_card.html", {"task": task}, request=request)
    return {"card": html, "state": task.state}


def _named(request: OrganisationRequest, number: int, refusal: Refused) -> Refused:
    """A verb that lost a race knows only that it did; who won it stands in the history by now."""
    if isinstance(refusal, Conflict):
        try:
            drops.check_is_where(task_of(request, number), request.POST.get("from", ""))
        except Conflict as named:
            return named
    return refusal


def _refused(request: OrganisationRequest, number: int, refusal: Refused) -> JsonResponse:
    refusal = _named(request, number, refusal)
    status = HTTPStatus.FORBIDDEN if isinstance(refusal, Unauthorised) else HTTPStatus.CONFLICT
    moved = isinstance(refusal, Conflict)
    answer = {"said": str(refusal), "moved": moved, **_card(request, number)}
    return JsonResponse(answer, status=status)


@require_POST
@in_organisation
def limits(request: OrganisationRequest) -> HttpResponse:
    """How many cards each column should hold at most."""
    form = LimitsForm(request.POST, limits={})
    if not form.is_valid():
        raise Refused(_("Give whole numbers from 1 to 999, or leave a column empty."))
    board_settings.set_limits(request.organisation, form.chosen(), by=request.user)
    return redirect("remediation:board", organisation=request.organisation.slug)


def _chosen(request: OrganisationRequest) -> Filter:
    """The filters of the address. The states are the board's own columns."""
    return Filter.read(request.GET, state="all")


def _lanes_by(request: OrganisationRequest) -> str:
    wanted = request.GET.get("lanes", "")
    return wanted if wanted in LANES else ""
