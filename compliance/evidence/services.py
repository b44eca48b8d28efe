"""Verbs: add, add a version, link, accept, return, withdraw, expire."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.audit.services import SYSTEM, record
from compliance.evidence import policies, signals
from compliance.evidence.actions import Action
from compliance.evidence.models import (
    Confidentiality,
    Evidence,
    EvidenceFile,
    EvidenceLink,
    EvidenceVersion,
    State,
)
from compliance.evidence.states import MOVES
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.shared import states
from compliance.shared.errors import Conflict, Refused
from compliance.vault import services as vault
from compliance.vault.models import Blob
from compliance.vault.names import clean_name

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way in."""

    stream: vault.Readable | vault.Received
    name: str


@dataclass(frozen=True, slots=True)
class _Circumstances:
    """When and where a version was collected."""

    collected_at: date
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Added:
    """What `add` did; *repeated*: the same files were under review already, this is that."""

    evidence: Evidence
    link: EvidenceLink | None
    repeated: bool = False


_Stored = list[tuple[Blob, str]]


def add(  # noqa: PLR0913 - the fields of one form, by name
    organisation: Organisation,
    files: Sequence[Upload],
    *,
    by: User,
    requirement: Requirement | None = None,
    title: str = "",
    kind: EvidenceKind | None = None,
    confidentiality: str = Confidentiality.INTERNAL,
    collected_at: date | None = None,
    source: str = "",
    note: str = "",
) -> Added:
    """Keep *files* as a new evidence, version 1, and put it under review for *requirement*.

    Without a title the first file's name is it; without a day of collection it is today. All files
    are kept or none. Not within atomic(): the bytes are hashed and inspected first.
    """
    policies.check_can_add(organisation, by)
    facts = _circumstances(collected_at, source, note)
    stored = _store(organisation, files)
    with transaction.atomic():
        _queue_for_number(organisation)
        if requirement and (same := _same_under_review(organisation, requirement, stored, by)):
            return Added(same.evidence, same, repeated=True)
        evidence = Evidence.objects.create(
            organisation=organisation,
            number=_next_number(organisation),
            title=_title(title, stored[0][1]),
            kind=kind,
            kind_code=kind.code if kind else "",
            confidentiality=Confidentiality(confidentiality),
            created_by=by,
        )
        version = _write_version(evidence, stored, facts, by)
        record(by, Action.ADDED, evidence, **_facts_of(version, stored))
        linked = _link(evidence, requirement, version, by) if requirement else None
    return Added(evidence, linked)


def add_version(
    evidence: Evidence,
    files: Sequence[Upload],
    *,
    by: User,
    collected_at: date | None = None,
    source: str = "",
    note: str = "",
) -> EvidenceVersion:
    """Keep the next version. What was decided about the last one no longer holds: every review
    begins again."""
    policies.check_can_change(evidence, by)
    facts = _circumstances(collected_at, source, note)
    stored = _store(evidence.organisation, files)
    with transaction.atomic():
        _queue_for_number(evidence.organisation)
        version = _write_version(evidence, stored, facts, by)
        record(by, Action.VERSION_ADDED, evidence, **_facts_of(version, stored))
        live = EvidenceLink.objects.in_force().filter(evidence=evidence)
        for link in live.select_related("requirement", "evidence__kind"):
            _submit(link, version, by)
    return version


@transaction.atomic
def link(evidence: Evidence, requirement: Requirement, *, by: User) -> EvidenceLink:
    """Say that *evidence* proves *requirement* too; repeated, return the link there is."""
    policies.check_can_change(evidence, by)
    existing = evidence.links.filter(requirement=requirement).first()
    if existing:
        return existing
    version = evidence.versions.first()
    if version is None:
        raise Refused(policies.NO_FILE)
    return _link(evidence, requirement, version, by)


@transaction.atomic
def link_all(
    chosen: Sequence[Evidence], requirement: Requirement, *, by: User
) -> list[EvidenceLink]:
    """Link every one of *chosen*, or none where one of them cannot be."""
    if not chosen:
        raise Refused(policies.NOTHING_CHOSEN)
    return [link(each, requirement, by=by) for each in chosen]


@transaction.atomic
def accept(link: EvidenceLink, *, by: User) -> None:
    """It proves the requirement, in the version under review."""
    policies.check_can_accept(link, by)
    states.move(link, MOVES, State.ACCEPTED, **_decided(by, ""))
    _record_review(by, Action.ACCEPTED, link)


@transaction.atomic
def return_(link: EvidenceLink, *, reason: str, by: User) -> None:
    """It does not prove the requirement yet; *reason* says what has to change."""
    policies.check_can_return(link, by)
    if not reason.strip():
        raise Refused(policies.REASON_IS_MISSING)
    states.move(link, MOVES, State.RETURNED, **_decided(by, reason.strip()[:2000]))
    _record_review(by, Action.RETURNED, link, reason=link.reason)


