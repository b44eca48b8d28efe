"""The audit log as a page, and as a file that is taken along."""

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, reauthenticated
from compliance.audit import checkpoints, keys
from compliance.audit.models import Entry
from compliance.audit.selectors import end_of
from compliance.oversight import exporting, filters, policies, services


@require_safe
@in_organisation
def log(request: OrganisationRequest) -> HttpResponse:
    """Every entry of the organisation's chain, newest first. Queries do not grow with the log."""
    policies.check_can_read(request.organisation, request.user)
    form = filters.LogFilter(request.GET, organisation_id=request.organisation.pk)
    rows = form.apply(Entry.objects.filter(organisation_id=request.organisation.pk))
    context = {"form": form, "page": filters.page(rows, request.GET)}
    part = request.headers.get("HX-Target") == "list"
    if not part:
        context |= {
            "end": end_of(request.organisation.pk),
            "checkpoint": checkpoints.latest(request.organisation.pk),
        }
    response = render(request, f"oversight/{'_' if part else ''}log.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@require_safe
@in_organisation
@reauthenticated
def export(request: OrganisationRequest, form: str) -> HttpResponseBase:
    """The entries that the filters of the address leave, line by line; recorded before it begins."""
    policies.check_can_read(request.organisation, request.user)
    chosen = filters.LogFilter(request.GET, organisation_id=request.organisation.pk)
    media, write = exporting.FORMATS[form]
    noted = services.note_export(
        request.organisation, by=request.user, file_format=form, filters=chosen.given
    )
    rows = Entry.objects.filter(organisation_id=request.organisation.pk, seq__lt=noted.seq)
    answer = StreamingHttpResponse(write(chosen.apply(rows)), content_type=media)
    name = f"audit-{request.organisation.slug}-{timezone.localdate().isoformat()}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_safe
@in_organisation
def checkpoint(request: OrganisationRequest) -> HttpResponse:
    """The newest checkpoint as a file, to be kept where nobody of us can change it."""
    policies.check_can_read(request.organisation, request.user)
    found = checkpoints.latest(request.organisation.pk)
    if found is None:
        raise Http404
    answer = HttpResponse(found.note, content_type="text/plain; charset=utf-8")
    name = f"audit-checkpoint-{request.organisation.slug}-{found.size}.txt"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
def key(request: OrganisationRequest) -> HttpResponse:
    """Public keys that checkpoints of this installation are signed with, one a line. For everybody."""
    lines = "".join(f"{each}\n" for each in keys.verifiers())
    return HttpResponse(lines, content_type="text/plain; charset=utf-8")
