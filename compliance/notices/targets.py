"""Verbs on the places outside where notices go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.audit.services import SYSTEM, record
from compliance.notices import outbox, policies
from compliance.notices.actions import Action
from compliance.notices.channels.webhook import new_secret
from compliance.notices.fanout import Draft
from compliance.notices.models import Delivery, Lane, Target
from compliance.shared import outbound
from compliance.shared.errors import Conflict, Refused
from compliance.shared.sealed import seal

# With the pauses between attempts a target that answers nothing is stopped after some two hours.
MOST_FAILURES = 10
OVERLAP = timedelta(hours=24)
KAKAOWORK_HOST = "Kakao Work"


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What a person enters; an empty *address* or *secret* of a known target stays as it is."""

    name: str
    topics: list[str]
    language: str = "ko"
    address: str = ""
    secret: str = ""


@transaction.atomic
def add(organisation: Organisation, kind: str, facts: TargetFacts, *, by: User) -> Target:
    """Add a target; a webhook gets a secret, to be read once from `target.secret.open()`."""
    policies.check_can_manage(organisation, by)
    target = Target(organisation=organisation, kind=kind, created_by=by)
    _fill(target, facts)
    if kind == Target.Kind.WEBHOOK:
        target.secret = seal(new_secret())
    _save(target)
    record(by, Action.TARGET_ADDED, target, kind=str(Target.Kind(kind)), host=target.host)
    return target


@transaction.atomic
def change(target: Target, facts: TargetFacts, *, by: User) -> None:
    policies.check_can_manage(target.organisation_id, by)
    before = _shown(target)
    _fill(target, facts)
    _save(target)
    after = _shown(target)
    replaced = [name for name in ("address", "secret") if getattr(facts, name)]
    record(by, Action.TARGET_CHANGED, target, before=before, after=after, replaced=replaced)


@transaction.atomic
def remove(target: Target, *, by: User) -> None:
    """Remove a target with its log; what waited for it is not sent."""
    policies.check_can_manage(target.organisation_id, by)
    record(by, Action.TARGET_REMOVED, target, host=target.host)
    Lane.objects.filter(deliveries__target=target).delete()
    target.delete()


@transaction.atomic
def rotate(target: Target, *, by: User) -> str:
    """Give the webhook a new secret and return it; for a day the former one signs as well."""
    policies.check_can_rotate(target, by)
    fresh = new_secret()
    target.old_secret, target.old_secret_until = target.secret, timezone.now() + OVERLAP
    target.secret = seal(fresh)
    target.save(update_fields=["secret", "old_secret", "old_secret_until"])
    record(by, Action.SECRET_ROTATED, target)
    return fresh


@transaction.atomic
def stop(target: Target, *, by: User) -> None:
    """Send nothing more; new entries are not queued while it is stopped."""
    policies.check_can_manage(target.organisation_id, by)
    if not _move(target, [Target.State.ON], Target.State.OFF):
        raise Conflict(_("Somebody else changed this a moment ago. Reload the page."))
    record(by, Action.TARGET_STOPPED, target)


@transaction.atomic
def start(target: Target, *, by: User) -> None:
    """Send again, what waits first."""
    policies.check_can_manage(target.organisation_id, by)
    if not _move(target, [Target.State.OFF, Target.State.DISABLED], Target.State.ON):
        raise Conflict(_("Somebody else changed this a moment ago. Reload the page."))
    record(by, Action.TARGET_STARTED, target)
    rows = Lane.objects.filter(deliveries__target=target).distinct()
    numbers = list(rows.values_list("pk", flat=True))
    Lane.objects.filter(pk__in=numbers).update(free_at=Now())
    outbox.wake(numbers)


@transaction.atomic
def test(target: Target, *, by: User) -> Delivery:
    """Queue a test message, beside the queue: it goes out also while the target is stopped."""
    policies.check_can_manage(target.organisation_id, by)
    row = Delivery(
        organisation_id=target.organisation_id,
        kind=Delivery.Kind.TEST,
        target=target,
        user=by if target.kind == Target.Kind.KAKAOWORK else None,
    )
    row.key = f"test:{row.uid.hex}"
    outbox.queue(target.organisation_id, [Draft(f"test:{target.pk}", row)])
    record(by, Action.TARGET_TESTED, target)
    return Delivery.objects.get(key=row.key)


@transaction.atomic
def replay(delivery: Delivery, *, by: User) -> None:
    """Send a message once more, under its id: a receiver that has it already knows it."""
    policies.check_can_replay(delivery, by)
    rows = Delivery.objects.filter(pk=delivery.pk).exclude(state=Delivery.State.WAITING)
    if not rows.update(state=Delivery.State.WAITING, due_at=timezone.now()):
        raise Conflict(_("This message waits to be sent already."))
    record(by, Action.REPLAYED, delivery.target or delivery, message=delivery.message_id)
    outbox.wake([delivery.lane_id])


def succeeded(target: Target) -> None:
    """The count is of failures in a row."""
    if target.failures:
        target.failures = 0
        Target.objects.filter(pk=target.pk).update(failures=0)


@transaction.atomic
def failed(target: Target, *, gone: bool) -> bool:
    """Count a failure; stop the target after too many, or when it is *gone*. True when stopped.

    What waits stays in the outbox and goes out in order when somebody starts the target again.
    """
    Target.objects.filter(pk=target.pk).update(failures=F("failures") + 1)
    target.refresh_from_db(fields=["failures"])
    if not gone and target.failures < MOST_FAILURES:
        return False
    if _move(target, [Target.State.ON], Target.State.DISABLED, failures=target.failures):
        record(SYSTEM, Action.TARGET_DISABLED, target, failures=target.failures)
    return True


def _move(target: Target, old: list[Target.State], new: Target.State, failures: int = 0) -> bool:
    rows = Target.objects.filter(pk=target.pk, state__in=old)
    if not rows.update(state=new, failures=failures):
        return False
    target.state, target.failures = new, failures
    return True


def _fill(target: Target, facts: TargetFacts) -> None:
    target.name, target.topics, target.language = facts.name, facts.topics, facts.language
    if facts.address:
        target.host = outbound.check(facts.address).host
        target.address = seal(facts.address)
    if target.kind == Target.Kind.KAKAOWORK:
        target.host = KAKAOWORK_HOST
        if facts.secret:
            target.secret = seal(facts.secret)


def _save(target: Target) -> None:
    """A name that is taken is said before anything is half-written."""
    try:
        with transaction.atomic():
            target.save()
    except IntegrityError as error:
        raise Refused(_("There is a target of this name already. Choose another name.")) from error


def _shown(target: Target) -> dict[str, object]:
    return {
        "name": target.name,
        "host": target.host,
        "topics": target.topics,
        "language": target.language,
    }
