"""The doors of SAML. Imported by `sso` when somebody comes to one of them."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.providers.saml import views
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from lxml.etree import LxmlError

from compliance.accounts import sso
from compliance.accounts.locking import use_once
from compliance.accounts.models import IdentityProvider
from compliance.shared.errors import Unauthorised

# An assertion is remembered for longer than any provider lets one live.
REMEMBERED_SECONDS = 24 * 60 * 60

sign_in = views.login
metadata = views.metadata


class _Once(SAMLProvider):  # type: ignore[misc]
    """An assertion lets somebody in once, in whatever browser it is shown."""

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> Any:
        name = f"saml:{self.app.provider_id}:{response.get_last_assertion_id()}"
        if not use_once(name, REMEMBERED_SECONDS):
            provider = IdentityProvider.objects.get(slug=self.app.provider_id)
            raise ImmediateHttpResponse(sso.refused(request, provider, Unauthorised(sso.NOT_HERE)))
        return super().sociallogin_from_response(request, response)


class _Finish(views.FinishACSView):  # type: ignore[misc]
    def get_provider(self, organization_slug: str) -> SAMLProvider:
        return _Once(self.request, app=self.get_app(organization_slug))


def take(request: HttpRequest, organization_slug: str) -> Any:
    """Take the provider's answer; a form of another site carries no cookie of ours, so it waits."""
    views.get_app_or_404(request, organization_slug)
    answer = views.acs(request, organization_slug=organization_slug)
    for cookie in answer.cookies.values():
        cookie["httponly"] = True
    return answer


def finish(request: HttpRequest, organization_slug: str) -> Any:
    """Check the answer of the provider and let the person in, or say what is wrong with it."""
    try:
        return _Finish.as_view()(request, organization_slug=organization_slug)
    except PermissionDenied:
        # The request that it answers was not made in this browser, or was answered already.
        sentence = sso.NOT_HERE
    except (LxmlError, ValueError):
        # No XML, or no response in it: the library lets these through.
        sentence = sso.FAILED
    provider = IdentityProvider.objects.filter(slug=organization_slug).first()
    return sso.refused(request, provider, Unauthorised(sentence))
