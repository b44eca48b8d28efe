"""Pages of the mapping sets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.scans import library, policies
from compliance.scans.models import MappingSet
from compliance.shared.errors import why_not

PAGE = 50
_VERBS = {"approve": library.approve, "retire": library.retire}


@require_safe
@in_organisation
def mapping_sets(request: OrganisationRequest) -> HttpResponse:
    """The library: every version, its source, and whether it is used here."""
    context = {"versions": library.versions(request.organisation)}
    return render(request, "scans/mapping_sets.html", context)


@require_safe
@in_organisation
def mapping_set(request: OrganisationRequest, mapping_set: int) -> HttpResponse:
    """One version: its edges, why each is there, and the checks it maps here."""
    version = _version(request, mapping_set)
    words = request.GET.get("q", "").strip()[:100]
    page = Paginator(library.edges(version.set, words), PAGE).get_page(request.GET.get("page"))
    paths = library.paths(request.organisation, page.object_list)
    refusal = why_not(policies.check_can_choose_mappings, request.organisation, request.user)
    context: dict[str, Any] = {
        "version": version,
        "set": version.set,
        "q": words,
        "page": page,
        "rows": [(edge, *paths.get(edge.pk, (0, []))) for edge in page],
        "links": version.set.links.all()[:PAGE],
        "why_not": refusal,
    }
    return render(request, "scans/mapping_set.html", context)


def _version(request: OrganisationRequest, pk: int) -> library.Version:
    found = get_object_or_404(MappingSet, pk=pk)
    return next(each for each in library.versions(request.organisation) if each.set == found)


@require_POST
@in_organisation
def choose_mappings(request: OrganisationRequest, mapping_set: int, verb: str) -> HttpResponse:
    """Approve or retire a version; the organisation's checks are mapped anew at once."""
    policies.check_can_choose_mappings(request.organisation, request.user)
    chosen = get_object_or_404(MappingSet, pk=mapping_set)
    reason = request.POST.get("reason", "")
    number = _VERBS[verb](chosen, organisation=request.organisation, reason=reason, by=request.user)
    messages.success(
        request,
        ngettext(
            "Saved. %(n)d check was mapped anew.", "Saved. %(n)d checks were mapped anew.", number
        )
        % {"n": number}
        if number
        else _("Saved."),
    )
    return redirect(
        "scans:mapping-set", organisation=request.organisation.slug, mapping_set=chosen.pk
    )
