"""Files on their way out, and what is drawn of them."""

from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.audit.services import record_read
from compliance.evidence import pages, selectors
from compliance.evidence.actions import Action
from compliance.evidence.models import EvidenceFile
from compliance.evidence.views.fetching import file_of
from compliance.vault import http, previews


@require_safe
@in_organisation
@open_to_limited
def file(request: OrganisationRequest, file: int) -> HttpResponseBase:
    """Hand out the original, as an attachment, and keep that it was taken."""
    found = file_of(request, file)
    response = http.serve(request, found.blob, name=found.name)
    if request.method == "GET" and response.status_code in (
        HTTPStatus.OK,
        HTTPStatus.PARTIAL_CONTENT,
    ):
        _note_download(request, found, part=response.status_code == HTTPStatus.PARTIAL_CONTENT)
    return response


@require_GET
@in_organisation
@open_to_limited
def preview(request: OrganisationRequest, file: int, page: int) -> HttpResponseBase:
    """An image of one page. The page that shows it has kept that somebody looked."""
    found = file_of(request, file)
    if previews.kind_of(found.blob) not in ("pages", "image"):
        raise Http404
    try:
        made = previews.image(found.blob, page, name=found.name)
    except LookupError as missing:
        raise Http404 from missing
    pages.note_look(found, found.version, request.user)
    return _drawn(made)


@require_GET
@in_organisation
@open_to_limited
def thumbnail(request: OrganisationRequest, file: int) -> HttpResponseBase:
    """A small image of the first page, for the gallery. Too small to read, so nobody “looked”."""
    found = file_of(request, file)
    if found.blob.media_type not in previews.DRAWN:
        raise Http404
    try:
        made = previews.thumbnail(found.blob, name=found.name)
    except LookupError as missing:
        raise Http404 from missing
    return _drawn(made)


def _note_download(request: OrganisationRequest, file: EvidenceFile, *, part: bool) -> None:
    evidence, facts = file.version.evidence, {"name": file.name, "sha256": file.blob.sha256}
    if part and selectors.looked_lately(evidence, request.user, file.name, Action.DOWNLOADED):
        return
    record_read(request.user, Action.DOWNLOADED, evidence, **facts)


def _drawn(made: bytes) -> HttpResponseBase:
    response = http.harden(HttpResponse(made, content_type=previews.MEDIA_TYPE))
    response["Cache-Control"] = "private, max-age=3600"
    return response
