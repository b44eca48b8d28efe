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
    """Check the chain of every organisation."""
    reports = []
    for head in Head.objects.order_by("organisation_id"):
        entries = Entry.objects.filter(organisation_id=head.organisation_id).order_by("seq")
        reports.append(
            chain.verify(
                head.organisation_id, entries.iterator(chunk_size=2000), (head.seq, head.digest)
            )
        )
    return reports
