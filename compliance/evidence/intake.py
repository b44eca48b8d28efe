"""Verbs of archives of numbered folders: begin, read, edit, apply, discard.

Reading stores and inspects each file and writes a row of what it was taken for; it goes on where it
stopped. Applying makes evidence of the rows in one transaction, so that it happened or did not.
"""

import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.audit.services import record
from compliance.evidence import matching, policies, selectors, services, writing
from compliance.evidence.actions import Action
from compliance.evidence.models import Evidence, Intake, IntakeRow, IntakeState
from compliance.evidence.states import INTAKE_MOVES
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.shared import states
from compliance.shared.errors import Refused
from compliance.vault import services as vault
from compliance.vault.archive_names import name_of
from compliance.vault.names import clean_name

# What one person looks through, and one transaction writes.
MOST_FILES = 2000
_LONGEST_PATH = 1000
READ, APPLY = "evidence.intake.read", "evidence.intake.apply"
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How the files of an archive become evidence."""

    together: bool = False
    submit: bool = True
    collected_at: date | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person made of one row."""

    take: bool
    requirement: Requirement | None
    kind: EvidenceKind | None
    title: str


def begin(
    organisation: Organisation,
    stream: vault.Readable,
    *,
    name: str,
    by: User,
    chosen: Settings | None = None,
) -> Intake:
    """Keep the archive. Not within atomic(): it is hashed and inspected first. `read` comes next."""
    policies.check_can_add(organisation, by)
    chosen = chosen or Settings()
    day = chosen.collected_at or timezone.localdate()
    policies.check_collected(day)
    blob = vault.store(organisation, stream, name=name, allow={"folders"})
    with transaction.atomic():
        made = Intake.objects.create(
            organisation=organisation,
            blob=blob,
            name=clean_name(name),
            together=chosen.together,
            submit=chosen.submit,
            collected_at=day,
            created_by=by,
        )
        record(by, Action.INTAKE_BEGUN, made, sha256=blob.sha256, size=blob.size)
    return made


def read(intake: Intake, *, step: Step = lambda done, total: None) -> None:
    """Write a row of each file. Rows that are there already stay: a second run goes on."""
    if intake.state != IntakeState.READING:
        return
    # Also while it is in quarantine: each file of it is looked at by itself.
    path = vault.checked_path(intake.blob, name=intake.name, held=True)
    matcher = matching.Matcher(intake.organisation)
    there = set(intake.rows.values_list("order", flat=True))
    with zipfile.ZipFile(path) as archive:
        entries = list(_entries(archive))
        for order, (entry, name) in enumerate(entries):
            step(order, len(entries))
            if order not in there:
                _read_one(intake, archive, matcher, (order, entry, name))
    step(len(entries), len(entries))
    with transaction.atomic():
        states.move(intake, INTAKE_MOVES, IntakeState.PREVIEW)


