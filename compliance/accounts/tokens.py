"""Tokens in use: whose they are, and from where they come."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from compliance.accounts.actions import Action
from compliance.accounts.models import ApiToken, Organisation, TokenAddress
from compliance.audit import context
from compliance.audit.services import SYSTEM, record

# How often a use is written, at most, while its address stays the same.
NOTED_SECONDS = 60


def tokens_of(user: Any, organisation: Organisation | None = None) -> QuerySet[ApiToken]:
    """A person's own usable tokens, in all organisations or one."""
    rows = ApiToken.objects.usable().filter(user_id=user.pk).select_related("organisation")
    return rows.filter(organisation=organisation) if organisation else rows


def note_use(token: ApiToken) -> None:
    """Keep when and from where the token was used; a new address is told to its person."""
    now, address = timezone.now(), context.current().address
    fresh = token.last_used_at and token.last_used_at > now - timedelta(seconds=NOTED_SECONDS)
    if fresh and token.last_address == address:
        return
    if address and token.last_address != address:
        _note_address(token, address)
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=now, last_address=address)


@transaction.atomic
def _note_address(token: ApiToken, address: str) -> None:
    _row, is_new = TokenAddress.objects.get_or_create(token=token, address=address)
    if is_new:
        hears = {"person": token.user_id, "made_by": token.created_by_id}
        record(SYSTEM, Action.TOKEN_NEW_ADDRESS, token, from_address=address, **hears)
