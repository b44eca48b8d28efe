"""Reads of the stream."""

import json
from typing import NamedTuple

from django.db.models import Model, Q, QuerySet

from compliance.audit import aliases
from compliance.audit.models import Alias, Entry, Head

# More names than this hold the same text only when it is too short to mean one.
_MOST_NAMES = 100


class End(NamedTuple):
    """Where a chain ends."""

    seq: int
    digest: str


def end_of(organisation_id: int) -> End:
    head = Head.objects.filter(organisation_id=organisation_id).first()
    return End(head.seq, head.digest) if head else End(0, "")


def history(target: Model) -> QuerySet[Entry]:
    """Entries about *target*, newest first."""
    return Entry.objects.filter(
        organisation_id=getattr(target, "organisation_id", None) or target.pk,
        target_kind=target._meta.label_lower,
        target_id=target.pk,
    ).order_by("-seq")


def by_whom(organisation_id: int, text: str) -> Q:
    """Entries of people who are called like *text*."""
    kinds = [Alias.Kind.NAME, Alias.Kind.MAIL]
    people = {each.person_id for each in _named(organisation_id, text) if each.kind in kinds}
    people.discard(None)
    return Q(actor_name__icontains=text) | Q(actor_id__in=sorted(people))


def from_where(organisation_id: int, text: str) -> Q:
    """Entries from addresses that begin like *text*."""
    rows = Alias.objects.filter(
        organisation_id=organisation_id, kind=Alias.Kind.ADDRESS, text__startswith=text
    )
    held = [aliases.reference(each.token) for each in rows[:_MOST_NAMES]]
    return Q(address__startswith=text) | Q(address__in=held)


def holding(organisation_id: int, text: str, fields: list[str]) -> Q:
    """Entries that show *text* in one of *fields*, in clear or as part of a name."""
    found = Q()
    tokens = [each.token for each in _named(organisation_id, text)]
    # SQLite keeps Hangul in JSON as escapes, PostgreSQL as itself.
    written = {text, json.dumps(text)[1:-1]}
    for name in fields:
        # Of a JSON value `contains` would ask for an element, and SQLite cannot.
        for each in (*written, *tokens):
            found |= Q(**{f"{name}__icontains": each})
    return found


def _named(organisation_id: int, text: str) -> QuerySet[Alias]:
    rows = Alias.objects.filter(organisation_id=organisation_id, text__icontains=text)
    return rows.exclude(kind=Alias.Kind.ADDRESS)[:_MOST_NAMES]
