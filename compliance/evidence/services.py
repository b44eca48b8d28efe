"""Verbs: add, add a version, link, submit, accept, return, withdraw, expire."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.audit.services import SYSTEM, record
from compliance.evidence import policies, selectors, signals, writing
from compliance.evidence.actions import Action
from compliance.evidence.models import (
    Confidentiality,
    Evidence,
    EvidenceLink,
    EvidenceVersion,
    State,
)
from compliance.evidence.states import MOVES
from compliance.evidence.writing import Stored
from compliance.evidence.writing import Upload as Upload
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.shared import states
from compliance.shared.errors import Conflict, Refused


@dataclass(frozen=True, slots=True)
class Added:
    """What `add` did; *repeated*: the same files were under review already, this is that."""

    evidence: Evidence
    link: EvidenceLink | None
    repeated: bool = False


class AlreadyKept(Refused):
    """Exactly these files are kept already: `evidence` can be linked instead of added again."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        super().__init__(policies.already_kept(evidence))


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
    valid_from: date | None = None,
    valid_until: date | None = None,
    owner: User | None = None,
    tags: Sequence[str] = (),
    submit: bool = True,
    once: bool = False,
) -> Added:
    """Keep *files* as a new evidence, version 1, and put it under review for *requirement*.

    Without a title the first file's name is it; without a day of collection it is today; without an
    owner the uploader answers for it. Without *submit* its link stays a draft. With *once*, files
    that are kept already raise AlreadyKept, which names where. All files are kept or none. Not
    within atomic(): the bytes are hashed and inspected first.
    """
    policies.check_can_add(organisation, by)
    if owner is not None:
        policies.check_owner(owner, organisation)
    names = writing.tag_names(tags)
    facts = writing.circumstances(collected_at, source, note, valid_from, valid_until)
    stored = writing.store(organisation, files)
    with transaction.atomic():
        writing.queue_for_number(organisation)
        if requirement and (same := _same_under_review(organisation, requirement, stored, by)):
            return Added(same.evidence, same, repeated=True)
        if once and (kept := selectors.with_files(organisation, [blob for blob, _n in stored])):
            raise AlreadyKept(kept[0])
        said = writing.New(title, kind, confidentiality, owner, names)
        evidence, version = writing.write_evidence(organisation, said, stored, facts, by)
        linked = _link(evidence, requirement, version, by, submit) if requirement else None
    return Added(evidence, linked)


