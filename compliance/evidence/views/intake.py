"""Archives of numbered folders: upload, look, edit, apply."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.evidence import intake, policies, selectors
from compliance.evidence.intake import Edit, Settings
from compliance.evidence.intake_forms import edits_of
from compliance.evidence.models import Intake, IntakeState
from compliance.evidence.views.fetching import intake_of
from compliance.jobs import services as jobs
from compliance.jobs.models import Job
from compliance.shared.errors import Refused, why_not

ROWS_ON_A_PAGE = 100


@require_safe
@in_organisation
def index(request: OrganisationRequest) -> HttpResponse:
    """Archives of before, and the form for the next."""
    rows = Intake.objects.visible_to(request.user).filter(organisation=request.organisation)
    context = {
        "intakes": rows.select_related("created_by")[:30],
        "why_not_add": why_not(policies.check_can_add, request.organisation, request.user),
    }
    return render(request, "evidence/intakes.html", context)


@require_POST
@in_organisation
def begin(request: OrganisationRequest) -> HttpResponse:
    policies.check_can_add(request.organisation, request.user)
    sent = request.FILES.get("archive")
    if sent is None:
        raise Refused(policies.NO_FILE)
    made = intake.begin(
        request.organisation,
        sent.file,  # type: ignore[arg-type]
        name=sent.name or "archive.zip",
        by=request.user,
        chosen=Settings(
            together=bool(request.POST.get("together")),
            submit=not request.POST.get("draft"),
            collected_at=parse_date(request.POST.get("collected_at", "")),
        ),
    )
    return _follow(request, _enqueue(request, intake.READ, made))


@require_safe
@in_organisation
def detail(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Each file, what it would become, and why some cannot be taken."""
    found = intake_of(request, pk)
    rows = found.rows.select_related("requirement", "kind", "same", "evidence", "blob")
    page = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "intake": found,
        "page": page,
        "counts": selectors.intake_counts(found),
        "requirements": selectors.in_order(selectors.adopted_requirements(request.organisation)),
        "kinds": {each.title for each in selectors.adopted_kinds(request.organisation)},
        "job": _job(found),
        "why_not_change": why_not(policies.check_can_change_intake, found, request.user),
        "why_not_discard": why_not(policies.check_can_discard_intake, found, request.user),
    }
    return render(request, "evidence/intake.html", context)


@require_POST
@in_organisation
def edit(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Keep what was changed on this page; with `apply`, make evidence of the whole archive."""
    found = intake_of(request, pk)
    policies.check_can_change_intake(found, request.user)
    edits: dict[int, Edit] = edits_of(request.organisation, request.POST)
    intake.edit(found, edits, by=request.user)
    if request.POST.get("op") == "apply":
        return _follow(request, _enqueue(request, intake.APPLY, found))
    messages.success(request, _("The changes are kept. Nothing is applied yet."))
    here = redirect("evidence:intake", request.organisation.slug, found.pk)
    here["Location"] += f"?page={request.POST.get('page', '1')}"
    return here


@require_POST
@in_organisation
def discard(request: OrganisationRequest, pk: int) -> HttpResponse:
    found = intake_of(request, pk)
    intake.discard(found, by=request.user)
    messages.success(request, _("%(archive)s is discarded.") % {"archive": found})
    return redirect("evidence:intakes", request.organisation.slug)


def _enqueue(request: OrganisationRequest, kind: str, found: Intake) -> Job:
    return jobs.enqueue(
        kind=kind,
        organisation=request.organisation,
        by=request.user,
        args={"intake": found.pk, "by": request.user.pk},
        key=f"{found.pk}",
    )


def _job(found: Intake) -> Job | None:
    """The work on it that still goes on, or that failed while it was read."""
    rows = Job.objects.filter(organisation_id=found.organisation_id, key=f"{found.pk}")
    last = rows.filter(kind__in=[intake.READ, intake.APPLY]).order_by("-pk").first()
    shown = last is not None and (last.is_active or found.state == IntakeState.READING)
    return last if shown else None


def _follow(request: OrganisationRequest, job: Job) -> HttpResponse:
    return redirect("jobs:progress", organisation=request.organisation.slug, pk=job.pk)
