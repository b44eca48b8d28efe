"""What allauth and Django say of sign-ins becomes entries of the audit stream."""

import time
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.account.signals import user_logged_in as allauth_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from compliance.accounts import locking, sessions
from compliance.accounts.actions import Action
from compliance.accounts.models import IdentityProvider, Membership, User
from compliance.accounts.telling import tell
from compliance.audit import context, hiding
from compliance.shared.afterwards import later


@receiver(post_save, sender=Membership)
def note_name(sender: Any, instance: Membership, **kwargs: Any) -> None:
    """Entries name members by reference from the first one on."""
    if kwargs["created"] and not kwargs["raw"] and instance.user.is_person:
        hiding.know(instance.organisation_id, instance.user)


@receiver(user_logged_in)
def note_sign_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    facts = context.current()
    request.session[sessions.SIGNED_IN] = time.time()
    request.session[sessions.ADDRESS] = facts.address
    request.session[sessions.AGENT] = facts.user_agent
    request.session.pop(sessions.THROUGH, None)
    User.objects.filter(pk=user.pk, locked_until__isnull=False).update(locked_until=None)
    tell(user, Action.SIGNED_IN, user)


@receiver(allauth_logged_in)
def note_provider(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """A session that an organisation's SSO opened says so: it opens that organisation alone."""
    if sociallogin := kwargs.get("sociallogin"):
        provider = IdentityProvider.objects.get(slug=sociallogin.account.provider)
        request.session[sessions.THROUGH] = provider.pk


@receiver(user_logged_out)
def note_sign_out(sender: Any, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        tell(user, Action.SIGNED_OUT, user)


@receiver([password_changed, password_set])
def note_password(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    tell(user, Action.PASSWORD_CHANGED, user)


@receiver(password_reset)
def note_reset(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    # Who forgot it may have been locked out by somebody else: the link in the mail proves more.
    User.objects.filter(pk=user.pk).update(locked_until=None)
    sessions.end(user)
    tell(user, Action.PASSWORD_RESET, user)


@receiver(authenticator_added)
def note_added(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    tell(user, Action.FACTOR_ADDED, user, factor=authenticator.type)


@receiver(authenticator_removed)
def note_removed(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    tell(user, Action.FACTOR_REMOVED, user, factor=authenticator.type)


@receiver(authentication_failed)
def note_wrong_code(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    key = locking.code_key(user)
    later(lambda: locking.note_failure(request, user.email, key, code=True))
