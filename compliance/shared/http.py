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


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Return to the page that the form's `next` names, else to the path *otherwise*.

    Only a path of the portal counts: `redirect` would take a bare word for the name of a page.
    """
    url = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(url if own and url.startswith("/") else otherwise)
