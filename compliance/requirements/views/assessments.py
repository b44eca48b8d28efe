"""The list of requirements and the page of one."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compliance.accounts import filters
from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.accounts.mentions import members_here
from compliance.accounts.models import User
from compliance.requirements import drafts, pages, policies, selectors, services, versions
from compliance.requirements.filters import FilterForm
from compliance.requirements.forms import (
    AdoptForm,
    AssignForm,
    StatementForm,
    VerdictForm,
    digest,
)
from compliance.requirements.listing import filtered, listing
from compliance.requirements.models import Assessment, Profile, StatementDraft
from compliance.requirements.texts import beside
from compliance.requirements.views.bulk import LAST
from compliance.shared.errors import Conflict, Refused, why_not

HISTORY_SHOWN = 20


@in_organisation
@open_to_limited
def index(request: OrganisationRequest) -> HttpResponse:
    """The profile's items; htmx asks for the part under the filters alone."""
    if away := filters.opening(request, "requirements:list"):
        return away
    profiles = selectors.profiles_seen(request.organisation, request.user)
    if not profiles:
        return _nothing_adopted(request)
    named = [each for each in profiles if each.identifier == request.GET.get("profile")]
    profile = next(iter(named or profiles))
    people = members_here(request)
    form = FilterForm(request.GET, people=people)
    rows = pages.assessments(request.organisation, profile, request.user)
    context = {
        "profile": profile,
        "profiles": profiles,
        "form": form,
        "readiness": selectors.readiness(request.organisation, profile),
        "listing": listing(request.organisation, rows, form, request.GET.get("page", "1")),
        "query": _without_page(request.GET),
        "seen_at": timezone.now().isoformat(),
        "sizes": [("", "100"), ("250", "250"), ("all", _("all"))],
        "last_change": LAST.shown(request, request.organisation.pk),
        "why_not_decide": why_not(
            policies.check_can_set_verdicts, request.organisation, request.user
        ),
        "people": people,
        "verdicts": Assessment.Verdict.choices,
    }
    part = request.headers.get("HX-Target") == "list"
    response = render(request, f"requirements/{'_' if part else ''}list.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _without_page(query: QueryDict) -> str:
    kept = query.copy()
    kept.pop("page", None)
    return kept.urlencode()


def _nothing_adopted(request: OrganisationRequest) -> HttpResponse:
    rows = Profile.objects.visible_to(request.user).select_related("platform")
    context = {
        # What one applies with comes before the lists that it is compared through.
        "profiles": sorted(rows, key=lambda profile: profile.is_baseline),
        "why_not_adopt": why_not(policies.check_can_adopt, request.organisation, request.user),
    }
    return render(request, "requirements/none.html", context)


@in_organisation
@open_to_limited
def readiness(request: OrganisationRequest) -> HttpResponse:
    """How the number is computed, worked through with the reader's own verdicts."""
    asked = request.GET.get("profile", "")
    profile = selectors.chosen_profile(request.organisation, asked, user=request.user)
    if profile is None:
        return _nothing_adopted(request)
    found = selectors.readiness(request.organisation, profile)
    context = {
        "profile": profile,
        "readiness": found,
        "overall": found.overall.worked(),
        "areas": [(each.area, each.score.worked()) for each in found.areas],
    }
    return render(request, "requirements/readiness.html", context)


@require_POST
@in_organisation
def adopt(request: OrganisationRequest) -> HttpResponse:
    policies.check_can_adopt(request.organisation, request.user)
    form = AdoptForm(request.POST, user=request.user)
    if not form.is_valid():
        raise Http404
    chosen = form.cleaned_data["profile"]
    if chosen.organisation_id not in {None, request.organisation.pk}:
        raise Http404  # another organisation's, of which the person is a member too
    services.adopt(request.organisation, chosen, by=request.user)
    address = reverse("requirements:list", args=[request.organisation.slug])
    return redirect(f"{address}?profile={chosen.identifier}")


@in_organisation
@open_to_limited
def detail(request: OrganisationRequest, profile: str, code: str) -> HttpResponse:
    return _page(request, fetch(request, profile, code))


def fetch(request: OrganisationRequest, profile: str, code: str) -> Assessment:
    """Fetch the assessment of the version that holds now, or of ?version=, or say 404."""
    rows = Assessment.objects.visible_to(request.user).filter(organisation=request.organisation)
    related = ("requirement__profile", "requirement__area", "owner", "decided_by", "updated_by")
    shown = drafts.joined(rows.select_related(*related), request.user)
    shown = shown.prefetch_related("requirement__evidence_kinds")
    found = versions.addressed(shown, profile, code, request.GET.get("version", ""))
    if found is None:
        raise Http404
    found.organisation = request.organisation
    return found


def _page(
    request: OrganisationRequest, assessment: Assessment, status: int = HTTPStatus.OK, **forms: Any
) -> HttpResponse:
    requirement = assessment.requirement
    people = members_here(request)
    form = FilterForm(request.GET, people=people)
    rows = pages.assessments(request.organisation, requirement.profile, request.user)
    listed, _knowledge = filtered(request.organisation, rows, form)
    proposal = pages.proposal(assessment)
    # The rooms' panels below ask for what they have told already.
    assessment.knowledge = proposal.knowledge
    draft = _draft(assessment, request.user)
    moved_on = draft is not None and draft.revision != assessment.revision
    context = {
        "assessment": assessment,
        "requirement": requirement,
        "profile": requirement.profile,
        "kinds": requirement.evidence_kinds.all(),
        "mappings": pages.mappings(requirement),
        "provenance": pages.provenance(requirement),
        "neighbours": pages.neighbours([each.code for each in listed], requirement.code),
        "query": _without_page(request.GET),
        "proposal": proposal,
        "history": versions.history_of(assessment)[:HISTORY_SHOWN],
        "draft": draft,
        "draft_pairs": beside(assessment.statement, draft.text) if moved_on and draft else [],
        "comments": versions.comments_of(assessment),
        "people": people,
        "why_not_comment": why_not(policies.check_can_comment, assessment, request.user),
        "statement_form": StatementForm.of(assessment),
        "verdict_form": VerdictForm.of(assessment),
        "assign_form": AssignForm(
            people=people, initial={"owner": assessment.owner_id, "due": assessment.due}
        ),
        "why_not_write": why_not(policies.check_can_write, assessment, request.user),
        "why_not_decide": why_not(policies.check_can_decide, assessment, request.user),
    }
    return render(request, "requirements/detail.html", context | forms, status=status)


def _draft(assessment: Assessment, user: User) -> StatementDraft | None:
    """What the person wrote here or elsewhere and did not save, unless it is what is saved."""
    draft = drafts.found(assessment, user)
    return draft if draft and draft.text.strip() != assessment.statement else None


@require_POST
@in_organisation
def statement(request: OrganisationRequest, profile: str, code: str) -> HttpResponse:
    """Save the text. When two people wrote, show both and let the second one merge."""
    assessment = fetch(request, profile, code)
    policies.check_can_write(assessment, request.user)
    form = StatementForm(request.POST)
    if not form.is_valid():
        return _page(request, assessment, HTTPStatus.BAD_REQUEST, statement_form=form)
    text, revision = form.cleaned_data["text"], form.cleaned_data["revision"]
    if form.cleaned_data["base"] == digest(assessment.statement):
        # Something else of the row changed (its owner, its verdict): the text is still the one
        # that the person began from, so there is nothing to merge.
        revision = assessment.revision
    try:
        services.write_statement(assessment, text=text, revision=revision, by=request.user)
    except Conflict as conflict:
        return _both_texts(request, assessment, text, str(conflict))
    if request.headers.get("HX-Request") == "true":
        context = {
            "assessment": assessment,
            "saved": True,
            "statement_form": StatementForm.of(assessment),
            "why_not_decide": why_not(policies.check_can_decide, assessment, request.user),
        }
        return render(request, "requirements/_statement.html", context)
    messages.success(request, _("The implementation statement was saved."))
    return back_to(request, assessment)


def _both_texts(
    request: OrganisationRequest, assessment: Assessment, mine: str, sentence: str
) -> HttpResponse:
    assessment.refresh_from_db()
    context = {
        "assessment": assessment,
        "requirement": assessment.requirement,
        "sentence": sentence,
        "pairs": beside(assessment.statement, mine),
        "mine": mine,
        "draft": drafts.of(assessment, request.user),
        "statement_form": StatementForm.of(assessment, mine),
    }
    part = request.headers.get("HX-Request") == "true"
    template = f"requirements/{'_' if part else ''}conflict.html"
    return render(request, template, context, status=HTTPStatus.CONFLICT)


@require_POST
@in_organisation
def verdict(request: OrganisationRequest, profile: str, code: str) -> HttpResponse:
    assessment = fetch(request, profile, code)
    policies.check_can_decide(assessment, request.user)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return _page(request, assessment, HTTPStatus.BAD_REQUEST, verdict_form=form)
    try:
        services.set_verdict(assessment, by=request.user, **form.cleaned_data)
    except Conflict:
        return _verdict_again(request, assessment, form)
    except Refused as refusal:
        form.add_error("reason", str(refusal))
        return _page(request, assessment, HTTPStatus.BAD_REQUEST, verdict_form=form)
    messages.success(request, _("The verdict was signed."))
    return back_to(request, assessment)


def _verdict_again(
    request: OrganisationRequest, assessment: Assessment, form: VerdictForm
) -> HttpResponse:
    """Show the present state with the person's own choice still in the form."""
    fresh = fetch(request, assessment.requirement.profile.identifier, assessment.requirement.code)
    again = VerdictForm(initial={**form.cleaned_data, "revision": fresh.revision})
    return _page(request, fresh, HTTPStatus.CONFLICT, verdict_form=again, verdict_conflict=True)


@require_POST
@in_organisation
def assign(request: OrganisationRequest, profile: str, code: str) -> HttpResponse:
    assessment = fetch(request, profile, code)
    policies.check_can_decide(assessment, request.user)
    form = AssignForm(request.POST, people=pages.people_of(request.organisation))
    if not form.is_valid():
        return _page(request, assessment, HTTPStatus.BAD_REQUEST, assign_form=form)
    services.assign(assessment, by=request.user, **form.cleaned_data)
    messages.success(request, _("Owner and due date were saved."))
    return back_to(request, assessment)


def back_to(request: OrganisationRequest, assessment: Assessment, part: str = "") -> HttpResponse:
    """Return to the requirement's page, filters of the list kept; *part* is an anchor of it."""
    requirement = assessment.requirement
    address = reverse(
        "requirements:detail",
        args=[request.organisation.slug, requirement.profile.identifier, requirement.code],
    )
    query = request.GET.urlencode()
    return redirect(f"{address}?{query}{part}" if query else f"{address}{part}")
