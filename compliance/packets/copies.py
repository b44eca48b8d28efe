"""Copies of a packet marked for one recipient. The packet itself stays as it is."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.audit.services import record, record_read
from compliance.jobs import services as jobs
from compliance.packets import disk, marking, packing, policies
from compliance.packets.actions import Action
from compliance.packets.entries import iso
from compliance.packets.models import Copy, Packet
from compliance.packets.opening import opener
from compliance.packets.report import CopyMark
from compliance.shared.errors import Refused
from compliance.vault import services as vault
from compliance.vault.models import Blob

KIND = "packets.copy"


@transaction.atomic
def request(packet: Packet, *, recipient: str, purpose: str = "", by: User) -> Copy:
    """Queue a copy of both files for *recipient*."""
    policies.check_can_copy(packet, by)
    recipient, purpose = " ".join(recipient.split()), " ".join(purpose.split())
    if not recipient:
        raise Refused(_("Write for whom the copy is."))
    copy = Copy.objects.create(
        organisation=packet.organisation,
        packet=packet,
        recipient=recipient[:100],
        purpose=purpose[:200],
        made_by=by,
        made_at=timezone.now(),
    )
    copy.job = jobs.enqueue(
        kind=KIND,
        organisation=packet.organisation,
        by=by,
        args={"copy": copy.pk},
        key=f"copy-{copy.pk}",
    )
    copy.save(update_fields=["job"])
    record(by, Action.COPY_ASKED, packet, recipient=copy.recipient, purpose=copy.purpose)
    return copy


def make(copy: Copy, told: Callable[[int, str], None] | None = None) -> None:
    """Write both files and keep them. Safe to run again after a crash."""
    name = f"copy-{copy.pk}"
    disk.clear(name)
    if copy.is_ready:
        return
    packet, manifest = copy.packet, copy.packet.freeze.manifest
    signed = packet.newest_pdf
    assert signed is not None  # noqa: S101 - a constraint of the table
    mark = CopyMark(copy.recipient, copy.purpose, iso(copy.made_at))
    with disk.workshop(name) as folder:
        pdf, zipped = (folder / copy.file_name(kind) for kind in ("pdf", "zip"))
        original = vault.read_checked(signed, name=packet.file_name("pdf"))
        pdf.write_bytes(original)
        with pdf.open("ab") as file:
            file.write(marking.revision(original, mark, packet.edition))
        packing.pack(manifest, pdf, zipped, opener(packet.organisation_id, manifest), told)
        with pdf.open("rb") as file:
            pdf_blob = vault.store_output(packet.organisation, file, media_type="application/pdf")
        with zipped.open("rb") as file:
            zip_blob = vault.store_output(packet.organisation, file, media_type="application/zip")
    _keep(copy, pdf_blob, zip_blob)


def recorded(sha256: str, user: User) -> Copy | None:
    """Return the copy of which these are the bytes, PDF or ZIP, among those that *user* may see."""
    rows = Copy.objects.visible_to(user).select_related(
        "packet__organisation", "packet__freeze__round__application"
    )
    for name in ("pdf__sha256", "zip__sha256"):
        if found := rows.select_related("made_by").filter(**{name: sha256}).first():
            return found
    return None


def record_download(copy: Copy, *, kind: str, by: User) -> Blob:
    """Write the access record and return the bytes to hand out."""
    policies.check_is_ready(copy)
    blob = copy.pdf if kind == "pdf" else copy.zip
    assert blob is not None  # noqa: S101 - a constraint of the table
    record_read(
        by,
        Action.COPY_DOWNLOADED,
        copy.packet,
        name=copy.file_name(kind),
        recipient=copy.recipient,
        sha256=blob.sha256,
    )
    return blob


@transaction.atomic
def _keep(copy: Copy, pdf: Blob, zipped: Blob) -> None:
    if not Copy.objects.filter(pk=copy.pk, pdf__isnull=True).update(pdf=pdf, zip=zipped):
        return
    copy.pdf, copy.zip = pdf, zipped
    record(
        copy.made_by,
        Action.COPIED,
        copy.packet,
        recipient=copy.recipient,
        copy=copy.pk,
        pdf=pdf.sha256,
        zip=zipped.sha256,
    )
