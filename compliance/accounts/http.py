"""The request of a page that belongs to an organisation, and the decorators of such pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve

from compliance.accounts import again, entering
from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import keep, membership_at

P = ParamSpec("P")


class OrganisationRequest(HttpRequest):
    """A request by a member: `organisation` and `membership` are set, `user` is a person."""

    user: User
    organisation: Organisation
    membership: Membership


def open_to_limited(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Let in who is limited to one application: this page shows nothing that lies beyond it.

    Stands under `@in_organisation`. Every other page is not there for them.
    """
    view.__dict__["open_to_limited"] = True
    return view


def opens_to_limited(view: Any) -> bool:
    return getattr(view, "open_to_limited", False)


def is_open(url: str, membership: Membership) -> bool:
    """Whether the page at *url* is there for the member: their own ones, and what is open to them."""
    if not membership.is_limited:
        return True
    try:
        found = resolve(url)
    except Resolver404:
        return False
    return "organisation" not in found.kwargs or opens_to_limited(found.func)


def in_organisation(
    view: Callable[Concatenate[OrganisationRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Fetch the organisation of the address; a stranger gets the 404 of a missing page."""

    @wraps(view)
    @login_required
    def wrapped(request: Any, organisation: str, *args: P.args, **kwargs: P.kwargs) -> Any:
        membership = membership_at(request.user, organisation)
        if membership is None or (membership.is_limited and not opens_to_limited(view)):
            raise Http404
        if found := entering.barrier(request, membership):
            return entering.lead(request, found)
        request.organisation = membership.organisation
        request.membership = membership
        return view(request, *args, **kwargs)

    return wrapped


def at_home(request: HttpRequest) -> None:
    """Give a page that belongs to no organisation the frame of the person's only one."""
    mine = Membership.objects.active().filter(user=request.user)  # type: ignore[misc]
    found = list(mine.select_related("organisation")[:2])
    if len(found) == 1:
        request.organisation = found[0].organisation  # type: ignore[attr-defined]
        request.membership = found[0]  # type: ignore[attr-defined]
        keep(request.user, found[0], limited=found[0].is_limited)  # type: ignore[arg-type]


def reauthenticated(
    view: Callable[Concatenate[OrganisationRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """What is dangerous asks who the person is, unless they showed it a moment ago.

    Stands under `@in_organisation`. A page, and a form sent from one, goes on by itself afterwards;
    a key of the API shows by its scopes what it may and is not asked.
    """

    @wraps(view)
    def wrapped(request: Any, *args: P.args, **kwargs: P.kwargs) -> Any:
        if getattr(request, "token", None) or again.is_fresh(request):
            return view(request, *args, **kwargs)
        return again.ask(request)

    return wrapped
