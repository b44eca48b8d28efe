"""Changing many rows of the list at once."""

from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.requirements import bulk, pages, selectors
from compliance.requirements.bulk import Chosen
from compliance.requirements.filters import FilterForm
from compliance.requirements.forms import BulkAssignForm, BulkVerdictForm
from compliance.requirements.listing import filtered
from compliance.shared import many
from compliance.shared.errors import Refused
from compliance.shared.many import Outcome

LAST = many.Last("requirements-bulk")


@require_POST
@in_organisation
def change(request: OrganisationRequest) -> HttpResponse:
    """Sign a verdict, or give owner and due date, on every row that was ticked."""
    check_can(request.user, request.organisation, Capability.VERDICT_SET)
    verbs = {"verdict": _verdict, "assign": _assign}
    verb = verbs.get(request.POST.get("op", ""))
    if verb is None:
        raise Refused(_("Choose what to change."))
    LAST.keep(request, request.organisation.pk, verb(request, _chosen(request)))
    return _to_list(request)


@require_POST
@in_organisation
def undo(request: OrganisationRequest) -> HttpResponse:
    """Take the last bulk change back, as far as nobody changed its rows since."""
    check_can(request.user, request.organisation, Capability.VERDICT_SET)
    outcome = bulk.take_back(request.organisation, LAST.undo(request), by=request.user)
    n = outcome.changed
    said = ngettext("%(n)d requirement is as before.", "%(n)d requirements are as before.", n)
    LAST.taken_back(request, said, outcome)
    return _to_list(request)


def _verdict(request: OrganisationRequest, chosen: list[Chosen]) -> Outcome:
    form = BulkVerdictForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Choose a verdict."))
    return bulk.set_verdicts(request.organisation, chosen, by=request.user, **form.cleaned_data)


def _assign(request: OrganisationRequest, chosen: list[Chosen]) -> Outcome:
    form = BulkAssignForm(request.POST, people=pages.people_of(request.organisation))
    if not form.is_valid():
        raise Refused(_("Choose a member and a date."))
    return bulk.assign(request.organisation, chosen, by=request.user, **form.wanted())


def _chosen(request: OrganisationRequest) -> list[Chosen]:
    """The rows ticked as pk:revision, or everything that the filters of the page let through."""
    if request.POST.get("scope") == "filtered":
        return _all_filtered(request)
    return [Chosen(*each) for each in many.ticked(request)]


def _all_filtered(request: OrganisationRequest) -> list[Chosen]:
    query = many.query_of(request)
    profile = selectors.chosen_profile(request.organisation, query.get("profile", ""))
    seen_at = _moment(request.POST.get("seen_at", ""))
    if profile is None or seen_at is None:
        raise Refused(_("The list has changed. Reload the page."))
    form = FilterForm(query, people=pages.people_of(request.organisation))
    rows = pages.assessments(request.organisation, profile, request.user)
    items, _knowledge = filtered(request.organisation, rows, form)
    many.check_expected(request, len(items))
    return [Chosen(each.pk, seen_at=seen_at) for each in items]


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None


def _to_list(request: OrganisationRequest) -> HttpResponse:
    address = reverse("requirements:list", kwargs={"organisation": request.organisation.slug})
    return many.back_to(address, request)
