"""Reviews of accounts and of access records: what is to be done, what was signed, and the signing."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.oversight import policies, reviewing, selectors, signing
from compliance.oversight.forms import PeriodForm
from compliance.oversight.models import Review, ReviewKind
from compliance.remediation.models import DutyOccurrence
from compliance.shared.errors import Refused, why_not
from compliance.shared.numbers import whole


@require_safe
@in_organisation
def list_(request: OrganisationRequest) -> HttpResponse:
    policies.check_can_read(request.organisation, request.user)
    waiting = list(signing.open_periods(request.organisation))
    context = {
        "reviews": selectors.reviews(request.organisation, request.user),
        "kinds": [
            (kind, [each for each in waiting if selectors.fits(each, kind)]) for kind in ReviewKind
        ],
        "why_not": why_not(policies.check_can_review, request.organisation, request.user),
    }
    return render(request, "oversight/reviews.html", context)


@require_safe
@in_organisation
def new(request: OrganisationRequest) -> HttpResponse:
    """What a signature would be about. ?kind= names the review, ?first= and ?last= the days."""
    policies.check_can_review(request.organisation, request.user)
    kind = request.GET.get("kind", "")
    if kind not in ReviewKind.values:
        kind = ReviewKind.ACCOUNTS
    form = PeriodForm(request.GET)
    chosen = (
        (form.cleaned_data["first"], form.cleaned_data["last"])
        if form.is_valid()
        else selectors.period_of(kind)
    )
    signing.check_period(kind, *chosen)
    return _page(request, kind, chosen, {}, "")


def _page(
    request: OrganisationRequest,
    kind: str,
    period: tuple[date, date],
    answers: dict[str, str],
    problem: str,
) -> HttpResponse:
    seen = reviewing.snapshot(request.organisation, kind, *period)
    waiting = list(signing.open_periods(request.organisation))
    context = {
        "kind": ReviewKind(kind),
        "seen": seen,
        "digest": reviewing.digest(seen),
        "points": [(each, answers.get(each["key"], "")) for each in seen["points"]],
        "first": period[0],
        "last": period[1],
        "periods": [(each, selectors.fits(each, kind)) for each in waiting],
        "note": request.POST.get("note", ""),
        "problem": problem,
        "rules": reviewing,
    }
    return render(request, "oversight/review.html", context)


@require_POST
@in_organisation
def sign(request: OrganisationRequest) -> HttpResponse:
    policies.check_can_review(request.organisation, request.user)
    form = PeriodForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Choose the days of the review."))
    kind, period = (
        form.cleaned_data["kind"],
        (form.cleaned_data["first"], form.cleaned_data["last"]),
    )
    answers = dict(zip(request.POST.getlist("key"), request.POST.getlist("answer"), strict=False))
    said = signing.Said(request.POST.get("seen", ""), answers, request.POST.get("note", ""))
    try:
        review = signing.sign(
            request.organisation,
            kind,
            period,
            said=said,
            by=request.user,
            occurrence=_occurrence(request),
        )
    except Refused as refusal:
        signing.check_period(kind, *period)
        return _page(request, kind, period, answers, str(refusal))
    messages.success(request, _("Signed. The report is %(code)s.") % {"code": review.evidence.code})
    return redirect("oversight:review", request.organisation.slug, review.pk)


def _occurrence(request: OrganisationRequest) -> DutyOccurrence | None:
    chosen = whole(request.POST.get("occurrence", ""))
    if not chosen:
        return None
    return get_object_or_404(signing.open_periods(request.organisation), pk=chosen)


@require_safe
@in_organisation
def show(request: OrganisationRequest, pk: int) -> HttpResponse:
    policies.check_can_read(request.organisation, request.user)
    rows = Review.objects.visible_to(request.user).filter(organisation=request.organisation)
    found = get_object_or_404(rows.select_related("signed_by", "evidence"), pk=pk)
    return render(request, "oversight/signed.html", {"review": found, "seen": found.snapshot})
