"""`record` is the last line of every verb."""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import orjson
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.audit import chain, checkpoints, context, hiding, rows, signals
from compliance.audit.models import Checkpoint, Entry
from compliance.shared.errors import Refused

logger = logging.getLogger(__name__)


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
    seq, previous = rows.lock_head(organisation_id)
    # Not before the lock, so that times go forward as numbers do.
    entries = [_entry(by, action, target, data) for target, data in told]
    targets = [target for target, _data in told]
    hiding.hide(organisation_id, by, list(zip(entries, targets, strict=True)))
    for entry in entries:
        seq += 1
        entry.seq, entry.previous = seq, previous
        previous = entry.digest = chain.digest(entry)
    rows.append(entries)
    rows.move_head(organisation_id, seq, previous)
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
        # As the database gives it back, so that the digest covers what is read later.
        data=orjson.loads(chain.data_text(data)),
        request_id=facts.request_id[:40],
        address=facts.address[:60],
        user_agent=facts.user_agent[:200],
    )


def record_read(by: Named, action: str, target: models.Model, **data: Any) -> Entry:
    """Record that *by* read *target* (an access record); opens its own transaction."""
    with transaction.atomic():
        return record(by, action, target, **data)


def sign(organisation_id: int) -> Checkpoint | None:
    """Make a checkpoint of the organisation's log. Raises Refused when the log is broken."""
    try:
        with transaction.atomic():
            return checkpoints.make(organisation_id)
    except checkpoints.Broken as broken:
        sentence = _(
            "The audit log is not as it was written: %(why)s. Nothing can be signed over it. "
            "Tell whoever runs the portal; manage.py verify_audit says more."
        )
        raise Refused(sentence % {"why": broken}) from broken


def sign_all() -> tuple[list[Checkpoint], dict[int, str]]:
    """Make a checkpoint for everybody; return those there are now, and {organisation: why not}."""
    made, broken = [], {}
    for organisation_id in rows.organisations():
        try:
            with transaction.atomic():
                found = checkpoints.make(organisation_id)
        except checkpoints.Broken as error:
            logger.critical("audit log of organisation %s: %s", organisation_id, error)
            broken[organisation_id] = str(error)
            continue
        if found:
            checkpoints.publish(organisation_id)
            made.append(found)
    return made, broken
