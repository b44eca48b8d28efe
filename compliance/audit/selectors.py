"""Reads of the stream."""

from typing import NamedTuple

from django.db.models import Model, QuerySet

from compliance.audit.models import Entry, Head


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
