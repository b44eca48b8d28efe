"""Showing again who one is, before something dangerous."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    suspend_request,
)
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import urlencode

from compliance.accounts import sessions
from compliance.accounts.adapters import signed_in_recently
from compliance.accounts.models import IdentityProvider
from compliance.accounts.policies import API_ASKS_AGAIN
from compliance.shared.errors import Unauthorised


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person signed in, or showed again who they are, within the set time."""
    if signed_in_recently(request):
        return True
    # allauth lets everybody pass who has nothing here to show; we send them to their SSO.
    return bool(_ways(request)) and did_recently_reauthenticate(request)


def check(request: HttpRequest) -> None:
    """The API's way: raise Unauthorised with the sentence."""
    if getattr(request, "token", None) is None and not is_fresh(request):
        raise Unauthorised(API_ASKS_AGAIN)


def ask(request: HttpRequest) -> HttpResponse:
    """Lead to the page that asks; what was sent is kept and done afterwards."""
    ways = _ways(request)
    if request.headers.get("HX-Request") == "true":
        # htmx would put the page into a corner of this one; its request cannot be taken up again.
        shown = urlsplit(request.headers.get("HX-Current-URL", "/")).path or "/"
        answer = HttpResponse(status=HTTPStatus.NO_CONTENT)
        answer["HX-Redirect"] = _with_next(ways[0]["url"] if ways else _sso(request), shown)
        return answer
    if ways:
        kept: HttpResponse = suspend_request(request, ways[0]["url"])
        return kept
    back = request.get_full_path()
    if request.method != "GET":
        back = urlsplit(request.headers.get("Referer", "/")).path or "/"
    return redirect(_with_next(_sso(request), back))


def _with_next(address: str, path: str) -> str:
    return f"{address}?{urlencode({'next': path})}"


def _ways(request: HttpRequest) -> list[dict[str, Any]]:
    return list(get_adapter().get_reauthentication_methods(request.user))


def _sso(request: HttpRequest) -> str:
    """Who has neither password nor second factor came by SSO and goes there again."""
    found = IdentityProvider.objects.filter(pk=request.session.get(sessions.THROUGH) or 0).first()
    return resolve_url("accounts:sign-in") if found is None else login_url(found)


def login_url(provider: IdentityProvider) -> str:
    if provider.is_saml:
        return resolve_url("saml_login", organization_slug=provider.slug)
    return resolve_url("openid_connect_login", provider_id=provider.slug)
