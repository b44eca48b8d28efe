"""From the audit stream to people's notices: in order, none lost, none twice."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.roles import CAPABILITIES, Role
from compliance.audit.models import Entry, Head
from compliance.notices import rules
from compliance.notices.models import Cursor, Notice
from compliance.notices.rules import Rule

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
    """Make notices of the next entries after the cursor; None when there are none.

    Entries of one organisation are numbered and committed in order, so a cursor by number
    misses none; whoever fails here leaves the cursor where it was for the next one.
    """
    Cursor.objects.get_or_create(organisation_id=organisation_id)
    cursor = Cursor.objects.select_for_update().get(organisation_id=organisation_id)
    stream = Entry.objects.filter(organisation_id=organisation_id, seq__gt=cursor.seq)
    entries = list(stream.order_by("seq")[:BATCH])
    if not entries:
        return None
    told = _notices(organisation_id, [each for each in entries if rules.rules_of(each.action)])
    Notice.objects.bulk_create(told, ignore_conflicts=True)
    Cursor.objects.filter(pk=cursor.pk).update(seq=entries[-1].seq)
    return len(told)


def mark_read(user: User, organisation: Organisation, pks: Iterable[int] | None = None) -> int:
    """Mark the person's notices read, all of them or those named."""
    rows = Notice.objects.visible_to(user).unread().filter(organisation=organisation)
    if pks is not None:
        rows = rows.filter(pk__in=list(pks))
    return rows.update(read_at=timezone.now())


def _notices(organisation_id: int, entries: list[Entry]) -> list[Notice]:
    if not entries:
        return []
    slug = Organisation.objects.values_list("slug", flat=True).get(pk=organisation_id)
    members = Membership.objects.active().filter(organisation_id=organisation_id)
    roles = {member.user_id: Role(member.role) for member in members}
    made = []
    for entry in entries:
        for rule in rules.rules_of(entry.action):
            made += [
                Notice(organisation_id=organisation_id, user_id=user, entry=entry, url=url)
                for url in [_url(rule, entry, slug)]
                for user in sorted(_hearers(rule, entry, roles))
            ]
    return made


def _hearers(rule: Rule, entry: Entry, roles: dict[int, Role]) -> set[int]:
    """Members that the rule names; the one who did it only when they wait for it."""
    named: set[Any] = set()
    for key in rule.people:
        value = entry.data.get(key)
        named |= set(value) if isinstance(value, list) else {value}
    if rule.capability:
        named |= {user for user, role in roles.items() if rule.capability in CAPABILITIES[role]}
    named = named | {entry.actor_id} if rule.asker else named - {entry.actor_id}
    return {user for user in named if user in roles}


def _url(rule: Rule, entry: Entry, slug: str) -> str:
    known = {**entry.data, "target_id": entry.target_id}
    arguments: dict[str, Any] = {name: known.get(key) for name, key in rule.arguments.items()}
    if not rule.page or None in arguments.values():
        return ""
    try:
        return reverse(rule.page, kwargs={"organisation": slug, **arguments})
    except NoReverseMatch:
        # An old entry may speak of a page that has moved; the sentence still arrives.
        return ""
