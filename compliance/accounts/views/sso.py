"""An organisation's SSO: its settings, and the doors by which people come in."""

from collections.abc import Callable
from http import HTTPStatus
from types import ModuleType
from typing import Any

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from requests import RequestException

from compliance.accounts import policies, providers, sso
from compliance.accounts.forms import SsoForm
from compliance.accounts.http import OrganisationRequest, in_organisation, reauthenticated
from compliance.accounts.models import IdentityProvider
from compliance.accounts.roles import Capability
from compliance.shared.errors import Unauthorised


@require_http_methods(["GET", "HEAD", "POST"])
@in_organisation
@reauthenticated
def add(request: OrganisationRequest, kind: str) -> HttpResponse:
    policies.check_can(request.user, request.organisation, Capability.PEOPLE_MANAGE)
    form = SsoForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        made = providers.add(request.organisation, kind, form.cleaned_data, by=request.user)
        messages.success(request, _("Saved. Now register the addresses below with the provider."))
        return redirect("members:sso", organisation=request.organisation.slug, pk=made.pk)
    return _page(request, form, IdentityProvider(kind=kind))


@require_http_methods(["GET", "HEAD", "POST"])
@in_organisation
@reauthenticated
def change(request: OrganisationRequest, pk: int) -> HttpResponse:
    policies.check_can(request.user, request.organisation, Capability.PEOPLE_MANAGE)
    found = _provider(request, pk)
    initial = {name: getattr(found, name) for name in providers.FACTS[found.kind]}
    initial["domains"] = ", ".join(found.domains)
    form = SsoForm(request.POST or None, kind=found.kind, kept=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        providers.change(found, form.cleaned_data, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("members:sso", organisation=request.organisation.slug, pk=pk)
    return _page(request, form, found)


def _page(request: OrganisationRequest, form: SsoForm, provider: IdentityProvider) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"form": form, "provider": provider, "addresses": _addresses(request, provider)}
    return render(request, "accounts/sso.html", context, status=status)


def _addresses(request: HttpRequest, provider: IdentityProvider) -> list[tuple[str, str]]:
    """What the provider has to be told."""
    if not provider.slug:
        return []
    if not provider.is_saml:
        path = reverse("openid_connect_callback", kwargs={"provider_id": provider.slug})
        return [(_("Redirect URI"), request.build_absolute_uri(path))]
    kwargs = {"organization_slug": provider.slug}
    return [
        (
            _("Entity ID of Gatepass"),
            request.build_absolute_uri(reverse("saml_metadata", kwargs=kwargs)),
        ),
        (
            _("Assertion Consumer Service"),
            request.build_absolute_uri(reverse("saml_acs", kwargs=kwargs)),
        ),
    ]


@require_POST
@in_organisation
@reauthenticated
def remove(request: OrganisationRequest, pk: int) -> HttpResponse:
    policies.check_can(request.user, request.organisation, Capability.PEOPLE_MANAGE)
    providers.remove(_provider(request, pk), by=request.user)
    messages.success(request, _("The SSO provider is removed."))
    return redirect("members:sign-in-rules", organisation=request.organisation.slug)


def _provider(request: OrganisationRequest, pk: int) -> IdentityProvider:
    return get_object_or_404(IdentityProvider, organisation=request.organisation, pk=pk)


def saml_sign_in(request: HttpRequest, organization_slug: str) -> Any:
    return _saml().sign_in(request, organization_slug=organization_slug)


@csrf_exempt
@require_POST
def saml_acs(request: HttpRequest, organization_slug: str) -> Any:
    return _saml().take(request, organization_slug)


def saml_finish(request: HttpRequest, organization_slug: str) -> Any:
    return _saml().finish(request, organization_slug)


@require_safe
def saml_metadata(request: HttpRequest, organization_slug: str) -> Any:
    return _saml().metadata(request, organization_slug=organization_slug)


@require_safe
def saml_logout(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Its address stands in the metadata; signing out at the provider ends nothing here."""
    raise Http404


def _saml() -> ModuleType:
    """Read when asked for: its libraries weigh 10 MB in every process, and few ask."""
    from compliance.accounts.views import saml

    return saml


def oidc_sign_in(request: HttpRequest, provider_id: str) -> Any:
    return _asked(oidc.login, request, provider_id)


def oidc_callback(request: HttpRequest, provider_id: str) -> Any:
    return _asked(oidc.callback, request, provider_id)


def _asked(view: Callable[..., Any], request: HttpRequest, provider_id: str) -> Any:
    """A provider that is away, or describes itself as another one, is said in a sentence."""
    try:
        return view(request, provider_id=provider_id)
    except PermissionDenied:
        sentence = sso.NOT_HERE
    except (OAuth2Error, RequestException) as error:
        sentence = sso.reason_of(str(error))
    provider = IdentityProvider.objects.filter(slug=provider_id).first()
    return sso.refused(request, provider, Unauthorised(sentence))


@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("The SSO sign-in was cancelled."))
    return redirect("accounts:sign-in")
