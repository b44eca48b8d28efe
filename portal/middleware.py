"""What every request and every answer has."""

import ipaddress
import logging
import re
import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from compliance.accounts import sessions
from compliance.audit import context
from compliance.shared import afterwards
from compliance.shared.errors import Refused
from compliance.shared.http import refusal

GetResponse = Callable[[HttpRequest], HttpResponse]
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


def true_address(get_response: GetResponse) -> GetResponse:
    """Take the person's address from the proxies that are ours, and from nobody else.

    Each proxy adds who it was asked by at the end of X-Forwarded-For. With TRUSTED_PROXIES = n the
    n-th from the end is what our outermost proxy saw; what stands before it, anybody may have sent.
    """
    count = settings.TRUSTED_PROXIES

    def middleware(request: HttpRequest) -> HttpResponse:
        hops = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
        if count and len(hops) >= count and _is_address(hops[-count]):
            request.META["REMOTE_ADDR"] = hops[-count]
        return get_response(request)

    return middleware


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


# Doors of machines: a redirect would hide that their secret just went over the line in clear.
_MACHINES = re.compile(r"^/api/|/trackers/hook/|\.ics$")


def machines_use_https(get_response: GetResponse) -> GetResponse:
    """People are sent on to https; a machine that asks in clear is told so and answered nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        in_clear = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if in_clear and _MACHINES.search(request.path):
            detail = _("This address is answered over https alone. Change http:// to https://.")
            return JsonResponse({"detail": str(detail)}, status=HTTPStatus.FORBIDDEN)
        return get_response(request)

    return middleware


PERMISSIONS_POLICY = ", ".join(
    f"{each}=()"
    for each in ["camera", "geolocation", "microphone", "payment", "usb", "browsing-topics"]
)


def strict_headers(get_response: GetResponse) -> GetResponse:
    """No page of ours runs anything inline or from elsewhere; a stricter header of a view stays.

    Stands before what serves static files and before what answers plain http, so that those carry
    the headers too. Nothing is kept by a browser or a proxy unless its view said how long: pages
    name people and findings.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Django's own come too late for what a middleware before it answers.
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def after_answer(get_response: GetResponse) -> GetResponse:
    """What was put off is done when the server has sent the answer and closes it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with afterwards.collecting() as work:
            response = get_response(request)
        close = response.close

        def closing() -> None:
            afterwards.do(work)
            close()

        if work:
            response.close = closing  # type: ignore[method-assign]
        return response

    return middleware


def session_use(get_response: GetResponse) -> GetResponse:
    """A session is in use when a page is asked for, not when an open one asks by itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.headers.get("HX-Request") != "true":
            sessions.touch(request.session)
        return response

    return middleware


def language(get_response: GetResponse) -> GetResponse:
    """Korean, unless the person chose otherwise: in this browser (cookie), or for themselves.

    The browser's own preference counts for the API alone: a Korean company's computers often run
    an English system, and the pages are Korean first.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        with translation.override(_chosen_language(request)):
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "ko")
        patch_vary_headers(response, ("Cookie",))
        return response

    return middleware


def _chosen_language(request: HttpRequest) -> str:
    offered = dict(settings.LANGUAGES)
    if (chosen := request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)) in offered:
        return str(chosen)
    if request.path.startswith("/api/"):
        return translation.get_language_from_request(request)
    own = getattr(request.user, "language", "")
    return own if own in offered else settings.LANGUAGE_CODE


def audit_context(get_response: GetResponse) -> GetResponse:
    """Audit entries name the request they belong to."""

    def middleware(request: HttpRequest) -> HttpResponse:
        facts = context.RequestFacts(
            request_id=uuid.uuid4().hex,
            address=request.META.get("REMOTE_ADDR", ""),
            user_agent=request.headers.get("User-Agent", ""),
        )
        with context.of_request(facts):
            response = get_response(request)
        response["X-Request-ID"] = facts.request_id
        if response.status_code in _REFUSED:
            _log_refusal(request, response, facts)
        return response

    return middleware


_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_log = logging.getLogger("gatepass.refusals")


def _log_refusal(request: HttpRequest, response: HttpResponse, facts: context.RequestFacts) -> None:
    """Whom the server refused what, from where: one line, whatever stands in the address.

    A person is their number alone; the key in an address is no part of the route.
    """
    route = request.resolver_match.view_name if request.resolver_match else ""
    _log.warning(
        "refused %s %s %s person=%s address=%s request=%s",
        response.status_code,
        request.method if request.method in _METHODS else "?",
        route or "-",
        request.user.pk or "-",
        facts.address,
        facts.request_id,
    )


_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}


# Forms refuse it by themselves; what is read past them reaches the database.
NUL = _("The text holds a character that cannot be stored (NUL). Remove it and send it again.")


def is_nul(error: Exception) -> bool:
    """PostgreSQL keeps no NUL in a text; its driver says so before it asks the server."""
    return isinstance(error, ValueError) and "NUL (0x00)" in str(error)


class refusals:  # noqa: N801 - named like the other middleware, a class only for the hook
    """A rule that says no becomes its sentence, as a page or as a toast."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if is_nul(exception):
            return refusal(request, str(NUL), HTTPStatus.BAD_REQUEST)
        if not isinstance(exception, Refused):
            return None
        return refusal(request, str(exception), exception.status)
