"""Who calls the API: a token of one organisation, or the session of a signed-in person."""

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja.security import HttpBearer

from compliance.accounts import entering, scopes, tokens
from compliance.accounts.http import OrganisationRequest
from compliance.accounts.models import ApiToken, Organisation, User
from compliance.accounts.policies import membership_of


class TokenAuth(HttpBearer):
    """`Authorization: Bearer gp_…`. The token acts as its person, in its organisation alone."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = (
            ApiToken.objects.usable()
            .filter(digest=ApiToken.digest_of(token), user__is_active=True)
            .select_related("user")
            .first()
        )
        if found is None:
            return None
        tokens.note_use(found)
        request.user = found.user
        request.token = found  # type: ignore[attr-defined]
        scopes.check(found.scopes, request)
        return found


def enter(request: HttpRequest, slug: str, *, limited: bool = False) -> OrganisationRequest:
    """Set the organisation of the request, or raise the 404 of a missing one.

    *limited*: the answer holds nothing beyond the application that a membership is limited to.
    """
    user: User = request.user  # type: ignore[assignment]
    organisation = get_object_or_404(Organisation.objects.visible_to(user), slug=slug)
    token = getattr(request, "token", None)
    membership = membership_of(user, organisation)
    if membership is None or (token and token.organisation_id != organisation.pk):
        raise Http404
    if membership.is_limited and not limited:
        raise Http404
    membership.organisation = organisation
    entering.check(request, membership)
    request.organisation = organisation  # type: ignore[attr-defined]
    request.membership = membership  # type: ignore[attr-defined]
    return request  # type: ignore[return-value]