@transaction.atomic
def withdraw(evidence: Evidence, *, reason: str, by: User) -> None:
    """It no longer counts anywhere. Nothing is deleted."""
    policies.check_can_change(evidence, by)
    if not reason.strip():
        raise Refused(policies.WITHDRAWAL_REASON)
    now = timezone.now()
    rows = Evidence.objects.current().filter(pk=evidence.pk)
    if not rows.update(withdrawn_at=now, withdrawn_by=by):
        raise Refused(policies.WITHDRAWN)
    evidence.withdrawn_at, evidence.withdrawn_by = now, by
    record(by, Action.WITHDRAWN, evidence, reason=reason.strip())
    for each in evidence.links.all():
        _announce(each)


def expire_due(today: date | None = None) -> int:
    """Move accepted links past their day to expired; return how many."""
    today = today or timezone.localdate()
    due = EvidenceLink.objects.in_force().filter(state=State.ACCEPTED, valid_until__lt=today)
    count = 0
    for each in due.select_related("evidence", "requirement", "version"):
        # Somebody may have handed in a new version a moment ago: then there is nothing to expire.
        with suppress(Conflict), transaction.atomic():
            states.move(each, MOVES, State.EXPIRED)
            _record_review(SYSTEM, Action.EXPIRED, each)
            count += 1
    return count


def _store(organisation: Organisation, files: Sequence[Upload]) -> _Stored:
    if not files:
        raise Refused(policies.NO_FILE)
    blobs = vault.store_all(organisation, [(each.stream, each.name) for each in files])
    return [(blob, clean_name(each.name)) for blob, each in zip(blobs, files, strict=True)]


def _circumstances(collected_at: date | None, source: str, note: str) -> _Circumstances:
    day = collected_at or timezone.localdate()
    policies.check_collected(day)
    return _Circumstances(day, source.strip()[:200], note.strip()[:2000])


def _queue_for_number(organisation: Organisation) -> None:
    """Writers of one organisation take numbers one after the other."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def _next_number(organisation: Organisation) -> int:
    rows = Evidence.objects.filter(organisation=organisation)
    return (rows.aggregate(last=Max("number"))["last"] or 0) + 1


def _title(given: str, file_name: str) -> str:
    return (" ".join(given.split()) or PurePath(file_name).stem)[:LONGEST_TITLE]


def _same_under_review(
    organisation: Organisation, requirement: Requirement, stored: _Stored, by: User
) -> EvidenceLink | None:
    """Return the link under which the person handed in exactly these files a moment ago."""
    wanted = {blob.pk for blob, _name in stored}
    waiting = EvidenceLink.objects.current().filter(
        organisation=organisation, requirement=requirement, submitted_by=by, state=State.IN_REVIEW
    )
    candidates = waiting.filter(version__files__blob=stored[0][0]).select_related("evidence")
    for each in candidates.prefetch_related("version__files"):
        if {file.blob_id for file in each.version.files.all()} == wanted:
            return each
    return None


def _write_version(
    evidence: Evidence, stored: _Stored, facts: _Circumstances, by: User
) -> EvidenceVersion:
    last = evidence.versions.aggregate(last=Max("number"))["last"] or 0
    version = EvidenceVersion.objects.create(
        evidence=evidence,
        number=last + 1,
        collected_at=facts.collected_at,
        source=facts.source,
        note=facts.note,
        uploaded_by=by,
    )
    EvidenceFile.objects.bulk_create(
        EvidenceFile(version=version, blob=blob, name=name, order=order)
        for order, (blob, name) in enumerate(stored)
    )
    evidence.__dict__.pop("latest", None)
    return version


def _link(
    evidence: Evidence, requirement: Requirement, version: EvidenceVersion, by: User
) -> EvidenceLink:
    made = EvidenceLink.objects.create(
        organisation=evidence.organisation,
        evidence=evidence,
        requirement=requirement,
        version=version,
    )
    _submit(made, version, by)
    return made


def _submit(link: EvidenceLink, version: EvidenceVersion, by: User) -> None:
    """Put *version* under review; what was decided before is over."""
    age = link.evidence.max_age_days
    states.move(
        link,
        MOVES,
        State.IN_REVIEW,
        version=version,
        submitted_by=by,
        submitted_at=timezone.now(),
        reviewed_by=None,
        reviewed_at=None,
        reason="",
        valid_until=version.collected_at + timedelta(days=age) if age else None,
    )
    _record_review(by, Action.SUBMITTED, link)


def _decided(by: User, reason: str) -> dict[str, Any]:
    return {"reviewed_by": by, "reviewed_at": timezone.now(), "reason": reason}


def _record_review(by: Any, action: Action, link: EvidenceLink, **data: str) -> None:
    record(
        by,
        action,
        link.evidence,
        requirement=link.requirement.code,
        link=link.pk,
        number=link.evidence.number,
        version=link.version.number,
        uploader=link.version.uploaded_by_id,
        **data,
    )
    _announce(link)


def _announce(link: EvidenceLink) -> None:
    pk = link.pk
    transaction.on_commit(lambda: signals.reviewed.send(sender=EvidenceLink, link_id=pk))


def _facts_of(version: EvidenceVersion, stored: _Stored) -> dict[str, Any]:
    """Return what the custody history keeps of a version: names and digests as they came in."""
    return {
        "version": version.number,
        "number": version.evidence.number,
        "collected_at": version.collected_at.isoformat(),
        "files": [
            {"name": name, "sha256": blob.sha256, "size": blob.size} for blob, name in stored
        ],
    }
