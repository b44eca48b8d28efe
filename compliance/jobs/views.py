"""The progress of one piece of work: the same fragment in a page, and to itself every second."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.jobs import policies, services
from compliance.jobs.models import Job
from compliance.shared.errors import why_not


@require_safe
@in_organisation
@open_to_limited
def progress(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Show the work; to htmx, when it is over, tell the page and lead on to the result."""
    job = _fetch(request, pk)
    if request.headers.get("HX-Request") != "true":
        return render(request, "jobs/progress.html", _context(request, job))
    response = render(request, "jobs/_progress.html", _context(request, job))
    if not job.is_active:
        response["HX-Trigger"] = json.dumps({"job-done": {"id": job.pk, "state": job.state}})
        if job.result_url:
            response["HX-Redirect"] = job.result_url
    return response


@require_POST
@in_organisation
@open_to_limited
def cancel(request: OrganisationRequest, pk: int) -> HttpResponse:
    job = _fetch(request, pk)
    services.cancel(job, by=request.user)
    if request.headers.get("HX-Request") == "true":
        return render(request, "jobs/_progress.html", _context(request, job))
    return redirect("jobs:progress", organisation=request.organisation.slug, pk=job.pk)


def _fetch(request: OrganisationRequest, pk: int) -> Job:
    visible = Job.objects.visible_to(request.user).select_related("requested_by")
    return get_object_or_404(visible, organisation=request.organisation, pk=pk)


def _context(request: OrganisationRequest, job: Job) -> dict[str, Any]:
    return {"job": job, "why_not_cancel": why_not(policies.check_can_cancel, job, request.user)}
