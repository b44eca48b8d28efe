"""The inbox, the bell, and what a person chooses."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import (
    OrganisationRequest,
    in_organisation,
    is_open,
    open_to_limited,
)
from compliance.notices import context, forms, selectors, services
from compliance.notices.models import Notice, Target
from compliance.notices.topics import Channel, Topic
from compliance.shared.http import back
from compliance.shared.numbers import whole

PER_PAGE = 50


@require_safe
@in_organisation
@open_to_limited
def list_(request: OrganisationRequest) -> HttpResponse:
    return render(request, "notices/list.html", _context(request))


@require_safe
@in_organisation
@open_to_limited
def inbox(request: OrganisationRequest) -> HttpResponse:
    """The list alone, asked for every few seconds; 204 while nothing has come or been read."""
    if request.GET.get("seen") == selectors.state_of_inbox(request.user, request.organisation):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "notices/_inbox.html", _context(request))


@require_safe
@in_organisation
@open_to_limited
def bell(request: OrganisationRequest) -> HttpResponseBase:
    """The number of unread notices; 304 while it has not changed."""
    state = selectors.state_of_inbox(request.user, request.organisation)
    etag = quote_etag(f"{state}-{get_language()}")
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = render(request, "notices/_bell.html")
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _context(request: OrganisationRequest) -> dict[str, object]:
    chosen = selectors.Filter.of(request.GET)
    rows = selectors.inbox(request.user, request.organisation, chosen)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    for notice in page.object_list:
        notice.url = _url(request, notice)
    unread = selectors.unread_by_topic(request.user, request.organisation)
    total = sum(unread.values())
    context.keep(request, total)
    query = request.GET.copy()
    query["seen"] = selectors.state_of_inbox(request.user, request.organisation, total)
    return {
        "page": page,
        "groups": selectors.grouped(page.object_list),
        "chosen": chosen,
        "topics": [(topic.value, topic.label, unread.get(topic.value, 0)) for topic in Topic],
        "poll": query.urlencode(),
    }


@require_POST
@in_organisation
@open_to_limited
def read(request: OrganisationRequest, pk: int) -> HttpResponseBase:
    """Mark one notice read and go to what it speaks of."""
    notice = get_object_or_404(selectors.mine(request.user, request.organisation), pk=pk)
    services.mark_read(request.user, request.organisation, [notice.pk])
    url = _url(request, notice)
    return redirect(url) if url else _back(request)


def _url(request: OrganisationRequest, notice: Notice) -> str:
    """Where the notice leads, "" where its page is not there for a member who was limited since."""
    return notice.url if is_open(notice.url, request.membership) else ""


@require_POST
@in_organisation
@open_to_limited
def read_all(request: OrganisationRequest) -> HttpResponseBase:
    """Mark those named read, or everything."""
    named = request.POST.getlist("notice")
    services.mark_read(
        request.user, request.organisation, [whole(each) for each in named] if named else None
    )
    return _back(request)


def _back(request: OrganisationRequest) -> HttpResponseBase:
    """To the list as it was filtered."""
    return back(request, reverse("notices:list", args=[request.organisation.slug]))


@require_safe
@in_organisation
@open_to_limited
def preferences(request: OrganisationRequest) -> HttpResponse:
    chosen = services.preference_of(request.user, request.organisation)
    initial = {
        "quiet_from": chosen.quiet_from,
        "quiet_until": chosen.quiet_until,
        "time_zone": chosen.time_zone,
    }
    days = forms.DaysForm(initial={"days_before": chosen.days_before})
    return _preferences(request, forms.QuietForm(initial=initial), days)


@require_POST
@in_organisation
@open_to_limited
def set_preferences(request: OrganisationRequest) -> HttpResponseBase:
    form, days = forms.QuietForm(request.POST), forms.DaysForm(request.POST)
    if not (form.is_valid() and days.is_valid()):
        return _preferences(request, form, days, HTTPStatus.UNPROCESSABLE_ENTITY)
    given = form.cleaned_data
    services.set_preferences(
        request.organisation,
        choices=forms.choices_of(request.POST),
        quiet=(given["quiet_from"], given["quiet_until"], given["time_zone"]),
        days_before=days.cleaned_data["days_before"],
        by=request.user,
    )
    messages.success(request, _("Saved. It holds for what happens from now on."))
    return redirect("notices:preferences", organisation=request.organisation.slug)


def _preferences(
    request: OrganisationRequest,
    form: forms.QuietForm,
    days: forms.DaysForm,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    chosen = services.preference_of(request.user, request.organisation)
    if form.is_bound:
        chosen.choices = forms.choices_of(request.POST)
    channels = [Channel.INBOX, Channel.MAIL]
    bots = Target.objects.filter(organisation=request.organisation, kind=Target.Kind.KAKAOWORK)
    if bots.exists():
        channels.append(Channel.KAKAOWORK)
    context = {
        "form": form,
        "days": days,
        "channels": channels,
        "rows": forms.table(chosen, channels),
        "mail_works": bool(settings.EMAIL_HOST),
        "failure": selectors.last_failure(request.user, request.organisation),
    }
    return render(request, "notices/preferences.html", context, status=status)
