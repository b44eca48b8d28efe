"""What every request and every answer has."""

import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from compliance.audit import context
from compliance.shared.errors import Refused, Unauthorised
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


def strict_headers(get_response: GetResponse) -> GetResponse:
    """No page of ours runs anything inline or from elsewhere; a stricter header of a view stays."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        return response

    return middleware


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
        return response

    return middleware


class refusals:  # noqa: N801 - named like the other middleware, a class only for the hook
    """A rule that says no becomes its sentence, as a page or as a toast."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if not isinstance(exception, Refused):
            return None
        forbidden = isinstance(exception, Unauthorised)
        status = HTTPStatus.FORBIDDEN if forbidden else HTTPStatus.CONFLICT
        return refusal(request, str(exception), status)
