"""Pages of applications, and the verbs as POST."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Max, QuerySet, prefetch_related_objects
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.applications import (
    pledge,
    policies,
    preflight,
    renewal,
    selectors,
    services,
    windows,
)
from compliance.applications.actions import Action
from compliance.applications.forms import (
    ApplicationForm,
    ChangesForm,
    ChecklistFilter,
    CreateForm,
    DecisionForm,
)
from compliance.applications.models import Application
from compliance.applications.views.fetching import application_of, to_application
from compliance.audit.models import Entry
from compliance.audit.selectors import history
from compliance.evidence import services as evidence
from compliance.evidence.models import Evidence
from compliance.requirements.models import EvidenceKind
from compliance.shared.errors import Conflict, Refused, why_not

ITEMS_ON_A_PAGE = 100
ENTRIES_SHOWN = 20


@in_organisation
@open_to_limited
def list_(request: OrganisationRequest) -> HttpResponse:
    rows = Application.objects.visible_to(request.user).filter(organisation=request.organisation)
    context = {
        "applications": rows.select_related("profile__platform", "follows").annotate(
            round_number=Max("rounds__number"), changes_due=Max("rounds__changes_due")
        ),
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
    open_ones = Application.objects.filter(
        organisation=request.organisation, closed_at__isnull=True
    ).select_related("profile__platform")
    context = {"form": form, "open_ones": open_ones}
    return render(request, "applications/create.html", context)


@in_organisation
@open_to_limited
def detail(request: OrganisationRequest, number: str) -> HttpResponse:
    application = application_of(request, number)
    prefetch_related_objects([application], "scope_items")
    rounds = selectors.rounds(application)
    round_ = selectors.current_round(application)
    context = {
        "application": application,
        "round": round_,
        "rounds": rounds,
        "window": windows.window_of(application, rounds),
        "steps": selectors.steps(application),
        "scope": list(application.scope_items.all()),
        "diagrams": _open_diagrams(application, request),
        "entries": _entries(application, request)[:ENTRIES_SHOWN],
        "why_not": _reasons(application, request),
    }
    if not round_.is_frozen:
        context |= _overview(application, request)
    if application.is_targeted:
        context["targets"] = application.targets.order_by("area__order", "order")
    if round_.submitted_at and application.is_open:
        context["asked"] = selectors.asked_in(round_)
    if application.state == "internal_review":
        context["pledge"] = pledge.default_text(application)
    if application.state == "in_review":
        context["today"] = timezone.localdate()
        context["usual_end"] = services.usual_end(application.profile, timezone.localdate())
    if application.state == "approved":
        context["followers"] = application.followed_by.all()
    return render(request, "applications/detail.html", context)


def _entries(application: Application, request: OrganisationRequest) -> QuerySet[Entry]:
    """What happened, without what names another application to who sees this one alone."""
    found = history(application)
    if request.membership.is_limited:
        found = found.exclude(action__in=[Action.RENEWED, Action.CHANGE_DECLARED])
    return found


def _open_diagrams(application: Application, request: OrganisationRequest) -> set[int]:
    """Which of its diagrams the reader may open: one that proves nothing is evidence of others."""
    chosen = (application.network_diagram_id, application.data_flow_diagram_id)
    pks = {pk for pk in chosen if pk is not None}
    if not request.membership.is_limited:
        return pks
    seen = Evidence.objects.visible_to(request.user).filter(pk__in=pks)
    return set(seen.values_list("pk", flat=True))


def _gaps(application: Application, request: OrganisationRequest) -> list[preflight.Gap]:
    whole = not request.membership.is_limited
    return preflight.within(preflight.kept(application), whole=whole)


def _overview(application: Application, request: OrganisationRequest) -> dict[str, Any]:
    """The pre-flight in numbers; an area's gaps are fetched when it is opened."""
    found = _gaps(application, request)
    blockers = len(preflight.blockers(found))
    return {
        "counts": preflight.counted(application, found),
        "blockers": blockers,
        "warnings": len(found) - blockers,
    }


