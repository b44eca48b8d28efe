"""Files on their way in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.evidence import selectors, uploading
from compliance.shared.numbers import whole


@require_POST
@in_organisation
def upload(request: OrganisationRequest) -> HttpResponse:
    """Take files; answer JSON to the page's script, a page to a plain form."""
    return uploading.answer(request)


@require_safe
@in_organisation
def requirements(request: OrganisationRequest) -> HttpResponse:
    """What a picker offers for the words typed so far."""
    words = request.GET.get("requirement_code", "")
    found = selectors.picked_requirements(request.organisation, words)
    return render(request, "evidence/_picks.html", {"found": found, "words": words})


@require_safe
@in_organisation
def pick(request: OrganisationRequest) -> HttpResponse:
    """Evidence that could be linked to a requirement, for the words typed so far."""
    rows = selectors.adopted_requirements(request.organisation)
    wanted = rows.filter(pk=whole(request.GET.get("requirement", ""))).first()
    words = request.GET.get("words", "")
    found = selectors.pickable(request.organisation, wanted, words) if wanted else []
    return render(request, "evidence/_pick_found.html", {"found": found})
