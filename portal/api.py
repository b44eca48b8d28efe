"""The assembled API. Rooms bring their routers; a refusal answers with its sentence."""

from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router
from ninja.errors import Throttled
from ninja.security import django_auth

from compliance.accounts import scopes
from compliance.accounts.api import TokenAuth
from compliance.shared.errors import Refused
from portal.middleware import NUL, is_nul
from portal.throttling import PerMinute

ROOMS = [
    "vault",
    "requirements",
    "evidence",
    "scans",
    "exchange",
    "applications",
    "remediation",
    "trackers",
]

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


def first_parts(router: Router) -> Iterator[str]:
    """Yield what the paths of a room's router begin with, those of its parts too."""
    for path in router.path_operations:
        yield path.strip("/").partition("/")[0]
    for _prefix, part, *_rest in router._routers:
        yield from first_parts(part)


@api.exception_handler(Throttled)
def too_many(request: HttpRequest, throttled: Throttled) -> HttpResponse:
    seconds = max(1, int(throttled.wait or 1))
    detail = _("Too many requests in this minute. Go on in %(seconds)s s.") % {"seconds": seconds}
    answer = api.create_response(request, {"detail": detail}, status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(seconds)
    return answer


# Uploads in pieces become evidence; issues of trackers are work on tasks.
_AREAS = {"vault": "evidence", "trackers": "remediation"}
for _room in ROOMS:
    _router = import_module(f"compliance.{_room}.api").router
    api.add_router("/o/{organisation}", _router)
    # By the first part of its paths a token's scopes are asked.
    for _part in first_parts(_router):
        scopes.areas[_part] = _AREAS.get(_room, _room)
