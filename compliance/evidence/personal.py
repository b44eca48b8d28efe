"""Personal data in evidence: what is open, verbs to decide about it, and redacted copies."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import User
from compliance.audit.services import record
from compliance.evidence import personal_policies as policies
from compliance.evidence import services, writing
from compliance.evidence.actions import Action
from compliance.evidence.models import EvidenceFile, EvidenceVersion, PersonalDecision, Redaction
from compliance.shared.errors import Refused
from compliance.vault import quarantine, redaction
from compliance.vault import services as vault
from compliance.vault.models import Inspection, PersonalState
from compliance.vault.personal import hits

KINDS = {
    hits.RESIDENT: _("Resident registration number"),
    hits.FOREIGNER: _("Foreigner registration number"),
    hits.PASSPORT: _("Passport number"),
    hits.LICENCE: _("Driver's licence number"),
    hits.CARD: _("Card number"),
    hits.ACCOUNT: _("Account number"),
    hits.MOBILE: _("Mobile number"),
    hits.MAIL: _("E-mail address"),
    hits.ADDRESS: _("Home address"),
}
# 고유식별정보 and financial data: these never leave by themselves. The others weaken a submission.
GRAVE = frozenset(
    {hits.RESIDENT, hits.FOREIGNER, hits.PASSPORT, hits.LICENCE, hits.CARD, hits.ACCOUNT}
)


@dataclass(slots=True)
class Exposure:
    """One file: what was found in it, and what was decided about that."""

    file: EvidenceFile
    inspection: Inspection | None = None
    decisions: dict[str, PersonalDecision] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Kind → how often, in the order of KINDS."""
        found = self.inspection.personal_counts if self.inspection else {}
        return {kind: found[kind] for kind in KINDS if kind in found}

    @property
    def open(self) -> dict[str, int]:
        """What nobody has decided about."""
        return {kind: n for kind, n in self.counts.items() if kind not in self.decisions}

    @property
    def total_open(self) -> int:
        return sum(self.open.values())

    @property
    def is_grave(self) -> bool:
        return bool(GRAVE & self.open.keys())

    @property
    def is_pending(self) -> bool:
        return bool(self.inspection and self.inspection.personal == PersonalState.PENDING)

    @property
    def is_unreadable(self) -> bool:
        return bool(self.inspection and self.inspection.personal == PersonalState.UNREADABLE)

    @property
    def withheld(self) -> str:
        """Why nobody may see the file, or ""."""
        return quarantine.why_withheld(self.inspection, self.file.name) if self.inspection else ""

    @property
    def kinds_open(self) -> str:
        return told(self.open)


def told(kinds: Iterable[str]) -> str:
    """Name kinds in the reader's language."""
    return ", ".join(str(KINDS.get(kind, kind)) for kind in kinds)


def exposures(files: Sequence[EvidenceFile]) -> list[Exposure]:
    """Return what is known of *files*, in their order and in two queries."""
    blobs = {each.blob_id for each in files}
    inspections = {row.blob_id: row for row in Inspection.objects.filter(blob__in=blobs)}
    decisions: dict[tuple[int, int], dict[str, PersonalDecision]] = defaultdict(dict)
    evidence = {each.version.evidence_id for each in files}
    rows = PersonalDecision.objects.filter(evidence__in=evidence, blob__in=blobs)
    for row in rows.select_related("decided_by"):
        decisions[row.evidence_id, row.blob_id][row.kind] = row
    return [
        Exposure(
            each,
            inspections.get(each.blob_id),
            decisions.get((each.version.evidence_id, each.blob_id), {}),
        )
        for each in files
    ]


def exposure_of(file: EvidenceFile) -> Exposure:
    return exposures([file])[0]


@transaction.atomic
def decide(file: EvidenceFile, kinds: Sequence[str], *, ground: str, reason: str, by: User) -> None:
    """Say that what was found of *kinds* may stay, and why."""
    policies.check_can_decide(file, by)
    policies.check_decision(exposure_of(file).counts, kinds, ground, reason)
    for kind in kinds:
        PersonalDecision.objects.update_or_create(
            evidence=file.version.evidence,
            blob=file.blob,
            kind=kind,
            defaults={
                "ground": ground,
                "reason": reason.strip()[:1000],
                "decided_by": by,
                "decided_at": timezone.now(),
            },
        )
    facts = {"name": file.name, "ground": ground, "reason": reason.strip()[:1000]}
    _record(by, Action.PERSONAL_DECIDED, file, kinds=", ".join(kinds), **facts)


@transaction.atomic
def reconsider(file: EvidenceFile, kinds: Sequence[str], *, by: User) -> None:
    """Take decisions back: what was found is open again."""
    policies.check_can_decide(file, by)
    rows = PersonalDecision.objects.filter(evidence=file.version.evidence, blob=file.blob)
    if not rows.filter(kind__in=kinds).delete()[0]:
        raise Refused(policies.NOTHING_FOUND)
    facts = {"name": file.name, "ground": "", "reason": ""}
    _record(by, Action.PERSONAL_DECIDED, file, kinds=", ".join(kinds), **facts)


def redact(
    file: EvidenceFile,
    *,
    boxes: Sequence[Sequence[float]] = (),
    kinds: Sequence[str] = (),
    by: User,
) -> EvidenceVersion:
    """Keep the next version with a copy of *file* without what was marked; it goes under review.

    The original stays in the version before. Not within atomic(): the copy is made and inspected
    first.
    """
    policies.check_can_redact(file, by)
    policies.check_marks(file, boxes, kinds)
    version, evidence = file.version, file.version.evidence
    with redaction.redacted(file.blob, name=file.name, boxes=boxes, kinds=kinds) as (copy, name):
        blob = vault.store(evidence.organisation, copy, name=name)
    files = list(version.files.select_related("blob"))
    stored = [(blob, name) if each.pk == file.pk else (each.blob, each.name) for each in files]
    facts = writing.Circumstances(
        version.collected_at, version.source, version.note, version.valid_from, version.valid_until
    )
    with transaction.atomic():
        policies.check_can_redact(file, by)
        made = services.next_version(evidence, stored, facts, by=by)
        Redaction.objects.create(
            file=made.files.get(blob=blob, name=name),
            redacted_from=file,
            evidence=evidence,
            boxes=len(boxes),
            kinds=list(kinds),
            made_by=by,
        )
        _record(by, Action.REDACTED, file, name=name, version=made.number, sha256=blob.sha256)
    return made


def _record(by: User, action: Action, file: EvidenceFile, **data: object) -> None:
    record(by, action, file.version.evidence, number=file.version.evidence.number, **data)
