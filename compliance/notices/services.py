"""From the audit stream to people's notices: in order, none lost, none twice."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from django.db import transaction
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.audit.models import Entry, Head
from compliance.audit.services import record
from compliance.notices import fanout, outbox, policies
from compliance.notices.actions import Action
from compliance.notices.models import DAYS_BEFORE, Cursor, Notice, Preference

BATCH = 1000


def deliver_all() -> int:
    """Catch up with every organisation's stream; return how many notices were made."""
    made = 0
    for organisation_id in Head.objects.values_list("organisation_id", flat=True):
        while (more := deliver(organisation_id)) is not None:
            made += more
    return made


@transaction.atomic
def deliver(organisation_id: int) -> int | None:
    """Make notices and deliveries of the next entries after the cursor; None when there are none.

    Entries of one organisation are numbered and committed in order, so a cursor by number
    misses none; whoever fails here leaves the cursor where it was for the next one.
    """
    Cursor.objects.get_or_create(organisation_id=organisation_id)
    cursor = Cursor.objects.select_for_update().get(organisation_id=organisation_id)
    stream = Entry.objects.filter(organisation_id=organisation_id, seq__gt=cursor.seq)
    entries = list(stream.order_by("seq")[:BATCH])
    if not entries:
        return None
    audience = fanout.Audience(organisation_id)
    news = [each for each in entries if fanout.is_news(audience, each)]
    notices, drafts = fanout.plan(audience, news)
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=500)
    outbox.queue(organisation_id, drafts)
    Cursor.objects.filter(pk=cursor.pk).update(seq=entries[-1].seq)
    return len(notices)


def mark_read(user: User, organisation: Organisation, pks: Iterable[int] | None = None) -> int:
    """Mark the person's notices read, all of them or those named."""
    rows = Notice.objects.visible_to(user).unread().filter(organisation=organisation)
    if pks is not None:
        rows = rows.filter(pk__in=list(pks))
    return rows.update(read_at=timezone.now())


def preference_of(user: User, organisation: Organisation) -> Preference:
    """Return what the person chose, or what is as delivered; unsaved then."""
    found = Preference.objects.filter(user=user, organisation=organisation).first()
    return found or Preference(user=user, organisation=organisation)


@transaction.atomic
def set_preferences(
    organisation: Organisation,
    *,
    choices: dict[str, dict[str, str]],
    quiet: tuple[time | None, time | None, str],
    by: User,
    days_before: int = DAYS_BEFORE,
) -> Preference:
    """Keep what the person chose: {topic: {channel: mode}}; quiet hours as (from, until, zone)."""
    policies.check_can_choose(organisation, by)
    chosen, _new = Preference.objects.select_for_update().get_or_create(
        user=by, organisation=organisation
    )
    before = _shown(chosen)
    chosen.choices = choices
    chosen.quiet_from, chosen.quiet_until, chosen.time_zone = quiet
    chosen.days_before = days_before
    chosen.save(update_fields=["choices", "quiet_from", "quiet_until", "time_zone", "days_before"])
    if _shown(chosen) != before:
        record(by, Action.PREFERENCES_SET, chosen, before=before, after=_shown(chosen))
    return chosen


def _shown(chosen: Preference) -> dict[str, Any]:
    hours = [each.isoformat("minutes") if each else "" for each in _hours(chosen)]
    return {
        "choices": chosen.choices,
        "quiet": hours,
        "time_zone": chosen.time_zone,
        "days_before": chosen.days_before,
    }


def _hours(chosen: Preference) -> tuple[time | None, time | None]:
    return chosen.quiet_from, chosen.quiet_until
