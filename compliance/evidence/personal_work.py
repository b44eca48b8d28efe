"""Making a redacted copy is a worker's work: a long PDF takes a while to be drawn anew."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import User
from compliance.audit.services import SYSTEM, record
from compliance.evidence import personal, personal_policies
from compliance.evidence.actions import Action
from compliance.evidence.models import EvidenceFile, EvidenceVersion, Redaction
from compliance.jobs import registry
from compliance.jobs import services as jobs
from compliance.jobs.models import Job
from compliance.jobs.progress import Progress
from compliance.vault.models import Inspection, InspectionState
from compliance.vault.signals import inspected

KIND = "evidence.redact"


def ask(
    file: EvidenceFile, *, boxes: Sequence[Sequence[float]], kinds: Sequence[str], by: User
) -> Job:
    """Check what was asked for, and send it to the workers."""
    personal_policies.check_can_redact(file, by)
    personal_policies.check_marks(file, boxes, kinds)
    return jobs.enqueue(
        kind=KIND,
        organisation=file.version.evidence.organisation,
        by=by,
        args={"file": file.pk, "boxes": [list(each) for each in boxes], "kinds": list(kinds)},
        key=f"file-{file.pk}",
    )


@registry.handler(KIND, title=_("Redacted copy"))
def work(progress: Progress) -> dict[str, Any]:
    job, args = progress.job, progress.args
    rows = EvidenceFile.objects.select_related("blob", "version__evidence__organisation")
    file = rows.get(pk=args["file"])
    assert job.requested_by is not None  # noqa: S101 - a person always asks for it
    version = _made_before(job, file)
    if version is None:
        version = personal.redact(
            file, boxes=args["boxes"], kinds=args["kinds"], by=job.requested_by
        )
    evidence = version.evidence
    url = reverse("evidence:detail", args=[evidence.organisation.slug, evidence.number])
    return {"version": version.number, "url": url}


def _made_before(job: Job, file: EvidenceFile) -> EvidenceVersion | None:
    """What a worker had made that was killed before it could say so."""
    rows = Redaction.objects.filter(redacted_from=file, made_at__gte=job.created_at)
    made = rows.select_related("file__version__evidence__organisation").first()
    return made.file.version if made else None


@receiver(inspected, dispatch_uid="evidence.inspected")
@transaction.atomic
def hear(sender: Any, blob_id: int, **kwargs: Any) -> None:
    """Tell the custody history of every evidence whose file is in quarantine."""
    row = Inspection.objects.select_related("blob").get(blob=blob_id)
    if row.state != InspectionState.QUARANTINED:
        return
    files = EvidenceFile.objects.filter(blob=blob_id).select_related("version__evidence")
    for file in files:
        facts = {"name": file.name, "signature": row.signature, "sha256": row.blob.sha256}
        record(SYSTEM, Action.QUARANTINED, file.version.evidence, **facts)
