"""Verbs of keeping: change the facts, hold and lift, delete a draft."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.audit.services import record
from compliance.evidence import policies, writing
from compliance.evidence.actions import Action
from compliance.evidence.models import (
    Confidentiality,
    Evidence,
    EvidenceFile,
    EvidenceLink,
    EvidenceVersion,
    Hold,
)
from compliance.requirements.models import EvidenceKind
from compliance.shared.errors import Conflict, Refused


@transaction.atomic
def change(  # noqa: PLR0913 - the fields of one form, by name
    evidence: Evidence,
    *,
    title: str,
    kind: EvidenceKind | None,
    confidentiality: str,
    owner: User | None,
    tags: Sequence[str],
    revision: int,
    by: User,
) -> None:
    """Change what is said about an evidence; its versions and their reviews stay.

    Another kind has another maximum age, so the days of its links are reckoned anew. Raises
    Conflict when somebody else changed it since *revision*.
    """
    policies.check_can_change(evidence, by)
    if owner is not None and owner.pk != evidence.owner_id:
        policies.check_owner(owner, evidence.organisation_id)
    names = writing.tag_names(tags)
    told: dict[str, Any] = {
        "title": writing.title(title, evidence.title),
        "kind": kind,
        "kind_code": kind.code if kind else "",
        "confidentiality": Confidentiality(confidentiality),
        "owner": owner,
    }
    before = _facts(evidence)
    rows = Evidence.objects.current().filter(pk=evidence.pk, revision=revision)
    if not rows.update(**told, revision=F("revision") + 1):
        raise Conflict(_("Somebody else changed this a moment ago. Reload the page."))
    evidence.refresh_from_db()
    evidence.tags.set(writing.tags(evidence.organisation_id, names))
    if before["kind"] != evidence.kind_code:
        _reckon_anew(evidence)
    after = _facts(evidence)
    changed = {key: [before[key], value] for key, value in after.items() if before[key] != value}
    if changed:
        record(by, Action.CHANGED, evidence, changed=changed, number=evidence.number)


def _facts(evidence: Evidence) -> dict[str, Any]:
    """What a change may change, as its audit entry keeps it."""
    return {
        "title": evidence.title,
        "kind": evidence.kind_code,
        "confidentiality": str(evidence.confidentiality),
        "owner": evidence.owner.name if evidence.owner else "",
        "tags": sorted(tag.name for tag in evidence.tags.all()),
    }


def _reckon_anew(evidence: Evidence) -> None:
    links = EvidenceLink.objects.in_force().filter(evidence=evidence).select_related("version")
    for link in links:
        until = link.version.valid_for(evidence.max_age_days)
        EvidenceLink.objects.filter(pk=link.pk).update(valid_until=until)


@transaction.atomic
def hold(evidence: Evidence, *, reason: str, by: User, until: date | None = None) -> Hold:
    """Keep *evidence* from being withdrawn or deleted until a day, or until the hold is lifted."""
    reason = reason.strip()[:2000]
    # Two who place a hold at once queue here, as those who withdraw do.
    writing.queue_for_number(evidence.organisation)
    policies.check_can_hold(evidence, by)
    if not reason:
        raise Refused(policies.HOLD_REASON)
    if until is not None and until < timezone.localdate():
        raise Refused(policies.PAST_DAY)
    made = Hold.objects.create(evidence=evidence, reason=reason, until=until, placed_by=by)
    day = until.isoformat() if until else None
    record(by, Action.HELD, evidence, reason=reason, until=day, number=evidence.number)
    return made


@transaction.atomic
def lift(held: Hold, *, reason: str, by: User) -> None:
    """End a hold; it stays in the records with the reason."""
    policies.check_can_lift(held, by)
    reason = reason.strip()[:2000]
    if not reason:
        raise Refused(policies.ENDING_REASON)
    rows = Hold.objects.filter(pk=held.pk, lifted_at__isnull=True)
    if not rows.update(lifted_at=timezone.now(), lifted_by=by, lifted_reason=reason):
        raise Conflict(policies.NOT_HELD)
    held.refresh_from_db()
    record(by, Action.LIFTED, held.evidence, reason=reason, number=held.evidence.number)


@transaction.atomic
def delete(evidence: Evidence, *, by: User) -> None:
    """Take a draft away that no reviewer was ever asked about. The audit log remembers it, and its
    number is not given again."""
    writing.queue_for_number(evidence.organisation)
    policies.check_can_delete(evidence, by)
    version = evidence.versions.first()
    files = [
        {"name": file.name, "sha256": file.blob.sha256}
        for file in (version.files.select_related("blob") if version else [])
    ]
    record(by, Action.DELETED, evidence, number=evidence.number, files=files)
    try:
        evidence.links.all().delete()
        evidence.holds.all().delete()
        EvidenceFile.objects.filter(version__evidence=evidence).delete()
        EvidenceVersion.objects.filter(evidence=evidence).delete()
        evidence.tags.clear()
        evidence.delete()
    except ProtectedError as used:
        raise Refused(
            _(
                "This evidence is used elsewhere: a task or an application names it. "
                "Withdraw it instead."
            )
        ) from used