def add_version(  # noqa: PLR0913 - the fields of one form, by name
    evidence: Evidence,
    files: Sequence[Upload],
    *,
    by: User,
    collected_at: date | None = None,
    source: str = "",
    note: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> EvidenceVersion:
    """Keep the next version. What was decided about the last one no longer holds: every review
    begins again. A draft stays one, with the new files."""
    policies.check_can_change(evidence, by)
    facts = writing.circumstances(collected_at, source, note, valid_from, valid_until)
    stored = writing.store(evidence.organisation, files)
    return next_version(evidence, stored, facts, by=by)


def next_version(
    evidence: Evidence, stored: writing.Stored, facts: writing.Circumstances, *, by: User
) -> EvidenceVersion:
    """Write the next version of files that are stored already, and put it under review."""
    with transaction.atomic():
        writing.queue_for_number(evidence.organisation)
        policies.check_not_withdrawn(Evidence.objects.get(pk=evidence.pk))
        live = EvidenceLink.objects.in_force().filter(evidence=evidence)
        # Held before the audit's end is, in the order in which a decision takes both.
        held = live.select_for_update(of=("self",)).order_by("pk")
        links = list(held.select_related("requirement", "evidence__kind"))
        version = writing.write_version(evidence, stored, facts, by)
        record(by, Action.VERSION_ADDED, evidence, **writing.facts_of(version, stored))
        for link in links:
            if link.state == State.DRAFT:
                _put_on(link, version)
            else:
                _submit(link, version, by)
    return version


@transaction.atomic
def link(
    evidence: Evidence, requirement: Requirement, *, by: User, submit: bool = True
) -> EvidenceLink:
    """Say that *evidence* proves *requirement* too; repeated, return the link there is, submitted
    where it was a draft."""
    policies.check_can_change(evidence, by)
    writing.queue_for_number(evidence.organisation)
    existing = evidence.links.filter(requirement=requirement).first()
    if existing:
        if submit and existing.state == State.DRAFT:
            _submit(existing, existing.version, by)
        return existing
    version = evidence.versions.first()
    if version is None:
        raise Refused(policies.NO_FILE)
    return _link(evidence, requirement, version, by, submit)


@transaction.atomic
def link_all(
    chosen: Sequence[Evidence], requirement: Requirement, *, by: User
) -> list[EvidenceLink]:
    """Link every one of *chosen*, or none where one of them cannot be."""
    if not chosen:
        raise Refused(policies.NOTHING_CHOSEN)
    return [link(each, requirement, by=by) for each in chosen]


@transaction.atomic
def unlink(link: EvidenceLink, *, by: User) -> None:
    """Take a link away that was never submitted; what a reviewer has seen stays."""
    policies.check_can_unlink(link, by)
    if not EvidenceLink.objects.filter(pk=link.pk, state=State.DRAFT).delete()[0]:
        raise Conflict(policies.NOT_A_DRAFT)
    record(by, Action.UNLINKED, link.evidence, requirement=link.requirement.code)
    _announce(link)


@transaction.atomic
def submit(link: EvidenceLink, *, by: User) -> None:
    """Put a draft under review."""
    policies.check_can_submit(link, by)
    _submit(link, link.version, by)


@transaction.atomic
def accept(link: EvidenceLink, *, by: User, seen: str = "") -> None:
    """It proves the requirement, in the version under review. *seen*: the digest of the files that
    the reviewer had before them; where others came in meanwhile, nothing is decided."""
    policies.check_can_accept(link, by)
    _decide(link, State.ACCEPTED, by, seen)
    _record_review(by, Action.ACCEPTED, link, digest=link.reviewed_digest)


@transaction.atomic
def return_(link: EvidenceLink, *, reason: str, by: User, seen: str = "") -> None:
    """It does not prove the requirement yet; *reason* says what has to change."""
    policies.check_can_return(link, by)
    if not reason.strip():
        raise Refused(policies.REASON_IS_MISSING)
    _decide(link, State.RETURNED, by, seen, reason.strip()[:2000])
    _record_review(by, Action.RETURNED, link, reason=link.reason, digest=link.reviewed_digest)


@transaction.atomic
def withdraw(evidence: Evidence, *, reason: str, by: User) -> None:
    """It no longer counts anywhere. Nothing is deleted."""
    policies.check_can_withdraw(evidence, by)
    reason = reason.strip()[:2000]
    if not reason:
        raise Refused(policies.WITHDRAWAL_REASON)
    writing.queue_for_number(evidence.organisation)
    policies.check_not_on_hold(evidence)
    told = {"withdrawn_at": timezone.now(), "withdrawn_by": by, "withdrawn_reason": reason}
    rows = Evidence.objects.current().filter(pk=evidence.pk)
    if not rows.update(**told):
        raise Refused(policies.WITHDRAWN)
    for name, value in told.items():
        setattr(evidence, name, value)
    record(by, Action.WITHDRAWN, evidence, reason=reason)
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


def reopen_changed() -> int:
    """Put decisions back to the desk whose files are not those that the reviewer saw.

    Verbs and the database's triggers let nobody change the files of a version; this finds what was
    changed past both.
    """
    count = 0
    for each in selectors.decided_about_other_files():
        with suppress(Conflict), transaction.atomic():
            states.move(
                each,
                MOVES,
                State.IN_REVIEW,
                reviewed_by=None,
                reviewed_at=None,
                reason="",
            )
            _record_review(SYSTEM, Action.REOPENED, each)
            count += 1
    return count


def _same_under_review(
    organisation: Organisation, requirement: Requirement, stored: Stored, by: User
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


def _link(
    evidence: Evidence,
    requirement: Requirement,
    version: EvidenceVersion,
    by: User,
    submit: bool,  # noqa: FBT001 - private
) -> EvidenceLink:
    made = EvidenceLink(
        organisation=evidence.organisation,
        evidence=evidence,
        requirement=requirement,
        version=version,
    )
    made.valid_from, made.valid_until = _window(evidence, version)
    made.save()
    if submit:
        _submit(made, version, by)
    else:
        _record_review(by, Action.LINKED, made)
    return made


def _window(evidence: Evidence, version: EvidenceVersion) -> tuple[date | None, date | None]:
    return version.valid_from, version.valid_for(evidence.max_age_days)


def _put_on(link: EvidenceLink, version: EvidenceVersion) -> None:
    """A draft goes on to the next version."""
    link.version = version
    link.valid_from, link.valid_until = _window(link.evidence, version)
    link.save(update_fields=["version", "valid_from", "valid_until"])


def _submit(link: EvidenceLink, version: EvidenceVersion, by: User) -> None:
    """Put *version* under review; what was decided before is over."""
    begins, ends = _window(link.evidence, version)
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
        valid_from=begins,
        valid_until=ends,
    )
    _record_review(by, Action.SUBMITTED, link)


def _decide(link: EvidenceLink, new: State, by: User, seen: str, reason: str = "") -> None:
    """Bind the decision to the files that were looked at, or say what came in between."""
    now = (
        EvidenceLink.objects.select_for_update(of=("self",))
        .select_related("version", "reviewed_by")
        .get(pk=link.pk)
    )
    digest = selectors.digest_of_files(now.version)
    if now.version_id != link.version_id or (seen and seen != digest):
        raise Conflict(policies.NEWER_FILES)
    if now.state != link.state:
        raise Conflict(policies.decided_by_other(now))
    states.move(
        link,
        MOVES,
        new,
        reviewed_by=by,
        reviewed_at=timezone.now(),
        reason=reason,
        reviewed_version=now.version,
        reviewed_digest=digest,
    )


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
        owner=link.evidence.owner_id,
        **data,
    )
    _announce(link)


def _announce(link: EvidenceLink) -> None:
    pk = link.pk
    transaction.on_commit(lambda: signals.reviewed.send(sender=EvidenceLink, link_id=pk))
