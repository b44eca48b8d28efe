"""The list, as a table and as a gallery."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from compliance.accounts import filters as saved
from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.accounts.policies import can
from compliance.accounts.roles import Capability
from compliance.evidence import panels, selectors
from compliance.evidence.filters import FilterForm
from compliance.evidence.listing import listing
from compliance.evidence.models import Confidentiality
from compliance.evidence.views.bulk import LAST


@require_safe
@in_organisation
@open_to_limited
def index(request: OrganisationRequest) -> HttpResponse:
    """Everything handed in; htmx asks for the rows alone."""
    if away := saved.opening(request, "evidence:list"):
        return away
    form = FilterForm(request.GET, organisation=request.organisation, user=request.user)
    rows = form.apply(selectors.evidence_of(request.organisation, request.user))
    context: dict[str, Any] = {
        "form": form,
        "listing": listing(rows, request.GET.get("page", ""), request.user),
        "may_change": can(request.user, request.organisation, Capability.EVIDENCE_ADD),
        "query": request.GET.urlencode(),
        "last_change": LAST.shown(request, request.organisation.pk),
        "levels": Confidentiality.choices,
    }
    part = request.headers.get("HX-Target") == "rows"
    if not part:
        context["waiting"] = selectors.queue(request.organisation, request.user).count()
        kinds = {each.value: each.label for each in form.offered["kind"]}
        context["upload"] = panels.upload_context(request, request.organisation, kinds=kinds)
    response = render(request, f"evidence/{'_rows' if part else 'list'}.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
