"""Uploads in pieces, as tus clients send them."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.shared.errors import Refused
from compliance.vault import policies, tus, uploads
from compliance.vault.models import Upload


@require_http_methods(["POST", "OPTIONS"])
@in_organisation
def begin(request: OrganisationRequest) -> HttpResponse:
    if request.method == "OPTIONS":
        return tus.options(settings.UPLOAD_LIMIT)
    policies.check_can_send(request.organisation, request.user)
    return _begin(request)


@require_http_methods(["HEAD", "PATCH", "DELETE"])
@in_organisation
def piece(request: OrganisationRequest, token: UUID) -> HttpResponse:
    """Only who began it goes on with it; for everybody else it does not exist."""
    return _piece(request, token)


@tus.speaking
def _begin(request: OrganisationRequest) -> HttpResponse:
    size = tus.number(request, "Upload-Length")
    upload = uploads.begin(
        request.organisation, name=tus.name_of(request), size=size, by=request.user
    )
    response = tus.state(upload, 0, HTTPStatus.CREATED)
    if tus.carries_piece(request):
        try:
            response = tus.write(request, upload, 0)
        except Refused:
            uploads.end(upload)
            raise
        response.status_code = HTTPStatus.CREATED
    response["Location"] = reverse("vault:upload", args=[request.organisation.slug, upload.token])
    return response


@tus.speaking
def _piece(request: OrganisationRequest, token: UUID) -> HttpResponse:
    mine = Upload.objects.filter(organisation=request.organisation, by=request.user)
    upload = get_object_or_404(mine, token=token)
    if request.method == "DELETE":
        uploads.end(upload)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if request.method == "HEAD":
        return tus.state(upload, uploads.offset_of(upload))
    policies.check_can_send(request.organisation, request.user)
    if not tus.carries_piece(request):
        raise tus.Unspoken(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A piece is {tus.PIECE}.")
    return tus.write(request, upload, tus.number(request, "Upload-Offset"))
