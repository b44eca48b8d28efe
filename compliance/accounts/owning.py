"""What a person does with their own sign-in: factors, sessions."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from compliance.accounts import sessions
from compliance.accounts.actions import Action
from compliance.accounts.devices import name_of
from compliance.accounts.entering import SECOND_FACTORS
from compliance.accounts.models import IdentityProvider, Membership, Session, User
from compliance.accounts.telling import tell
from compliance.shared.errors import Refused, Unauthorised, why_not

_THROUGH_SSO = _(
    "You signed in through the SSO of one of your organisations, which vouches for you there alone. "
    "Sign in with your password to change this."
)
_LAST_FACTOR = _(
    "An organisation of yours asks for a second factor and this is your only one. "
    "Add another one first."
)


def check_may_change(request: HttpRequest) -> None:
    """Whoever runs one organisation's SSO must not get at a person's access to another one."""
    number = request.session.get(sessions.THROUGH)
    if not number:
        return
    provider = IdentityProvider.objects.filter(pk=number).first()
    others = Membership.objects.active().filter(user=request.user)  # type: ignore[misc]
    if provider is None or others.exclude(organisation=provider.organisation_id).exists():
        raise Unauthorised(_THROUGH_SSO)


def why_not_change(request: HttpRequest) -> str:
    return why_not(check_may_change, request)


def factor_of(user: Any, pk: int) -> Authenticator:
    rows = Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_FACTORS)
    return get_object_or_404(rows, pk=pk)


def check_can_remove(user: Any, factor: Authenticator) -> None:
    """An organisation that asks for a second factor does not lose a member's last one."""
    others = Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_FACTORS)
    if others.exclude(pk=factor.pk).exists():
        return
    asking = Membership.objects.active().filter(
        user_id=user.pk, organisation__second_factor_required=True
    )
    if asking.exists():
        raise Refused(_LAST_FACTOR)


def shown_sessions(request: Any) -> list[dict[str, Any]]:
    """The person's sessions as the page shows them, this one first."""
    rows = [
        {"session": each, "device": name_of(each.user_agent), "here": _is_here(request, each)}
        for each in sessions.of(request.user)
    ]
    return sorted(rows, key=lambda row: not row["here"])


def _is_here(request: HttpRequest, session: Session) -> bool:
    return bool(session.session_key == request.session.session_key)


@transaction.atomic
def end_session(request: Any, handle: str) -> None:
    """End one of the person's sessions, named by its handle."""
    user: User = request.user
    found = next((each for each in sessions.of(user) if each.handle == handle), None)
    if found is None:
        raise Http404
    found.delete()
    facts = {"device": name_of(found.user_agent), "from_address": found.address}
    tell(user, Action.SESSION_ENDED, user, **facts)


@transaction.atomic
def end_other_sessions(request: Any) -> None:
    user: User = request.user
    count = sessions.end(user, besides=request.session.session_key)
    tell(user, Action.SESSIONS_ENDED, user, count=count)
