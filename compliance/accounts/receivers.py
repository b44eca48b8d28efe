"""Signing in and out enters the audit stream of each of the person's organisations."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.dispatch import receiver

from compliance.accounts.actions import Action
from compliance.accounts.models import Membership, User
from compliance.audit.services import record


@receiver(user_logged_in)
def note_sign_in(sender: Any, user: User, **kwargs: Any) -> None:
    _note(user, Action.SIGNED_IN)


@receiver(user_logged_out)
def note_sign_out(sender: Any, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        _note(user, Action.SIGNED_OUT)


@transaction.atomic
def _note(user: User, action: Action) -> None:
    for membership in Membership.objects.active().filter(user=user).order_by("organisation_id"):
        record(user, action, membership)
