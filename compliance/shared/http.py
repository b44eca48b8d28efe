"""Answers that every room gives."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme


def refusal(request: HttpRequest, sentence: str, status: int = HTTPStatus.CONFLICT) -> HttpResponse:
    """Say *sentence*: as a toast to htmx, as a page to a browser."""
    if request.headers.get("HX-Request") == "true":
        response = render(request, "shared/_refusal.html", {"sentence": sentence}, status=status)
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "beforeend"
        return response
    return render(request, "shared/refusal.html", {"sentence": sentence}, status=status)


def is_page(request: HttpRequest, url: str) -> bool:
    """Whether *url* is a path of the portal. A bare word is none: `redirect` would take it for the
    name of a page."""
    own = url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
    return own and url.startswith("/")


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Return to the page that the form's `next` names, else to the path *otherwise*."""
    url = request.POST.get("next", "")
    return HttpResponseRedirect(url if is_page(request, url) else otherwise)