@in_organisation
@open_to_limited
def preflight_(request: OrganisationRequest, number: str) -> HttpResponse:
    """The checklist, filtered: as a page, and as the fragment that filters and areas fetch."""
    application = application_of(request, number)
    if request.headers.get("HX-Target") == "preflight":
        return _refreshed(request, application)
    form = ChecklistFilter(request.GET, profile=application.profile)
    found = _gaps(application, request)
    groups = form.filter.apply(preflight.grouped(application, found))
    rows = [(group, item) for group in groups for item in group.items]
    page = Paginator(rows, ITEMS_ON_A_PAGE).get_page(request.GET.get("page"))
    blockers = len(preflight.blockers(found))
    context = {
        "application": application,
        # Sentences lead to the form only whom it lets in.
        "why_not": _why_not_edit(application, request),
        "form": form,
        "page": page,
        "groups": preflight.regrouped(page.object_list),
        "blockers": blockers,
        "warnings": len(found) - blockers,
        "shown": sum(len(item.gaps) for _group, item in rows),
    }
    return render(request, f"applications/{_checklist_template(request)}.html", context)


def _refreshed(request: OrganisationRequest, application: Application) -> HttpResponse:
    """The box of the overview, checked again."""
    context = {
        "application": application,
        "why_not": _why_not_edit(application, request),
        **_overview(application, request),
    }
    if application.is_targeted:
        context["targets"] = application.targets.all()
    return render(request, "applications/_preflight.html", context)


def _why_not_edit(application: Application, request: OrganisationRequest) -> dict[str, str]:
    return {"edit": why_not(policies.check_can_edit, application, request.user)}


def _checklist_template(request: OrganisationRequest) -> str:
    if not request.headers.get("HX-Request"):
        return "preflight"
    return "_area_gaps" if request.GET.get("part") == "area" else "_checklist"


@in_organisation
def edit(request: OrganisationRequest, number: str) -> HttpResponse:
    application = application_of(request, number)
    policies.check_can_edit(application, request.user)
    form = ApplicationForm(request.POST or None, request.FILES or None, instance=_copy(application))
    if request.method != "POST" or not form.is_valid():
        return _edit_page(request, application, form)
    try:
        diagrams = _diagrams(request, application, form)
        services.edit(
            application,
            revision=form.cleaned_data["revision"],
            by=request.user,
            **form.texts(),
            **diagrams,
        )
    except Conflict as conflict:
        return _edit_conflict(request, application, form, conflict, diagrams)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _edit_page(request, application, form)
    messages.success(request, _("Saved."))
    return to_application(application)


