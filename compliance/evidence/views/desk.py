"""The review desk: requirement at left, file at right, accept and return."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.evidence import pages, panels, policies, selectors, services
from compliance.evidence.changes import since_review
from compliance.evidence.forms import COMMON_REASONS, ReturnForm
from compliance.evidence.models import EvidenceLink
from compliance.evidence.queueing import QueueForm, queue
from compliance.evidence.views.fetching import link_of
from compliance.shared.errors import why_not


@require_safe
@in_organisation
@open_to_limited
def desk(request: OrganisationRequest, link: int | None = None) -> HttpResponse:
    """Requirement at left, file at right; without a number, the first that waits."""
    form = QueueForm(request.GET, organisation=request.organisation, user=request.user)
    rows = form.apply()
    if link is None:
        first = rows.values_list("pk", flat=True).first()
        if first is None:
            return render(request, "evidence/desk_empty.html", {"form": form})
        link = first
    current = link_of(request, link)
    kinds = list(current.requirement.evidence_kinds.all())
    assessment = selectors.assessment_of(current)
    siblings = list(selectors.links_of(request.organisation, [current.requirement_id]))
    context = {
        "link": current,
        "form": form,
        "query": request.GET.urlencode(),
        "assessment": assessment,
        "coverage": selectors.coverage(kinds, siblings),
        "since": since_review(current),
        "shown": pages.show(current.version, request.user),
        "queue": queue(rows, current.pk),
        "reasons": COMMON_REASONS,
        "why_not_accept": why_not(policies.check_can_accept, current, request.user),
        "why_not_return": why_not(policies.check_can_return, current, request.user),
        **panels.asking_context(request, kinds, assessment.owner_id if assessment else None),
    }
    return render(request, "evidence/desk.html", context)


@require_POST
@in_organisation
@open_to_limited
def accept(request: OrganisationRequest, link: int) -> HttpResponse:
    found = link_of(request, link)
    services.accept(found, by=request.user, seen=request.POST.get("seen", ""))
    messages.success(request, _("%(evidence)s is accepted.") % {"evidence": found.evidence})
    return _to_the_next(request, found)


@require_POST
@in_organisation
@open_to_limited
def return_(request: OrganisationRequest, link: int) -> HttpResponse:
    found = link_of(request, link)
    reason = ReturnForm(request.POST).text()
    services.return_(found, reason=reason, by=request.user, seen=request.POST.get("seen", ""))
    messages.success(request, _("%(evidence)s is returned.") % {"evidence": found.evidence})
    return _to_the_next(request, found)


def _to_the_next(request: OrganisationRequest, done: EvidenceLink) -> HttpResponse:
    """Go on with what has waited longest after *done*, or from the beginning, filters kept."""
    query = QueryDict(request.POST.get("query", ""))
    rows = QueueForm(query, organisation=request.organisation, user=request.user).apply()
    after = rows.filter(submitted_at__gt=done.submitted_at).first() or rows.first()
    slug = request.organisation.slug
    url = reverse("evidence:desk", args=[slug, after.pk] if after else [slug])
    return redirect(f"{url}?{query.urlencode()}" if query else url)
