"""People sign a built packet, decline to, or take it back. Keys are used once and kept nowhere."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Membership, User
from compliance.audit.services import record
from compliance.jobs import services as jobs
from compliance.packets import building, policies, sealing
from compliance.packets.actions import Action
from compliance.packets.disk import workshop
from compliance.packets.models import KeyKind, Packet, Part, Signature, SignatureState
from compliance.packets.opening import opener
from compliance.packets.signing import Signed
from compliance.packets.signing.keys import Key, check_may_sign, described
from compliance.packets.states import SIGNATURE_MOVES
from compliance.shared import states
from compliance.shared.errors import Conflict
from compliance.vault import services as vault
from compliance.vault.models import Blob

ZIP = "packets.zip"


def sign(
    packet: Packet, part: str, *, by: User, key: Key, kind: str, at: datetime | None = None
) -> Signature:
    """Sign the packet's newest PDF as *part*; its ZIP is written anew by a job.

    The key's material stays with the caller, who lets go of it afterwards.
    """
    policies.check_can_sign(packet, part, by)
    at = (at or timezone.now()).replace(microsecond=0)
    check_may_sign(key.certificate, at)
    before = packet.newest_pdf
    assert before is not None  # noqa: S101 - it is built
    with workshop("sign") as folder:
        out = folder / packet.file_name("pdf")
        signed = sealing.put(
            vault.checked_path(before, name=out.name),
            out,
            key,
            part=part,
            name=by.name,
            at=at,
            edition=packet.edition,
        )
        with out.open("rb") as file:
            pdf = vault.store_output(packet.organisation, file, media_type="application/pdf")
    return _keep(packet, before, _row(packet, part, by, at, pdf, signed, key_kind=kind))


def note_seal(packet: Packet, signed: Signed) -> None:
    """Keep what the organisation's seal says, in the transaction that keeps the built packet."""
    assert packet.pdf  # noqa: S101 - it is built
    at = datetime.fromisoformat(packet.freeze.manifest["frozen_at"])
    row = _row(packet, Part.SEAL, packet.requested_by, at, packet.pdf, signed)
    row.key_kind, row.zip = KeyKind.ORGANISATION, packet.zip
    row.save(force_insert=True)


@transaction.atomic
def decline(packet: Packet, part: str, *, by: User, reason: str) -> Signature:
    """Refuse to sign, with the reason: nobody signs until it is lifted or another round begins."""
    policies.check_can_sign(packet, part, by)
    policies.check_has_reason(reason)
    made = Signature(
        organisation_id=packet.organisation_id,
        packet=packet,
        part=part,
        state=SignatureState.DECLINED,
        signer=by,
        at=timezone.now(),
        reason=reason.strip(),
    )
    _insert(made)
    record(by, Action.DECLINED, packet, **_told(packet, made), signers=_signers(packet))
    return made


@transaction.atomic
def withdraw(signature: Signature, *, by: User, reason: str) -> None:
    """Take a signature or a refusal back: the PDF is again the one before it. Nothing is deleted."""
    policies.check_can_withdraw(signature, by)
    policies.check_has_reason(reason)
    was_signed = signature.state == SignatureState.SIGNED
    action = Action.WITHDRAWN if was_signed else Action.DECLINE_LIFTED
    states.move(
        signature,
        SIGNATURE_MOVES,
        SignatureState.WITHDRAWN,
        reason=reason.strip(),
        ended_at=timezone.now(),
    )
    packet = signature.packet
    record(by, action, packet, **_told(packet, signature), signers=_signers(packet))


def complete(signature: Signature) -> Blob:
    """Write the ZIP around a signed PDF and keep it. Safe to run again."""
    if signature.zip is not None:
        return signature.zip
    packet, pdf = signature.packet, signature.pdf
    assert pdf is not None  # noqa: S101 - it is signed
    with workshop("sign") as folder:
        path, out = (folder / packet.file_name(kind) for kind in ("pdf", "zip"))
        path.symlink_to(vault.checked_path(pdf, name=path.name))
        manifest = packet.freeze.manifest
        building.wrap(manifest, path, out, open_file=opener(packet.organisation_id, manifest))
        with out.open("rb") as file:
            made = vault.store_output(packet.organisation, file, media_type="application/zip")
    Signature.objects.filter(pk=signature.pk, zip__isnull=True).update(zip=made)
    signature.zip = made
    return made


def _keep(packet: Packet, before: Blob, row: Signature) -> Signature:
    """Write the row, unless somebody else was faster: the signature is then over an older PDF."""
    with transaction.atomic():
        now = Packet.objects.select_for_update().get(pk=packet.pk)
        if now.newest_pdf != before:
            raise Conflict(_("Somebody else signed at this moment. Reload the page."))
        _insert(row)
        waiting = _waiting(now)
        record(row.signer, Action.SIGNED, packet, **_told(packet, row), next=waiting)
        jobs.enqueue(
            kind=ZIP,
            organisation=packet.organisation,
            by=row.signer,
            args={"signature": row.pk},
            key=f"signature-{row.pk}",
        )
    return row


def _insert(row: Signature) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("Somebody else signed at this moment. Reload the page.")) from error


def _row(  # noqa: PLR0913 - the columns
    packet: Packet,
    part: str,
    by: User,
    at: datetime,
    pdf: Blob,
    signed: Signed,
    *,
    key_kind: str = "",
) -> Signature:
    certificate = signed.certificate
    validity = certificate["tbs_certificate"]["validity"]
    return Signature(
        organisation_id=packet.organisation_id,
        packet=packet,
        part=part,
        signer=by,
        at=at,
        key_kind=key_kind,
        subject=described(certificate.subject)[:400],
        issuer=described(certificate.issuer)[:400],
        fingerprint=certificate.sha256.hex(),
        valid_from=validity["not_before"].native,
        valid_until=validity["not_after"].native,
        self_signed=certificate.issuer == certificate.subject,
        stamped_at=signed.stamped_at,
        stamped_by=signed.stamped_by[:400],
        stamp_problem=signed.problem,
        pdf=pdf,
    )


def _told(packet: Packet, row: Signature) -> dict[str, Any]:
    """What the audit stream keeps of it."""
    round_ = packet.freeze.round
    return {
        "part": row.part,
        "number": round_.application.number,
        "round": round_.number,
        "edition": packet.edition,
        "reason": row.reason,
        "sha256": row.pdf.sha256 if row.pdf else "",
        "fingerprint": row.fingerprint,
    }


def _signers(packet: Packet) -> list[int]:
    """Return who should hear that it does not go on: who signed, and who froze the round."""
    return sorted({packet.freeze.frozen_by_id, *(each.signer_id for each in _standing(packet))})


def _standing(packet: Packet) -> list[Signature]:
    rows = Signature.objects.filter(packet=packet, state=SignatureState.SIGNED)
    return [each for each in rows if each.part != Part.SEAL]


def _waiting(packet: Packet) -> list[int]:
    """Return whose turn it may be now: all who may sign next and have not signed yet."""
    part = policies.turn(packet)
    if part is None:
        return []
    done = {each.signer_id for each in _standing(packet)}
    members = Membership.objects.active().filter(organisation_id=packet.organisation_id)
    may = policies.SIGNS[part]
    return sorted(
        each.user_id for each in members if each.includes(may) and each.user_id not in done
    )
