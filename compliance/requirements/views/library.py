"""The library: every profile at hand, and the page of one."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.requirements import library, policies
from compliance.requirements.models import Profile, Requirement
from compliance.shared.errors import why_not
from compliance.shared.numbers import whole

ROWS_ON_A_PAGE = 100
TABS = ("requirements", "parameters", "evidence", "crosswalks", "sources")
_LONGEST_SEARCH = 100


@require_safe
@in_organisation
def index(request: OrganisationRequest) -> HttpResponse:
    """Profiles that one can apply with, and below them the baselines they are compared through."""
    profiles = library.at_hand(request.organisation, request.user)
    shelves = library.shelves(request.organisation, profiles.order_by("platform__code", "-version"))
    context = {
        "asked": [each for each in shelves if not each.profile.is_baseline],
        "baselines": [each for each in shelves if each.profile.is_baseline],
        "why_not_adopt": why_not(policies.check_can_adopt, request.organisation, request.user),
    }
    return render(request, "requirements/library.html", context)


@require_safe
@in_organisation
def profile(request: OrganisationRequest, pk: int) -> HttpResponse:
    """One profile: what it asks, its parameters, evidence kinds, crosswalks and sources."""
    found = get_object_or_404(library.at_hand(request.organisation, request.user), pk=pk)
    chosen = request.GET.get("tab", "")
    tab = chosen if chosen in TABS else TABS[0]
    shelf = library.shelves(request.organisation, [found])[0]
    context: dict[str, Any] = {
        "profile": found,
        "shelf": shelf,
        "tab": tab,
        "why_not_adopt": why_not(policies.check_can_adopt, request.organisation, request.user),
        **_SHOWN[tab](request, found),
    }
    part = request.headers.get("HX-Target") == "items"
    if not part:
        context["tabs"] = _tabs(request, found, shelf, tab)
    template = f"requirements/{'_items' if part else 'profile'}.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _tabs(
    request: OrganisationRequest, profile: Profile, shelf: library.Shelf, tab: str
) -> list[dict[str, Any]]:
    address = reverse("requirements:profile", args=[request.organisation.slug, profile.pk])
    counts = {
        "requirements": (_("Requirements"), shelf.total),
        "parameters": (_("Parameters"), len(profile.parameters)),
        "evidence": (_("Evidence kinds"), profile.evidence_kinds.count()),
        "crosswalks": (_("Crosswalks"), len(library.bridges(profile, request.organisation))),
        "sources": (_("Sources"), len(profile.sources)),
    }
    return [
        {"label": label, "count": n, "url": f"{address}?tab={key}", "active": key == tab}
        for key, (label, n) in counts.items()
    ]


def _requirements(request: OrganisationRequest, profile: Profile) -> dict[str, Any]:
    given = {key: _text(request.GET.get(key, "")) for key in ("area", "provenance", "q")}
    rows = library.found(profile, **given)
    page = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.profile = profile  # its parameters are read without a query each
    return {
        "page": page,
        "areas": library.areas(profile),
        "provenances": Requirement.Provenance.choices,
        "given": given,
        "filtered": any(given.values()),
    }


def _text(given: str) -> str:
    """What a database takes: PostgreSQL refuses zero bytes in a text."""
    return given.replace("\0", "")[:_LONGEST_SEARCH]


def _parameters(request: OrganisationRequest, profile: Profile) -> dict[str, Any]:
    return {"parameters": library.parameters(profile)}


def _evidence(request: OrganisationRequest, profile: Profile) -> dict[str, Any]:
    return {"kinds": library.kinds(profile)}


def _crosswalks(request: OrganisationRequest, profile: Profile) -> dict[str, Any]:
    chosen = whole(request.GET.get("crosswalk", ""))
    shown: dict[str, Any] = {"bridges": library.bridges(profile, request.organisation)}
    if chosen:
        rows = library.edges(profile, request.organisation, chosen)
        shown["edges"] = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
        shown["chosen"] = chosen
    return shown


def _sources(request: OrganisationRequest, profile: Profile) -> dict[str, Any]:
    return {"codes": library.provenance_codes(profile)}


_SHOWN = {
    "requirements": _requirements,
    "parameters": _parameters,
    "evidence": _evidence,
    "crosswalks": _crosswalks,
    "sources": _sources,
}
