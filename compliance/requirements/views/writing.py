"""Around a requirement's text: its drafts, who else writes, what it has been, what is said of it."""

from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.requirements import drafts, past, policies, services
from compliance.requirements.forms import DraftForm
from compliance.requirements.models import Assessment
from compliance.requirements.texts import beside
from compliance.requirements.views.assessments import back_to, fetch
from compliance.shared.errors import Conflict
from compliance.shared.numbers import whole


@require_POST
@in_organisation
def draft(request: OrganisationRequest, profile: str, code: str) -> HttpResponse:
    """Keep what is being written. Answers {at, moved_on, writing}, or 409 with the other draft."""
    assessment = fetch(request, profile, code)
    policies.check_can_write(assessment, request.user)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"sentence": _("Reload the page.")}, status=HTTPStatus.BAD_REQUEST)
    if form.cleaned_data["drop"]:
        drafts.drop(assessment, by=request.user)
        return JsonResponse({"at": None})
    try:
        kept = drafts.keep(
            assessment,
            text=form.cleaned_data["text"],
            revision=form.cleaned_data["revision"],
            known=_known(form.cleaned_data["known"]),
            by=request.user,
        )
    except Conflict as conflict:
        return _other_window(assessment, request, str(conflict))
    return JsonResponse(
        {
            "at": kept.at.isoformat() if kept.at else None,
            "shown": _clock(kept.at) if kept.at else "",
            "moved_on": kept.moved_on,
        }
    )


def _known(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def _other_window(
    assessment: Assessment, request: OrganisationRequest, sentence: str
) -> HttpResponse:
    other = drafts.of(assessment, request.user)
    answer = {"sentence": sentence}
    if other is not None:
        answer |= {"text": other.text, "at": other.saved_at.isoformat()}
        answer["shown"] = _clock(other.saved_at)
    return JsonResponse(answer, status=HTTPStatus.CONFLICT)


@in_organisation
@open_to_limited
def writing(request: OrganisationRequest, profile: str, code: str) -> HttpResponse:
    """Say who else is writing now; the page asks every twenty seconds."""
    assessment = fetch(request, profile, code)
    context = {"assessment": assessment, "names": drafts.writing(assessment, request.user)}
    return render(request, "requirements/_writing.html", context)


@in_organisation
@open_to_limited
def history(request: OrganisationRequest, profile: str, code: str) -> HttpResponse:
    """All texts of the statement, any two beside each other, and every verdict with its reason."""
    assessment = fetch(request, profile, code)
    versions = past.versions(assessment)
    named = {each.number: each for each in versions}
    newer = named.get(whole(request.GET.get("newer", ""))) or next(iter(versions), None)
    older = named.get(whole(request.GET.get("older", "")))
    if older is None and newer is not None:
        older = named.get(newer.number - 1)
    context = {
        "assessment": assessment,
        "requirement": assessment.requirement,
        "profile": assessment.requirement.profile,
        "versions": versions,
        "newer": newer,
        "older": older,
        "pairs": beside(older.text if older else "", newer.text) if newer else [],
        "decisions": past.decisions(assessment),
    }
    return render(request, "requirements/history.html", context)


@require_POST
@in_organisation
@open_to_limited
def comment(request: OrganisationRequest, profile: str, code: str) -> HttpResponse:
    assessment = fetch(request, profile, code)
    services.comment(assessment, text=request.POST.get("text", ""), by=request.user)
    messages.success(request, _("The comment was added."))
    return back_to(request, assessment, "#comments")
