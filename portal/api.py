"""The assembled API. Rooms bring their routers; a refusal answers with its sentence."""

from http import HTTPStatus
from importlib import import_module

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import Throttled
from ninja.security import django_auth

from compliance.accounts.api import TokenAuth
from compliance.shared.errors import Refused
from portal.middleware import NUL, is_nul
from portal.throttling import PerMinute

ROOMS = ["requirements", "evidence", "scans", "exchange", "applications", "remediation"]

api = NinjaAPI(
    title="Gatepass",
    version="1",
    urls_namespace="api",
    auth=[TokenAuth(), django_auth],
    throttle=[PerMinute()],
    docs_url=None,
)


@api.exception_handler(Refused)
def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return api.create_response(request, {"detail": str(refusal)}, status=refusal.status)


@api.exception_handler(ValueError)
def unstorable(request: HttpRequest, error: ValueError) -> HttpResponse:
    if not is_nul(error):
        raise error
    return api.create_response(request, {"detail": str(NUL)}, status=HTTPStatus.BAD_REQUEST)


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    detail = _("There is nothing here, or it is not yours to see.")
    return api.create_response(request, {"detail": detail}, status=HTTPStatus.NOT_FOUND)


@api.exception_handler(Throttled)
def too_many(request: HttpRequest, throttled: Throttled) -> HttpResponse:
    seconds = max(1, int(throttled.wait or 1))
    detail = _("Too many requests in this minute. Go on in %(seconds)s s.") % {"seconds": seconds}
    answer = api.create_response(request, {"detail": detail}, status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(seconds)
    return answer


for _room in ROOMS:
    api.add_router("/o/{organisation}", import_module(f"compliance.{_room}.api").router)
