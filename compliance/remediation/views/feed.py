"""The calendar feed: the page that gives out its address, and the feed itself."""

import hashlib

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.remediation import feeds
from compliance.remediation.models import CalendarFeed

NOT_MODIFIED = 304


@never_cache
@in_organisation
@open_to_limited
def settings(request: OrganisationRequest) -> HttpResponse:
    """Whether there is an address; POST makes a new one, which is shown this once."""
    secret = ""
    if request.method == "POST":
        secret = feeds.make(request.organisation, by=request.user)
    kept = CalendarFeed.objects.filter(organisation=request.organisation, user=request.user)
    address = ""
    if secret:
        path = reverse("remediation:feed", args=[request.organisation.slug, secret])
        address = request.build_absolute_uri(path)
    context = {"feed": kept.first(), "address": address}
    return render(request, "remediation/feed.html", context)


@require_POST
@in_organisation
@open_to_limited
def end(request: OrganisationRequest) -> HttpResponse:
    feeds.end(request.organisation, by=request.user)
    messages.success(request, _("The address opens nothing any more."))
    return redirect("remediation:feed-settings", organisation=request.organisation.slug)


@require_safe
def feed(request: HttpRequest, organisation: str, secret: str) -> HttpResponse:
    """The calendar, to whoever holds the key: calendar programs do not sign in."""
    found = feeds.opened_by(organisation, secret)
    if found is None:
        raise Http404
    content = feeds.written(found, request.build_absolute_uri("/").rstrip("/"))
    etag = quote_etag(hashlib.sha256(content).hexdigest())
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in known or "*" in known:
        answer = HttpResponse(status=NOT_MODIFIED)
    else:
        answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        answer["Content-Disposition"] = 'inline; filename="gatepass.ics"'
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    # The address is the key: it must not travel on with a click.
    answer["Referrer-Policy"] = "no-referrer"
    return answer
