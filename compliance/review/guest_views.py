"""What a platform's reviewer sees without an account: one frozen round, by invitation.

Everything shown comes from the frozen manifest, so that the reviewer reads what the packet says.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.packets import manifest as manifests
from compliance.packets import manifest_rows
from compliance.packets.models import Packet
from compliance.packets.showing import contents
from compliance.review import services
from compliance.review.models import Invitation
from compliance.vault.http import serve
from compliance.vault.models import Blob

P = ParamSpec("P")
_SESSION = "review"
GuestView = Callable[Concatenate[HttpRequest, Invitation, P], HttpResponseBase]


def invited(view: GuestView[P]) -> Callable[..., HttpResponseBase]:
    """Ask on every request whether the invitation still stands; without one, what is not there."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        pk = request.session.get(_SESSION)
        if pk is None:
            raise services.Ended
        return view(request, services.enter(pk), *args, **kwargs)

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
def arrive(request: HttpRequest, secret: str) -> HttpResponse:
    """A press of a button opens it: mail scanners follow links, and must not count as arrivals."""
    if request.method != "POST":
        return render(request, "review/arrive.html")
    found = services.arrive(secret)
    # Nobody who planted a session before may look along.
    request.session.cycle_key()
    request.session[_SESSION] = found.pk
    return redirect("review:desk")


@require_safe
@invited
def desk(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    freeze = invitation.round.freeze
    manifest = freeze.manifest
    context = {
        "invitation": invitation,
        "application": invitation.round.application,
        "freeze": freeze,
        "manifest": manifest,
        "packets": list(_built(invitation)),
        "contents": contents(manifest),
        "areas": _by_area(manifest),
    }
    return render(request, "review/desk.html", context)


@require_safe
@invited
def packet(
    request: HttpRequest, invitation: Invitation, edition: str, kind: str
) -> HttpResponseBase:
    found = get_object_or_404(_built(invitation), edition=edition)
    blob = services.take_packet(invitation, found, kind)
    return serve(request, blob, name=found.file_name(kind))


@require_safe
@invited
def file(request: HttpRequest, invitation: Invitation, sha256: str) -> HttpResponseBase:
    """Hand out a file that the manifest lists, under its name there, and no other."""
    listed = manifests.files(invitation.round.freeze.manifest)
    entry = next((each for each in listed if each["sha256"] == sha256), None)
    if entry is None:
        raise Http404
    blob = get_object_or_404(Blob, organisation=invitation.organisation, sha256=sha256)
    services.read_file(invitation, blob, name=entry["name"])
    return serve(request, blob, name=entry["name"])


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    request.session.pop(_SESSION, None)
    return render(request, "review/left.html")


def _built(invitation: Invitation) -> Any:
    rows = Packet.objects.filter(freeze=invitation.round.freeze, state="built")
    return rows.select_related("pdf", "zip", "freeze__round__application").prefetch_related(
        "signatures__pdf", "signatures__zip"
    )


def _by_area(manifest: manifest_rows.Manifest) -> list[tuple[Any, list[Any]]]:
    return [
        (area, [each for each in manifest["assessments"] if each["area"] == area["code"]])
        for area in manifest["areas"]
    ]
