"""Requests for evidence: the list, one of them, and what is done with it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.accounts.models import User
from compliance.audit.selectors import history
from compliance.evidence import panels, policies, requesting, selectors, services, uploading
from compliance.evidence.forms import AnswerForm, AskForm
from compliance.evidence.models import OPEN_STATES, EvidenceRequest, RequestState
from compliance.evidence.requesting import Wanted
from compliance.evidence.views.fetching import chosen_of, request_of, requirement_of
from compliance.shared.errors import Refused, why_not
from compliance.shared.numbers import whole

ROWS_ON_A_PAGE = 50


@require_safe
@in_organisation
@open_to_limited
def index(request: OrganisationRequest) -> HttpResponse:
    """Open ones first; the tabs say which."""
    rows = selectors.requests_of(request.organisation, request.user)
    today = timezone.localdate()
    tabs = {
        "open": (pgettext("request", "Open"), rows.filter(state__in=OPEN_STATES)),
        "mine": (_("Asked of me"), rows.filter(state=RequestState.REQUESTED, owner=request.user)),
        "answered": (_("Answered"), rows.filter(state=RequestState.ANSWERED)),
        "late": (_("Overdue"), rows.filter(state=RequestState.REQUESTED, due__lt=today)),
        "over": (_("Over"), rows.exclude(state__in=OPEN_STATES).order_by("-ended_at")),
    }
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in tabs else "open"
    found = Paginator(tabs[chosen][1].whole(), ROWS_ON_A_PAGE)
    context = {
        "page": found.get_page(request.GET.get("page")),
        "tabs": [
            {"label": label, "url": f"?show={key}", "active": key == chosen, "count": each.count()}
            for key, (label, each) in tabs.items()
        ],
    }
    return render(request, "evidence/requests.html", context)


@require_safe
@in_organisation
@open_to_limited
def detail(request: OrganisationRequest, number: int) -> HttpResponse:
    asked = request_of(request, number)
    links = selectors.links_of(request.organisation, [asked.requirement_id])
    answers = {each.pk for each in asked.answers.all()}
    context = {
        "asked": asked,
        "requirement": asked.requirement,
        "links": [each for each in links if each.evidence_id in answers],
        "candidates": [each for each in links if each.evidence_id not in answers],
        "history": history(asked)[:100],
        "people": selectors.people_of(request.organisation),
        "why_not_answer": why_not(policies.check_can_answer, asked, request.user),
        "why_not_settle": why_not(policies.check_can_settle, asked, request.user),
        "why_not_end": why_not(policies.check_can_end, asked, request.user),
        **panels.upload_facts(),
    }
    return render(request, "evidence/request.html", context)


@require_POST
@in_organisation
@open_to_limited
def ask(request: OrganisationRequest) -> HttpResponse:
    policies.check_can_ask(request.organisation, request.user)
    wanted = requirement_of(request)
    people = selectors.people_of(request.organisation)
    form = AskForm(request.POST, people=people, kinds=list(wanted.evidence_kinds.all()))
    if not form.is_valid():
        raise Refused(form.sentence)
    facts = form.cleaned_data
    owner = User.objects.get(pk=facts["owner"])
    made = requesting.ask(
        request.organisation,
        Wanted(wanted, owner, facts["text"], facts["due"], form.chosen_kinds),
        by=request.user,
    )
    messages.success(request, _("%(request)s was sent.") % {"request": made})
    return _to(request, made)


@require_POST
@in_organisation
def answer(request: OrganisationRequest, number: int) -> HttpResponse:
    """With evidence that is there, with files that are handed in now, or both."""
    asked = request_of(request, number)
    policies.check_can_answer(asked, request.user)
    chosen = chosen_of(request)
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Refused(_("The note is longer than 2,000 characters. Shorten it."))
    if form.cleaned_data["files"]:
        kinds = list(asked.kinds.all())
        added = services.add(
            request.organisation,
            uploading.uploads(form.cleaned_data["files"]),
            by=request.user,
            requirement=asked.requirement,
            kind=kinds[0] if kinds else None,
        )
        chosen.append(added.evidence)
    requesting.answer(asked, chosen, by=request.user, text=form.cleaned_data["text"])
    messages.success(request, _("%(request)s is answered.") % {"request": asked})
    return _to(request, asked)


@require_POST
@in_organisation
@open_to_limited
def settle(request: OrganisationRequest, number: int) -> HttpResponse:
    """Accept an answer, send it back, close or withdraw the request."""
    asked = request_of(request, number)
    move, reason = request.POST.get("op", ""), request.POST.get("reason", "")
    requesting.settle(asked, move, reason=reason, by=request.user)
    messages.success(
        request,
        _("%(request)s: %(state)s") % {"request": asked, "state": asked.get_state_display()},
    )
    return _to(request, asked)


@require_POST
@in_organisation
@open_to_limited
def pass_on(request: OrganisationRequest, number: int) -> HttpResponse:
    asked = request_of(request, number)
    policies.check_can_ask(request.organisation, request.user)
    owner = get_object_or_404(User, pk=whole(request.POST.get("owner", "")))
    requesting.pass_on(asked, owner=owner, by=request.user)
    facts = {"request": asked, "owner": owner.name}
    messages.success(request, _("%(owner)s is asked now for %(request)s.") % facts)
    return _to(request, asked)


def _to(request: OrganisationRequest, asked: EvidenceRequest) -> HttpResponse:
    return redirect("evidence:request", request.organisation.slug, asked.number)
