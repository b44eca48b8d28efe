"""Too many wrong passwords or codes: how many, for whom, and how it ends.

Counting is allauth's (its rate limits, in the shared cache): by the name that was typed, known or
not, and by address. Here is when a person counts as locked, and who ends it.
"""

import logging
from datetime import timedelta

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from compliance.accounts.actions import Action
from compliance.accounts.models import Membership, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.accounts.telling import tell
from compliance.audit.services import SYSTEM, record

APP, ACTION = "allauth.account", "login_failed"
_log = logging.getLogger("compliance.accounts")


def name_key(email: str) -> str:
    """Under which tries with this name are counted, whatever host the portal was called by."""
    return f"name:{email.strip().lower()}"


def code_key(user: User) -> str:
    return f"mfa-auth-user-{user.pk}"


def rate() -> dict[str, str]:
    per_key = str(settings.ACCOUNT_RATE_LIMITS[ACTION]).split(",")[-1]
    return {ACTION: per_key}


def is_locked(request: HttpRequest, key: str) -> bool:
    """Whether one more try under *key* would be refused."""
    left = ratelimit.consume(
        request, app=APP, action=ACTION, config=rate(), key=key, dry_run=True, limit_get=True
    )
    return left is None


def note_failure(request: HttpRequest, email: str, key: str, *, code: bool = False) -> None:
    """Tell of a wrong password or code; and that the person is locked, if it was the last try."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        _log.warning("sign-in failed for an unknown name, %r", email[:254])
        return
    tell(SYSTEM, Action.CODE_FAILED if code else Action.SIGN_IN_FAILED, user)
    if is_locked(request, key):
        until = timezone.now() + timedelta(minutes=settings.LOCK_MINUTES)
        User.objects.filter(pk=user.pk).update(locked_until=until)
        tell(SYSTEM, Action.LOCKED, user, until=until)


@transaction.atomic
def unlock(request: HttpRequest, membership: Membership, *, by: User) -> None:
    """Let a locked member try again at once."""
    check_can(by, membership.organisation_id, Capability.PEOPLE_MANAGE)
    user = membership.user
    for key in (name_key(user.email), code_key(user)):
        ratelimit.clear(request, app=APP, action=ACTION, config=rate(), key=key)
    User.objects.filter(pk=user.pk).update(locked_until=None)
    record(by, Action.UNLOCKED, membership, person=user.pk)


def use_once(name: str, seconds: int) -> bool:
    """Whether *name* is used for the first time within *seconds*; of two at once, one is first."""
    return bool(cache.add(f"gatepass.once:{name}", 1, timeout=seconds))
