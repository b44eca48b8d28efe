"""The first page of the day."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.applications import policies
from compliance.applications.models import Application
from compliance.applications.selectors import open_application, running_out
from compliance.dashboard import selectors
from compliance.requirements import version_pages
from compliance.requirements.models import Profile
from compliance.requirements.selectors import adopted_profiles
from compliance.shared.errors import why_not


@in_organisation
@open_to_limited
def home(request: OrganisationRequest) -> HttpResponse:
    organisation, user = request.organisation, request.user
    if request.membership.is_limited:
        return _to_the_one(request)
    application = open_application(organisation)
    profiles = adopted_profiles(organisation)
    profile = _profile(request.GET.get("profile", ""), profiles, application)
    if application and profile and application.profile_id != profile.pk:
        application = selectors.open_application_to(organisation, profile)
    standing = selectors.standing(organisation, profile)
    context = {
        "profile": profile,
        "profiles": profiles,
        "readiness": standing,
        "bars": selectors.bars(standing),
        "submission": selectors.submission(application),
        # Sentences of the pre-flight lead to the form only whom it lets in.
        "may_edit": application and not why_not(policies.check_can_edit, application, user),
        "running_out": running_out(organisation),
        "overdue": selectors.overdue(organisation, user),
        "mine": selectors.my_work(organisation, user),
        "reviews": selectors.my_reviews(organisation, user),
        "entries": selectors.last_changes(organisation),
        "carried": version_pages.unfinished(organisation),
        "runs": selectors.latest_runs(organisation, user),
    }
    return render(request, "dashboard/home.html", context)


def _to_the_one(request: OrganisationRequest) -> HttpResponse:
    """Sums over the organisation are not for who sees one application: its page is their first."""
    mine = Application.objects.opened_to(request.user).filter(organisation=request.organisation)
    found = get_object_or_404(mine)
    return redirect("applications:detail", request.organisation.slug, found.number)


def _profile(
    named: str, profiles: list[Profile], application: Application | None
) -> Profile | None:
    """The profile that was asked for, else that of the open application, else the first one."""
    for profile in profiles:
        if profile.identifier == named:
            return profile
    return application.profile if application else next(iter(profiles), None)
