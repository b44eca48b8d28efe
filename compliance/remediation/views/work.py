"""My work: what is due, what waits for me, what I wait for."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.remediation import mine, pages


@require_safe
@in_organisation
def my_work(request: OrganisationRequest) -> HttpResponse:
    organisation, user = request.organisation, request.user
    due = {each.key: each for each in mine.due(organisation, user)}
    asked = mine.requests(organisation, user)
    context = {
        "tabs": pages.ways(organisation, "mine"),
        "due": due,
        "stretches": [due["late"], due["today"], due["week"]],
        "to_verify": mine.to_verify(organisation, user),
        "in_verification": mine.in_verification(organisation, user),
        "requests": asked,
        "duties": mine.duties(organisation, user),
        "reviews": mine.reviews(organisation, user),
        "waits": mine.waits(organisation, user),
    }
    return render(request, "remediation/mine.html", context)
