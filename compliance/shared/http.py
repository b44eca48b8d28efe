"""Answers that every room gives."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def refusal(request: HttpRequest, sentence: str, status: int = HTTPStatus.CONFLICT) -> HttpResponse:
    """Say *sentence*: as a toast to htmx, as a page to a browser."""
    if request.headers.get("HX-Request") == "true":
        response = render(request, "shared/_refusal.html", {"sentence": sentence}, status=status)
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "beforeend"
        return response
    return render(request, "shared/refusal.html", {"sentence": sentence}, status=status)
