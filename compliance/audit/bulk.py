"""Many entries of one verb in a handful of statements, chained like any others."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from compliance.audit import chain, context, signals
from compliance.audit.models import Entry, Head
from compliance.audit.services import Named, head_of

BATCH = 500


def record_all(
    by: Named,
    action: str,
    organisation_id: int,
    facts: Iterable[tuple[models.Model, dict[str, Any]]],
) -> int:
    """Append one entry for each (target, data) of *facts* and return how many.

    As `services.record`, but upper rooms are woken once, for the last entry: they read the stream
    from where they stopped.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{action} was recorded outside the transaction of its verb")
    head = head_of(organisation_id)
    about, now = context.current(), timezone.now()
    entries: list[Entry] = []
    for target, data in facts:
        entry = Entry(
            organisation_id=organisation_id,
            seq=head.seq + 1,
            at=now,
            actor_id=by.pk,
            actor_name=by.audit_name[:200],
            action=str(action),
            target_kind=target._meta.label_lower,
            target_id=target.pk,
            target_name=str(target)[:400],
            data=data,
            request_id=about.request_id[:40],
            address=about.address[:60],
            user_agent=about.user_agent[:200],
            previous=head.digest,
        )
        entry.digest = chain.digest(entry)
        head.seq, head.digest = entry.seq, entry.digest
        entries.append(entry)
    if entries:
        Entry.objects.bulk_create(entries, batch_size=BATCH)
        Head.objects.filter(pk=head.pk).update(seq=head.seq, digest=head.digest)
        last = entries[-1]
        transaction.on_commit(lambda: signals.recorded.send(sender=Entry, entry=last))
    return len(entries)