def _diagrams(
    request: OrganisationRequest, application: Application, form: ApplicationForm
) -> dict[str, Evidence | None]:
    """What was chosen, or what was uploaded in its place, kept as evidence of that kind."""
    chosen = form.chosen()
    for name in services.DIAGRAMS:
        file: UploadedFile[Any] | None = form.cleaned_data.get(f"{name}_file")
        if file is None:
            continue
        kind = EvidenceKind.objects.filter(profile=application.profile, code=name).first()
        upload = evidence.Upload(file.file, file.name or "")  # type: ignore[arg-type]
        added = evidence.add(application.organisation, [upload], by=request.user, kind=kind)
        chosen[name] = added.evidence
    return chosen


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
    diagrams: dict[str, Evidence | None],
) -> HttpResponse:
    """Keep what was typed in the form and show what is stored beside it, field by field."""
    application.refresh_from_db()
    typed = form.texts()
    # A file that was uploaded is kept; it stands in the form as the choice.
    numbers = {name: str(row.number) if row else "" for name, row in diagrams.items()}
    differing = [
        {
            "label": form.fields[name].label,
            "mine": typed[name],
            "stored": getattr(application, name),
        }
        for name in typed
        if typed[name].replace("\r\n", "\n").strip() != getattr(application, name)
    ]
    differing += [
        {"label": form.fields[name].label, "mine": row or "", "stored": stored or ""}
        for name, row in diagrams.items()
        if (stored := getattr(application, name)) != row
    ]
    again = ApplicationForm(
        initial={**typed, **numbers, "revision": application.revision},
        instance=_copy(application),
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
    round_ = selectors.current_round(application)
    user = request.user
    return {
        "edit": why_not(policies.check_can_edit, application, user),
        "request_review": why_not(policies.check_can_request_review, application, user),
        "take_back": why_not(policies.check_can_take_back, application, user),
        "review": why_not(policies.check_can_review, round_, user),
        "approve": why_not(policies.check_can_approve, round_, user),
        "attest": why_not(policies.check_can_attest, round_, user),
        "submit": why_not(policies.check_can_submit, application, user),
        "receive": why_not(policies.check_can_receive, application, user),
        "start_review": why_not(policies.check_can_start_review, application, user),
        "answer": why_not(policies.check_can_answer, application, user),
        "enter_verdicts": why_not(policies.check_can_enter_verdicts, round_, user),
        "follow": why_not(policies.check_can_follow, application, user),
        "declare_change": why_not(policies.check_can_declare_change, application, user),
        "open_next_round": why_not(policies.check_can_open_next_round, application, user),
        "cancel": why_not(policies.check_can_cancel, application, user),
    }


def _request_changes(application: Application, request: OrganisationRequest) -> None:
    policies.check_can_answer(application, request.user)
    form = ChangesForm(request.POST)
    _demand(form)
    services.request_changes(application, by=request.user, **form.cleaned_data)


def _decide(application: Application, request: OrganisationRequest) -> None:
    policies.check_can_answer(application, request.user)
    form = DecisionForm(request.POST)
    _demand(form)
    told = dict(form.cleaned_data)
    approved = told.pop("decision") == "approved"
    services.decide(application, approved=approved, by=request.user, **told)


def _demand(form: "ChangesForm | DecisionForm") -> None:
    """The first thing that is wrong with a dialog's form, as a refusal."""
    for name, errors in form.errors.items():
        label = form.fields[name].label or name
        raise Refused(f"{label}: {errors[0]}")


# The verbs themselves stand in `services`. One that makes an application leads to it.
Verb = Callable[[Application, OrganisationRequest], object]
VERBS: dict[str, Verb] = {
    "request-review": lambda a, r: services.request_review(a, by=r.user),
    "take-back": lambda a, r: services.take_back(a, by=r.user),
    "review": lambda a, r: services.review(a.current_round, by=r.user),
    "approve": lambda a, r: services.approve(a.current_round, by=r.user),
    "attest": lambda a, r: services.attest(a.current_round, text=r.POST.get("text", ""), by=r.user),
    "submit": lambda a, r: services.submit(a, by=r.user),
    "receive": lambda a, r: services.receive(
        a, receipt_number=r.POST.get("receipt_number", ""), by=r.user
    ),
    "start-review": lambda a, r: services.start_review(a, by=r.user),
    "request-changes": _request_changes,
    "next-round": lambda a, r: services.open_next_round(a, by=r.user),
    "decide": _decide,
    "renew": lambda a, r: renewal.renew(a, by=r.user),
    "cancel": lambda a, r: services.cancel(a, reason=r.POST.get("reason", ""), by=r.user),
}


@require_POST
@in_organisation
@open_to_limited
def act(request: OrganisationRequest, number: str, verb: str) -> HttpResponseBase:
    """Do one of VERBS. A refusal becomes its sentence in the middleware."""
    application = application_of(request, number)
    made = VERBS[verb](application, request)
    messages.success(request, _("Done."))
    return to_application(made if isinstance(made, Application) else application)
