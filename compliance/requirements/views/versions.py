"""Two versions of a list beside each other, the step from one to the other, and what is left to do."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.requirements import carrying, to_look_at, version_pages, versions
from compliance.requirements.models import CarryOver, CarryOverItem, Profile
from compliance.requirements.version_forms import ComparisonForm, DecisionForm
from compliance.shared.errors import Conflict, Refused, why_not
from compliance.shared.numbers import whole

ITEMS_SHOWN = 1000


@require_safe
@in_organisation
def index(request: OrganisationRequest) -> HttpResponse:
    """Versions of the organisation's lists, and a form to compare any two."""
    profiles = _profiles(request)
    lines = version_pages.lines(request.organisation, profiles)
    form = ComparisonForm(
        request.GET or None, profiles=profiles, suggested=version_pages.suggested(lines)
    )
    if form.is_bound and form.is_valid():
        return redirect("requirements:difference", request.organisation.slug, *form.references())
    context = {
        "form": form,
        "lines": lines,
        "done": version_pages.carry_overs(request.organisation),
    }
    status = HTTPStatus.BAD_REQUEST if form.is_bound else HTTPStatus.OK
    return render(request, "requirements/versions.html", context, status=status)


@require_safe
@in_organisation
def difference(request: OrganisationRequest, old: str, new: str) -> HttpResponse:
    """What changed, requirement by requirement."""
    before, after = _both(request, old, new)
    planned = carrying.plan(request.organisation, before, after)
    kind = request.GET.get("kind", "")
    context = {
        "old": before,
        "new": after,
        "difference": planned.difference,
        "tabs": version_pages.tabs(planned.difference, kind),
        "rows": version_pages.rows(request.organisation, planned, kind),
        "kind": kind,
        "why_not_carry": why_not(
            carrying.check_can_carry_over, request.organisation, before, after, request.user
        ),
    }
    return render(request, "requirements/difference.html", context)


@require_safe
@in_organisation
def plan(request: OrganisationRequest, old: str, new: str) -> HttpResponse:
    """What would happen, with a question where a person has to decide."""
    before, after = _both(request, old, new)
    done = versions.carry_over_from(request.organisation, before)
    if done is not None and done.new_id == after.pk:
        messages.info(request, carrying.already_done(done))
        return redirect("requirements:to-look-at", request.organisation.slug, done.pk)
    planned = carrying.plan(request.organisation, before, after)
    return _plan_page(request, planned, DecisionForm(plan=planned))


def _plan_page(
    request: OrganisationRequest,
    planned: carrying.Plan,
    form: DecisionForm,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "plan": planned,
        "old": planned.old,
        "new": planned.new,
        "form": form,
        "summary": version_pages.summary(planned),
        "why_not_carry": why_not(
            carrying.check_can_carry_over,
            request.organisation,
            planned.old,
            planned.new,
            request.user,
        ),
    }
    return render(request, "requirements/carry_over.html", context, status=status)


@require_POST
@in_organisation
def carry_over(request: OrganisationRequest, old: str, new: str) -> HttpResponse:
    """Go on to the new version as the person decided; bad answers come back with the form."""
    before, after = _both(request, old, new)
    carrying.check_can_carry_over(request.organisation, before, after, request.user)
    planned = carrying.plan(request.organisation, before, after)
    form = DecisionForm(request.POST, plan=planned)
    if not form.is_valid():
        return _plan_page(request, planned, form, HTTPStatus.BAD_REQUEST)
    try:
        done = carrying.carry_over(
            request.organisation, before, after, by=request.user, **form.answers()
        )
    except Conflict as conflict:
        form.add_error(None, str(conflict))
        return _plan_page(request, planned, form.renewed(), HTTPStatus.CONFLICT)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _plan_page(request, planned, form, HTTPStatus.BAD_REQUEST)
    messages.success(request, _("You work with %(profile)s now.") % {"profile": after})
    return redirect("requirements:to-look-at", request.organisation.slug, done.pk)


@require_safe
@in_organisation
def look(request: OrganisationRequest, carry_over: int) -> HttpResponse:
    """Everything that a person must look at, ticked off one by one."""
    done = _carry_over(request, carry_over)
    rows = version_pages.filtered(to_look_at.items_of(done), request.GET)
    shown = [to_look_at.shown(each, done, request.organisation) for each in rows[:ITEMS_SHOWN]]
    context = {
        "carry_over": done,
        "progress": to_look_at.progress(done),
        "tabs": version_pages.item_tabs(done, request.GET),
        "items": shown,
        "open_here": any(each.item.seen_at is None for each in shown),
        "open_only": bool(request.GET.get("open")),
        "why_not_look": why_not(to_look_at.check_can_look, request.organisation, request.user),
    }
    return render(request, "requirements/to_look_at.html", context)


@require_POST
@in_organisation
def tick(request: OrganisationRequest, carry_over: int) -> HttpResponse:
    done = _carry_over(request, carry_over)
    chosen = [whole(each) for each in request.POST.getlist("item")]
    number = to_look_at.tick(done, chosen, by=request.user)
    if number:
        sentence = ngettext("%(n)d thing is ticked off.", "%(n)d things are ticked off.", number)
        messages.success(request, sentence % {"n": number})
    else:
        messages.info(request, _("Nothing was left to tick off there."))
    return _back(request, done)


@require_POST
@in_organisation
def untick(request: OrganisationRequest, carry_over: int) -> HttpResponse:
    done = _carry_over(request, carry_over)
    to_look_at.untick(done, whole(request.POST.get("item", "")), by=request.user)
    return _back(request, done)


def _back(request: OrganisationRequest, done: CarryOver) -> HttpResponse:
    """To the list with its filters, or to the requirement that the person came from."""
    item = (
        CarryOverItem.objects.select_related("requirement__profile")
        .filter(carry_over=done, pk=whole(request.POST.get("from", "")), requirement__isnull=False)
        .first()
    )
    if item is not None and item.requirement is not None:
        where = [request.organisation.slug, done.new.identifier, item.requirement.code]
        return redirect("requirements:detail", *where)
    address = reverse("requirements:to-look-at", args=[request.organisation.slug, done.pk])
    query = request.GET.urlencode()
    return redirect(f"{address}?{query}" if query else address)


def _profiles(request: OrganisationRequest) -> list[Profile]:
    rows = Profile.objects.visible_to(request.user).select_related("platform")
    return [row for row in rows if row.organisation_id in {None, request.organisation.pk}]


def _both(request: OrganisationRequest, old: str, new: str) -> tuple[Profile, Profile]:
    profiles = _profiles(request)
    before = versions.named(profiles, old, request.organisation)
    after = versions.named(profiles, new, request.organisation)
    if before is None or after is None:
        raise Http404
    return before, after


def _carry_over(request: OrganisationRequest, pk: int) -> CarryOver:
    rows = CarryOver.objects.visible_to(request.user).select_related("old", "new", "by")
    return get_object_or_404(
        rows.select_related("organisation"), organisation=request.organisation, pk=pk
    )
