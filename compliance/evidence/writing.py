"""What a new evidence and a new version are made of; the verbs stand in `services`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

from django.db.models import Max
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.audit.models import Entry
from compliance.audit.services import record
from compliance.evidence import policies
from compliance.evidence.actions import Action
from compliance.evidence.models import (
    Confidentiality,
    Evidence,
    EvidenceFile,
    EvidenceVersion,
    Tag,
    digest_of,
)
from compliance.requirements.models import EvidenceKind
from compliance.shared.errors import Refused
from compliance.vault import services as vault
from compliance.vault.models import Blob
from compliance.vault.names import clean_name

LONGEST_TITLE = 200
LONGEST_TAG = 40
MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way in."""

    stream: vault.Readable | vault.Received
    name: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and where a version was collected, and from when until when it speaks."""

    collected_at: date
    source: str = ""
    note: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


# Blobs with the names under which they came in.
Stored = list[tuple[Blob, str]]


def circumstances(
    collected_at: date | None,
    source: str,
    note: str,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Circumstances:
    """Check what a person said of a version; without a day of collection it is today."""
    day = collected_at or timezone.localdate()
    policies.check_collected(day)
    policies.check_window(valid_from, valid_until)
    return Circumstances(day, source.strip()[:200], note.strip()[:2000], valid_from, valid_until)


def store(organisation: Organisation, files: Sequence[Upload]) -> Stored:
    if not files:
        raise Refused(policies.NO_FILE)
    blobs = vault.store_all(organisation, [(each.stream, each.name) for each in files])
    return [(blob, clean_name(each.name)) for blob, each in zip(blobs, files, strict=True)]


def queue_for_number(organisation: Organisation) -> None:
    """Writers of one organisation take numbers one after the other."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def next_number(organisation: Organisation) -> int:
    """One more than the last, also where the last was a draft that is deleted."""
    rows = Evidence.objects.filter(organisation=organisation)
    last = rows.aggregate(last=Max("number"))["last"] or 0
    return max(last, _last_told_of(organisation)) + 1


def _last_told_of(organisation: Organisation) -> int:
    """The number of the newest evidence of the audit log, which remembers deleted drafts."""
    told = Entry.objects.filter(
        organisation_id=organisation.pk, target_kind=Evidence._meta.label_lower
    ).order_by("-target_id")
    name = told.values_list("target_name", flat=True).first() or ""
    number = name.split(" ")[0].removeprefix("EV-")
    return int(number) if number.isdecimal() else 0


def title(given: str, file_name: str) -> str:
    return (" ".join(given.split()) or PurePath(file_name).stem)[:LONGEST_TITLE]


@dataclass(frozen=True, slots=True)
class New:
    """What is said of a new evidence, apart from its first version."""

    title: str = ""
    kind: EvidenceKind | None = None
    confidentiality: str = Confidentiality.INTERNAL
    owner: User | None = None
    tags: Sequence[str] = ()


def write_evidence(
    organisation: Organisation, said: New, stored: Stored, facts: Circumstances, by: User
) -> tuple[Evidence, EvidenceVersion]:
    """A new evidence with its first version, recorded. The caller holds the queue for numbers."""
    evidence = Evidence.objects.create(
        organisation=organisation,
        number=next_number(organisation),
        title=title(said.title, stored[0][1]),
        kind=said.kind,
        kind_code=said.kind.code if said.kind else "",
        confidentiality=Confidentiality(said.confidentiality),
        owner=said.owner or by,
        created_by=by,
    )
    if said.tags:
        evidence.tags.set(tags(organisation, said.tags))
    version = write_version(evidence, stored, facts, by)
    record(by, Action.ADDED, evidence, **facts_of(version, stored))
    return evidence, version


def write_version(
    evidence: Evidence, stored: Stored, facts: Circumstances, by: User
) -> EvidenceVersion:
    last = evidence.versions.aggregate(last=Max("number"))["last"] or 0
    version = EvidenceVersion.objects.create(
        evidence=evidence,
        number=last + 1,
        collected_at=facts.collected_at,
        source=facts.source,
        note=facts.note,
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        digest=digest_of((blob.sha256, name) for blob, name in stored),
        uploaded_by=by,
    )
    EvidenceFile.objects.bulk_create(
        EvidenceFile(version=version, blob=blob, name=name, order=order)
        for order, (blob, name) in enumerate(stored)
    )
    evidence.__dict__.pop("latest", None)
    return version


def facts_of(version: EvidenceVersion, stored: Stored) -> dict[str, Any]:
    """Return what the custody history keeps of a version: names and digests as they came in."""
    return {
        "version": version.number,
        "number": version.evidence.number,
        "collected_at": version.collected_at.isoformat(),
        "digest": version.digest,
        "files": [
            {"name": name, "sha256": blob.sha256, "size": blob.size} for blob, name in stored
        ],
    }


def tag_names(given: Iterable[str]) -> list[str]:
    """Return the words of *given* once each; one may hold several, parted by commas."""
    words = (" ".join(word.split()) for each in given for word in each.split(","))
    names = list(dict.fromkeys(word.removeprefix("#") for word in words if word))
    policies.check_tags(names, longest=LONGEST_TAG, most=MOST_TAGS)
    return names


def tags(organisation: Organisation | int, names: Iterable[str]) -> list[Tag]:
    """The tags called *names*; those that are new are made."""
    pk = organisation if isinstance(organisation, int) else organisation.pk
    wanted = list(names)
    there = {tag.name: tag for tag in Tag.objects.filter(organisation_id=pk, name__in=wanted)}
    for name in wanted:
        if name not in there:
            there[name] = Tag.objects.get_or_create(organisation_id=pk, name=name)[0]
    return [there[name] for name in wanted]
