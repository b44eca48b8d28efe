"""What stands between a signed-in person and one organisation's pages."""

from datetime import timedelta
from enum import Enum
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts import sessions
from compliance.accounts.models import IdentityProvider, Membership, User
from compliance.shared.errors import Unauthorised
from compliance.shared.http import refusal

# Where somebody was going who was led to set up a second factor first.
ASKED_PAGE = "asked_page"
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class Barrier(Enum):
    """Why an organisation does not open yet, with what the person reads."""

    ENDED = _("Your sign-in has ended after the time that the organisation allows. Sign in again.")
    ELSEWHERE = _(
        "You signed in through another organisation's SSO, which opens that organisation alone. "
        "Sign out and sign in with your password to open this one."
    )
    SECOND_FACTOR = _(
        "This organisation asks for a second factor. Set one up under “Sign-in and security”."
    )


def has_second_factor(user: User) -> bool:
    rows = Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_FACTORS)
    return bool(rows.exists())


def barrier(request: Any, membership: Membership) -> Barrier | None:
    """What keeps the person of the request out of the membership's organisation, if anything.

    Asks the database only where the organisation wants a second factor or the session came by SSO.
    """
    if getattr(request, "token", None) is not None:
        return _barrier_of_token(request.user, membership)
    if _has_ended(request.session.row, membership):
        return Barrier.ENDED
    through = _provider(request)
    if through and through.organisation_id != membership.organisation_id:
        return Barrier.ELSEWHERE
    if not membership.organisation.second_factor_required:
        return None
    if (through and through.brings_second_factor) or has_second_factor(request.user):
        return None
    return Barrier.SECOND_FACTOR


def _barrier_of_token(user: User, membership: Membership) -> Barrier | None:
    """A person's key is as good as the person; a service account has no second factor to show."""
    if not membership.organisation.second_factor_required or user.is_machine:
        return None
    return None if has_second_factor(user) else Barrier.SECOND_FACTOR


def _has_ended(row: Any, membership: Membership) -> bool:
    if row is None or row.signed_in_at is None:
        return False
    organisation, now = membership.organisation, timezone.now()
    idle = timedelta(minutes=min(organisation.idle_minutes, settings.SESSION_IDLE_MINUTES))
    whole = timedelta(hours=organisation.session_hours)
    return bool(row.last_seen_at < now - idle or row.signed_in_at < now - whole)


def _provider(request: HttpRequest) -> IdentityProvider | None:
    number = request.session.get(sessions.THROUGH)
    if not number:
        return None
    found = IdentityProvider.objects.filter(pk=number).first()
    # Removed meanwhile: then it opens nothing.
    return found or IdentityProvider()


def check(request: Any, membership: Membership) -> None:
    """The API's way: raise Unauthorised with the sentence."""
    if found := barrier(request, membership):
        raise Unauthorised(found.value)


def lead(request: HttpRequest, found: Barrier) -> HttpResponse:
    """The pages' way: go to where the barrier can be taken away."""
    if found is Barrier.ELSEWHERE:
        return refusal(request, str(found.value), Unauthorised.status)
    if found is Barrier.ENDED:
        logout(request)
        messages.warning(request, str(found.value))
        return redirect_to_login(request.get_full_path())
    request.session[ASKED_PAGE] = request.get_full_path()
    return redirect("accounts:security")
