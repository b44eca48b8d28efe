"""Changing many rows of the list at once."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.accounts.models import User
from compliance.evidence import bulk, policies, selectors
from compliance.evidence.bulk import Chosen
from compliance.evidence.filters import FilterForm
from compliance.shared import many
from compliance.shared.errors import Refused
from compliance.shared.many import Outcome
from compliance.shared.numbers import whole

LAST = many.Last("evidence-bulk")


@require_POST
@in_organisation
def change(request: OrganisationRequest) -> HttpResponse:
    """Owner, tags, confidentiality or submission of every row that was ticked."""
    policies.check_can_add(request.organisation, request.user)
    verbs = {
        "owner": _owner,
        "tags": _tags,
        "confidentiality": _confidentiality,
        "submit": _submit,
    }
    verb = verbs.get(request.POST.get("op", ""))
    if verb is None:
        raise Refused(_("Choose what to change."))
    LAST.keep(request, request.organisation.pk, verb(request, _chosen(request)))
    return _to_list(request)


@require_POST
@in_organisation
def undo(request: OrganisationRequest) -> HttpResponse:
    """Take the last bulk change back, as far as nobody changed its rows since."""
    policies.check_can_add(request.organisation, request.user)
    outcome = bulk.take_back(request.organisation, LAST.undo(request), by=request.user)
    n = outcome.changed
    said = ngettext("%(n)d evidence is as before.", "%(n)d evidence are as before.", n)
    LAST.taken_back(request, said, outcome)
    return _to_list(request)


def _owner(request: OrganisationRequest, chosen: list[Chosen]) -> Outcome:
    owner = None
    if pk := request.POST.get("owner", ""):
        owner = User.objects.filter(pk=whole(pk)).first()
        if owner is None:
            raise Refused(policies.NO_MEMBER)
    return bulk.set_owner(request.organisation, chosen, owner=owner, by=request.user)


def _tags(request: OrganisationRequest, chosen: list[Chosen]) -> Outcome:
    add, remove = (request.POST.get(name, "") for name in ("add", "remove"))
    return bulk.set_tags(request.organisation, chosen, add=[add], remove=[remove], by=request.user)


def _confidentiality(request: OrganisationRequest, chosen: list[Chosen]) -> Outcome:
    value = request.POST.get("confidentiality", "")
    return bulk.set_confidentiality(
        request.organisation, chosen, confidentiality=value, by=request.user
    )


def _submit(request: OrganisationRequest, chosen: list[Chosen]) -> Outcome:
    return bulk.submit(request.organisation, chosen, by=request.user)


def _chosen(request: OrganisationRequest) -> list[Chosen]:
    """The rows ticked as pk:revision, or everything that the filters of the page let through."""
    if request.POST.get("scope") == "filtered":
        return _all_filtered(request)
    return [Chosen(*each) for each in many.ticked(request)]


def _all_filtered(request: OrganisationRequest) -> list[Chosen]:
    form = FilterForm(many.query_of(request), organisation=request.organisation, user=request.user)
    rows = form.apply(selectors.evidence_of(request.organisation, request.user)).order_by()
    found = [Chosen(*each) for each in rows.values_list("pk", "revision")[: many.AT_MOST + 1]]
    many.check_expected(request, len(found))
    return found


def _to_list(request: OrganisationRequest) -> HttpResponse:
    address = reverse("evidence:list", kwargs={"organisation": request.organisation.slug})
    return many.back_to(address, request)
