"""Reads of the stream."""

from typing import NamedTuple

from django.db.models import Model, QuerySet

from compliance.audit import chain
from compliance.audit.models import Entry, Head


class Checkpoint(NamedTuple):
    """Where a chain ends: written into every packet, so that a cut tail is seen from outside."""

    seq: int
    digest: str


def checkpoint(organisation_id: int) -> Checkpoint:
    head = Head.objects.filter(organisation_id=organisation_id).first()
    return Checkpoint(head.seq, head.digest) if head else Checkpoint(0, "")


def history(target: Model) -> QuerySet[Entry]:
    """Entries about *target*, newest first."""
    return Entry.objects.filter(
        organisation_id=getattr(target, "organisation_id", None) or target.pk,
        target_kind=target._meta.label_lower,
        target_id=target.pk,
    ).order_by("-seq")


def verify_all() -> list[chain.Report]:
    """Check the chain of every organisation, also of one whose head was taken away."""
    heads = {head.organisation_id: (head.seq, head.digest) for head in Head.objects.all()}
    written = Entry.objects.order_by().values_list("organisation_id", flat=True).distinct()
    return [_verified(number, heads.get(number)) for number in sorted({*heads, *written})]


def _verified(organisation_id: int, head: tuple[int, str] | None) -> chain.Report:
    entries = Entry.objects.filter(organisation_id=organisation_id).order_by("seq")
    return chain.verify(organisation_id, entries.iterator(chunk_size=2000), head)
