"""Changing many rows of the list at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.accounts.models import User
from compliance.evidence import bulk, policies, selectors
from compliance.evidence.bulk import Chosen, Outcome
from compliance.evidence.filters import FilterForm
from compliance.shared.errors import Refused
from compliance.shared.numbers import whole

REFUSED_SHOWN = 200
# Kept in the session, so that it costs the list no query.
_KEPT = "evidence-bulk"


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
    _keep(request, verb(request, _chosen(request)))
    return _to_list(request)


@require_POST
@in_organisation
def undo(request: OrganisationRequest) -> HttpResponse:
    """Take the last bulk change back, as far as nobody changed its rows since."""
    policies.check_can_add(request.organisation, request.user)
    kept: dict[str, Any] = request.session.get(_KEPT, {})
    outcome = bulk.take_back(request.organisation, kept.get("undo", ""), by=request.user)
    request.session.pop(_KEPT, None)
    n = outcome.changed
    said = ngettext("%(n)d evidence is as before.", "%(n)d evidence are as before.", n)
    messages.success(request, said % {"n": n})
    for name, sentence in outcome.refused[:REFUSED_SHOWN]:
        messages.warning(request, f"{name}: {sentence}")
    return _to_list(request)


def last_change(request: OrganisationRequest) -> dict[str, Any] | None:
    """What the list says of the last bulk change; the refused rows are named once."""
    kept: dict[str, Any] | None = request.session.get(_KEPT)
    if not kept or kept["organisation"] != request.organisation.pk:
        return None
    if kept["until"] < timezone.now().timestamp():
        del request.session[_KEPT]
        return None
    shown = dict(kept)
    if kept["refused"]:
        request.session[_KEPT] = {**kept, "refused": []}
    return shown


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
    pairs = [each.partition(":") for each in request.POST.getlist("row")]
    if any(not (pk.isdecimal() and revision.isdecimal()) for pk, _colon, revision in pairs):
        raise Refused(_("The list has changed. Reload the page."))
    return [Chosen(whole(pk), whole(revision)) for pk, _colon, revision in pairs]


def _all_filtered(request: OrganisationRequest) -> list[Chosen]:
    query = QueryDict(request.POST.get("query", ""))
    form = FilterForm(query, organisation=request.organisation, user=request.user)
    rows = form.apply(selectors.evidence_of(request.organisation, request.user)).order_by()
    found = [Chosen(*each) for each in rows.values_list("pk", "revision")[: bulk.AT_MOST + 1]]
    if request.POST.get("expected") != str(len(found)):
        raise Refused(_("The filters find other rows now than when you looked. Reload the page."))
    return found


def _keep(request: OrganisationRequest, outcome: Outcome) -> None:
    request.session[_KEPT] = {
        "organisation": request.organisation.pk,
        "undo": outcome.undo if outcome.changed else "",
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "refused": [[name, str(sentence)] for name, sentence in outcome.refused[:REFUSED_SHOWN]],
        "until": (timezone.now() + bulk.UNDO_WITHIN).timestamp(),
    }


def _to_list(request: OrganisationRequest) -> HttpResponse:
    address = reverse("evidence:list", kwargs={"organisation": request.organisation.slug})
    query = QueryDict(request.POST.get("query", "")).urlencode()
    return redirect(f"{address}?{query}" if query else address)
