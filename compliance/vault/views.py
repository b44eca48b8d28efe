"""Uploads in pieces, as the pages' script sends them."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.vault import policies, tus


@require_http_methods(["POST", "OPTIONS"])
@in_organisation
def begin(request: OrganisationRequest) -> HttpResponse:
    if request.method == "OPTIONS":
        return tus.options(settings.UPLOAD_LIMIT)
    policies.check_can_send(request.organisation, request.user)
    slug = request.organisation.slug
    return tus.begin(request, lambda token: reverse("vault:upload", args=[slug, token]))


@require_http_methods(["HEAD", "PATCH", "DELETE"])
@in_organisation
def piece(request: OrganisationRequest, token: UUID) -> HttpResponse:
    """Only who began it goes on with it; for everybody else it does not exist."""
    return tus.piece(request, token)
