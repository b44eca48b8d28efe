"""Home, the language, deadlines and kept filters."""

from datetime import date, timedelta
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts import clocks, filters, policies
from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.accounts.models import DayCount, Organisation, SavedFilter, User
from compliance.accounts.workdays import calendar_of
from compliance.shared.errors import Refused, why_not
from compliance.shared.http import back
from compliance.shared.severity import Severity

LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send the person to their organisation, or say that they have none."""
    organisations = list(Organisation.objects.visible_to(request.user))  # type: ignore[arg-type]
    if len(organisations) == 1:
        return redirect("dashboard:home", organisation=organisations[0].slug)
    return render(request, "accounts/home.html", {"organisations": organisations})


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie, and with the person when somebody is signed in."""
    language = request.POST.get("language", "")
    response = back(request, "/")
    if not translation.check_for_language(language) or language not in {"ko", "en"}:
        return response
    response.set_cookie("django_language", language, LANGUAGE_COOKIE_AGE, samesite="Lax")
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(language=language)
    return response


@require_safe
@in_organisation
def deadlines(request: OrganisationRequest) -> HttpResponse:
    """How many days a gap of each severity may stay open here."""
    return _deadlines(request, clocks.DaysForm(days=clocks.days_of(request.organisation)))


def _deadlines(
    request: OrganisationRequest, form: clocks.DaysForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "form": form,
        "fields": [(form[severity.value], clocks.DEFAULT_DAYS[severity]) for severity in Severity],
        "why_not": why_not(policies.check_can_set_clocks, request.organisation, request.user),
        "counts": DayCount.choices,
        "closing_days": request.organisation.closing_days.filter(day__gte=_this_year()),
        "closing_form": clocks.ClosingDayForm(),
        "free_days": [*calendar_of(request.organisation).free(*_coming())],
    }
    return render(request, "accounts/deadlines.html", context, status=status)


def _this_year() -> date:
    return timezone.localdate().replace(month=1, day=1)


def _coming() -> tuple[date, date]:
    """The days of which the page says that nobody works: from today, for half a year."""
    today = timezone.localdate()
    return today, today + timedelta(days=183)


@require_POST
@in_organisation
def set_deadlines(request: OrganisationRequest) -> HttpResponse:
    policies.check_can_set_clocks(request.organisation, request.user)
    form = clocks.DaysForm(request.POST, days=clocks.days_of(request.organisation))
    if not form.is_valid():
        return _deadlines(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    clocks.set_days(request.organisation, form.days(), by=request.user)
    messages.success(request, _("Saved. Tasks opened from now on count with these days."))
    return redirect("members:deadlines", organisation=request.organisation.slug)


@require_POST
@in_organisation
def set_day_count(request: OrganisationRequest) -> HttpResponse:
    clocks.set_day_count(request.organisation, request.POST.get("count", ""), by=request.user)
    messages.success(request, _("Saved. Tasks opened from now on count with these days."))
    return redirect("members:deadlines", organisation=request.organisation.slug)


@require_POST
@in_organisation
def add_closing_day(request: OrganisationRequest) -> HttpResponse:
    policies.check_can_set_clocks(request.organisation, request.user)
    form = clocks.ClosingDayForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Give a day and its occasion."))
    clocks.add_closing_day(request.organisation, by=request.user, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("members:deadlines", organisation=request.organisation.slug)


@require_POST
@in_organisation
def remove_closing_day(request: OrganisationRequest, pk: int) -> HttpResponse:
    closing = get_object_or_404(request.organisation.closing_days, pk=pk)
    clocks.remove_closing_day(closing, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("members:deadlines", organisation=request.organisation.slug)


@require_POST
@in_organisation
@open_to_limited
def save_filter(request: OrganisationRequest) -> HttpResponse:
    made = filters.save(
        request.organisation,
        page=request.POST.get("page", ""),
        name=request.POST.get("name", ""),
        query=request.POST.get("query", ""),
        shared=request.POST.get("shared") == "1",
        by=request.user,
    )
    messages.success(request, _("The filter was saved."))
    return _to_list(request, made, made.query)


@require_POST
@in_organisation
@open_to_limited
def act_on_filter(request: OrganisationRequest, pk: int, verb: str) -> HttpResponse:
    """Rename, delete, or open the list with it from now on."""
    rows = SavedFilter.objects.visible_to(request.user).filter(organisation=request.organisation)
    kept = get_object_or_404(rows, pk=pk)
    query = kept.query
    if verb == "rename":
        filters.rename(kept, name=request.POST.get("name", ""), by=request.user)
    elif verb == "delete":
        filters.delete(kept, by=request.user)
        query = "filter=none"
    else:
        filters.toggle_default(kept, by=request.user)
    messages.success(request, _("Saved."))
    return _to_list(request, kept, query)


def _to_list(request: OrganisationRequest, kept: SavedFilter, query: str) -> HttpResponse:
    address = reverse(kept.page, kwargs={"organisation": request.organisation.slug})
    return redirect(f"{address}?{query or 'filter=none'}")
