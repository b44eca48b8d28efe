"""`record` is the last line of every verb."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from django.db import connection, models, transaction
from django.utils import timezone

from compliance.audit import chain, context, signals
from compliance.audit.models import Entry, Head


class Named(Protocol):
    """Somebody who acts: a person, or the portal itself."""

    @property
    def pk(self) -> Any: ...
    @property
    def audit_name(self) -> str: ...


class Actor(NamedTuple):
    """An actor without a row."""

    pk: int | None
    audit_name: str


SYSTEM = Actor(None, "Gatepass")


def record_all(
    by: Named, action: str, told: Sequence[tuple[models.Model, dict[str, Any]]]
) -> list[Entry]:
    """Append one entry for each (target, data) of one organisation, as one verb did them all.

    The chain's end is locked and written once, whatever the number. Listeners are woken by the
    last entry alone: they read the stream, not the signal.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{action} was recorded outside the transaction of its verb")
    if not told:
        return []
    [organisation_id] = {_organisation(target) for target, _data in told}
    head = head_of(organisation_id)
    entries: list[Entry] = []
    seq, previous = head.seq, head.digest
    for target, data in told:
        seq += 1
        entry = _entry(by, action, target, data)
        entry.seq, entry.previous = seq, previous
        previous = entry.digest = chain.digest(entry)
        entries.append(entry)
    Entry.objects.bulk_create(entries, batch_size=200)
    Head.objects.filter(pk=head.pk).update(seq=seq, digest=previous)
    last = entries[-1]
    transaction.on_commit(lambda: signals.recorded.send(sender=Entry, entry=last))
    return entries


def record(by: Named, action: str, target: models.Model, **data: Any) -> Entry:
    """Append one entry to the chain of the target's organisation and return it.

    *target* has `organisation_id` or is the organisation itself. *data* is JSON: what the sentence
    names, and {"before": …, "after": …} of changed fields. Must run in the verb's transaction.
    """
    return record_all(by, action, [(target, data)])[0]


def _organisation(target: models.Model) -> int:
    return int(getattr(target, "organisation_id", None) or target.pk)


def _entry(by: Named, action: str, target: models.Model, data: dict[str, Any]) -> Entry:
    facts = context.current()
    return Entry(
        organisation_id=_organisation(target),
        at=timezone.now(),
        actor_id=by.pk,
        actor_name=by.audit_name[:200],
        action=str(action),
        target_kind=target._meta.label_lower,
        target_id=target.pk,
        target_name=str(target)[:400],
        data=data,
        request_id=facts.request_id[:40],
        address=facts.address[:60],
        user_agent=facts.user_agent[:200],
    )


def record_read(by: Named, action: str, target: models.Model, **data: Any) -> Entry:
    """Record that *by* read *target* (an access record); opens its own transaction."""
    with transaction.atomic():
        return record(by, action, target, **data)


def head_of(organisation_id: int) -> Head:
    """Return the locked end of the chain: writers of one organisation queue here."""
    Head.objects.get_or_create(organisation_id=organisation_id)
    return Head.objects.select_for_update().get(organisation_id=organisation_id)