def _entries(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    named = [(entry, name_of(entry)) for entry in archive.infolist() if not entry.is_dir()]
    found = [(entry, name) for entry, name in named if not matching.is_litter(name)]
    if not found:
        raise Refused(_("There is no file in this archive. Pack the folders with their files."))
    if len(found) > MOST_FILES:
        raise Refused(
            _("This archive has more than %(n)d files. Split it, and upload one part at a time.")
            % {"n": MOST_FILES}
        )
    yield from found


def _read_one(
    intake: Intake,
    archive: zipfile.ZipFile,
    matcher: matching.Matcher,
    numbered: tuple[int, zipfile.ZipInfo, str],
) -> None:
    order, entry, name = numbered
    wanted = matcher.requirement(name)
    row = IntakeRow(
        intake=intake,
        order=order,
        path=name[-_LONGEST_PATH:],
        requirement=wanted,
        title=PurePath(clean_name(name)).stem[: writing.LONGEST_TITLE],
        take=wanted is not None,
    )
    try:
        with archive.open(entry) as stream:
            bounded = _Bounded(stream, entry.file_size)
            row.blob = vault.store(intake.organisation, bounded, name=clean_name(name))
    except Refused as refusal:
        row.refused, row.take = str(refusal), False
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        row.refused, row.take = _("This file cannot be unpacked. Pack it anew."), False
    if row.blob:
        row.same = next(iter(selectors.with_files(intake.organisation, [row.blob])), None)
        kinds = list(wanted.evidence_kinds.all()) if wanted else []
        row.kind = matching.kind_of(matcher.said_of(name), kinds)
    row.save()


class _Bounded:
    """Reads no more than the archive said, and no more than one upload may have."""

    def __init__(self, stream: Any, size: int) -> None:
        self.stream, self.left = stream, min(size, settings.UPLOAD_LIMIT + 1)

    def read(self, size: int, /) -> bytes:
        data: bytes = self.stream.read(min(size, self.left))
        self.left -= len(data)
        return data


@transaction.atomic
def edit(intake: Intake, edits: Mapping[int, Edit], *, by: User) -> None:
    """Change rows by their order; others stay."""
    policies.check_can_change_intake(intake, by)
    rows = intake.rows.filter(order__in=list(edits), refused="")
    changed = []
    for row in rows:
        wanted = edits[row.order]
        row.take, row.requirement, row.kind = wanted.take, wanted.requirement, wanted.kind
        row.title = writing.title(wanted.title, row.name)
        changed.append(row)
    IntakeRow.objects.bulk_update(changed, ["take", "requirement", "kind", "title"], batch_size=200)


@transaction.atomic
def apply(intake: Intake, *, by: User, step: Step = lambda done, total: None) -> int:
    """Make evidence of the rows that are taken, all of them or none; return how many were made.

    Bytes that are kept already are linked, not added again; the same bytes twice in the archive
    become one evidence. Applied before, nothing happens.
    """
    writing.queue_for_number(intake.organisation)
    intake.refresh_from_db()
    if intake.state == IntakeState.APPLIED:
        return 0
    policies.check_can_change_intake(intake, by)
    rows = intake.rows.filter(take=True, refused="", blob__isnull=False)
    lots = _lots(list(rows.select_related("blob", "requirement", "kind", "same")), intake)
    if not lots:
        raise Refused(policies.NOTHING_CHOSEN)
    made: dict[frozenset[int], Evidence] = {}
    new = 0
    for done, lot in enumerate(lots):
        step(done, len(lots))
        blobs = frozenset(row.blob_id or 0 for row in lot)
        evidence = made.get(blobs) or _same(lot)
        if evidence is None:
            evidence = _made_of(lot, intake, by)
            new += 1
        made[blobs] = evidence
        if wanted := lot[0].requirement:
            services.link(evidence, wanted, by=by, submit=intake.submit)
        IntakeRow.objects.filter(pk__in=[row.pk for row in lot]).update(evidence=evidence)
    states.move(intake, INTAKE_MOVES, IntakeState.APPLIED, ended_at=timezone.now())
    record(by, Action.INTAKE_APPLIED, intake, number=new, files=sum(len(lot) for lot in lots))
    return new


def _lots(rows: list[IntakeRow], intake: Intake) -> list[list[IntakeRow]]:
    """Rows that become one evidence: each by itself, or a folder's of one requirement together."""
    if not intake.together:
        return [[row] for row in rows]
    folders: dict[tuple[str, int | None], list[IntakeRow]] = defaultdict(list)
    for row in rows:
        lot = folders[row.folder, row.requirement_id]
        if row.blob_id not in {other.blob_id for other in lot}:
            lot.append(row)
    return list(folders.values())


def _same(lot: list[IntakeRow]) -> Evidence | None:
    """The evidence that has exactly these bytes, unless it was withdrawn since."""
    blobs = [row.blob for row in lot if row.blob]
    return next(iter(selectors.with_files(lot[0].intake.organisation, blobs)), None)


def _made_of(lot: list[IntakeRow], intake: Intake, by: User) -> Evidence:
    first = lot[0]
    one_folder = intake.together and len(lot) > 1 and first.folder
    said = writing.New(
        title=first.folder.rpartition("/")[2] if one_folder else first.title,
        kind=next((row.kind for row in lot if row.kind), None),
    )
    stored = [(row.blob, clean_name(row.name)) for row in lot if row.blob]
    facts = writing.circumstances(intake.collected_at, "", "")
    return writing.write_evidence(intake.organisation, said, stored, facts, by)[0]


@transaction.atomic
def discard(intake: Intake, *, by: User) -> None:
    """Nothing of it becomes evidence."""
    policies.check_can_discard_intake(intake, by)
    states.move(intake, INTAKE_MOVES, IntakeState.DISCARDED, ended_at=timezone.now())
    record(by, Action.INTAKE_DISCARDED, intake)
