"""Pages of applications, and the verbs as POST."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.applications import policies, preflight, selectors, services
from compliance.applications.forms import ApplicationForm, CreateForm
from compliance.applications.models import Application
from compliance.audit.selectors import history
from compliance.shared.errors import Conflict, why_not


def _application(request: OrganisationRequest, number: str) -> Application:
    rows = Application.objects.visible_to(request.user).select_related(
        "organisation", "profile__platform"
    )
    return get_object_or_404(rows, organisation=request.organisation, number=number)


def _to(application: Application) -> HttpResponse:
    return redirect(
        "applications:detail",
        organisation=application.organisation.slug,
        number=application.number,
    )


@in_organisation
def list_(request: OrganisationRequest) -> HttpResponse:
    rows = Application.objects.visible_to(request.user).filter(organisation=request.organisation)
    context = {
        "applications": rows.select_related("profile__platform").prefetch_related("rounds"),
        "why_not_create": why_not(policies.check_can_create, request.organisation, request.user),
    }
    return render(request, "applications/list.html", context)


@in_organisation
def create(request: OrganisationRequest) -> HttpResponse:
    policies.check_can_create(request.organisation, request.user)
    form = CreateForm(request.POST or None, organisation=request.organisation)
    if request.method == "POST" and form.is_valid():
        made = services.create(request.organisation, by=request.user, **form.cleaned_data)
        return redirect(
            "applications:edit", organisation=request.organisation.slug, number=made.number
        )
    return render(request, "applications/create.html", {"form": form})


@in_organisation
def detail(request: OrganisationRequest, number: str) -> HttpResponse:
    application = _application(request, number)
    round_ = application.current_round
    context = {
        "application": application,
        "round": round_,
        "rounds": application.rounds.select_related("prepared_by", "reviewed_by", "approved_by"),
        "steps": selectors.steps(application),
        "entries": history(application)[:20],
        "why_not": _reasons(application, request),
    }
    if not round_.is_frozen:
        context |= _checklist(application)
    return render(request, "applications/detail.html", context)


def _checklist(application: Application) -> dict[str, Any]:
    """The pre-flight as the templates want it."""
    found = preflight.gaps(application)
    blockers = len(preflight.blockers(found))
    return {
        "groups": preflight.grouped(application, found),
        "blockers": blockers,
        "warnings": len(found) - blockers,
    }


@in_organisation
def preflight_(request: OrganisationRequest, number: str) -> HttpResponse:
    """The checklist, as a page and as the fragment that the page refreshes."""
    application = _application(request, number)
    context = {"application": application, **_checklist(application)}
    fragment = bool(request.headers.get("HX-Request"))
    template = "applications/_preflight.html" if fragment else "applications/preflight.html"
    return render(request, template, context)


@in_organisation
def edit(request: OrganisationRequest, number: str) -> HttpResponse:
    application = _application(request, number)
    policies.check_can_edit(application, request.user)
    form = ApplicationForm(request.POST or None, instance=_copy(application))
    if request.method != "POST" or not form.is_valid():
        return _edit_page(request, application, form)
    try:
        services.edit(
            application,
            revision=form.cleaned_data["revision"],
            by=request.user,
            **form.texts(),
        )
    except Conflict as conflict:
        return _edit_conflict(request, application, form, conflict)
    messages.success(request, _("Saved."))
    return _to(application)


def _copy(application: Application) -> Application:
    """A twin for the form to write into, so that what is stored stays to be compared."""
    twin = Application.objects.get(pk=application.pk)
    twin.organisation = application.organisation
    return twin


def _edit_page(
    request: OrganisationRequest, application: Application, form: ApplicationForm, **extra: Any
) -> HttpResponse:
    status = extra.pop("status", HTTPStatus.OK)
    context = {"application": application, "form": form, **extra}
    return render(request, "applications/edit.html", context, status=status)


def _edit_conflict(
    request: OrganisationRequest,
    application: Application,
    form: ApplicationForm,
    conflict: Conflict,
) -> HttpResponse:
    """Keep what was typed in the form and show what is stored beside it, field by field."""
    application.refresh_from_db()
    typed = form.texts()
    differing = [
        {
            "label": form.fields[name].label,
            "mine": typed[name],
            "stored": getattr(application, name),
        }
        for name in typed
        if typed[name].replace("\r\n", "\n").strip() != getattr(application, name)
    ]
    again = ApplicationForm(
        initial={**typed, "revision": application.revision}, instance=_copy(application)
    )
    return _edit_page(
        request,
        application,
        again,
        conflict=str(conflict),
        differing=differing,
        status=HTTPStatus.CONFLICT,
    )


def _reasons(application: Application, request: OrganisationRequest) -> dict[str, str]:
    """{verb: why this person may not now}, "" where they may."""
    round_ = application.current_round
    round_.application = application
    user = request.user
    return {
        "edit": why_not(policies.check_can_edit, application, user),
        "request_review": why_not(policies.check_can_request_review, application, user),
        "take_back": why_not(policies.check_can_take_back, application, user),
        "review": why_not(policies.check_can_review, round_, user),
        "approve": why_not(policies.check_can_approve, round_, user),
        "submit": why_not(policies.check_can_submit, application, user),
        "receive": why_not(policies.check_can_receive, application, user),
        "start_review": why_not(policies.check_can_start_review, application, user),
        "answer": why_not(policies.check_can_answer, application, user),
        "open_next_round": why_not(policies.check_can_open_next_round, application, user),
        "cancel": why_not(policies.check_can_cancel, application, user),
    }


# What the page says after each verb; the verbs themselves stand in `services`.
Verb = Callable[[Application, OrganisationRequest], object]
VERBS: dict[str, Verb] = {
    "request-review": lambda a, r: services.request_review(a, by=r.user),
    "take-back": lambda a, r: services.take_back(a, by=r.user),
    "review": lambda a, r: services.review(a.current_round, by=r.user),
    "approve": lambda a, r: services.approve(a.current_round, by=r.user),
    "submit": lambda a, r: services.submit(a, by=r.user),
    "receive": lambda a, r: services.receive(
        a, receipt_number=r.POST.get("receipt_number", ""), by=r.user
    ),
    "start-review": lambda a, r: services.start_review(a, by=r.user),
    "request-changes": lambda a, r: services.request_changes(
        a, text=r.POST.get("text", ""), by=r.user
    ),
    "next-round": lambda a, r: services.open_next_round(a, by=r.user),
    "decide": lambda a, r: services.decide(
        a,
        approved=r.POST.get("decision") == "approved",
        note=r.POST.get("note", ""),
        by=r.user,
    ),
    "cancel": lambda a, r: services.cancel(a, reason=r.POST.get("reason", ""), by=r.user),
}


@require_POST
@in_organisation
def act(request: OrganisationRequest, number: str, verb: str) -> HttpResponseBase:
    """Do one of VERBS. A refusal becomes its sentence in the middleware."""
    application = _application(request, number)
    VERBS[verb](application, request)
    messages.success(request, _("Done."))
    return _to(application)
