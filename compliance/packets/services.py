"""Freeze a round; build the packet of a freeze."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.applications import services as applications
from compliance.applications.models import Round
from compliance.audit.services import record, record_read
from compliance.jobs import services as jobs
from compliance.jobs.models import Job
from compliance.packets import (
    building,
    disk,
    gathering,
    gathering_audit,
    helping,
    incomplete,
    policies,
    signatures,
    signing,
    warming,
)
from compliance.packets import manifest as manifests
from compliance.packets.actions import Action
from compliance.packets.building import Built, Step
from compliance.packets.missing import Incomplete
from compliance.packets.models import Edition, Freeze, Packet, State
from compliance.packets.opening import opener
from compliance.packets.press.store import Store
from compliance.packets.render import Look
from compliance.packets.snapshots import snapshot
from compliance.packets.states import MOVES
from compliance.shared import states
from compliance.shared.errors import Conflict, Refused
from compliance.vault import services as vault
from compliance.vault.models import Blob

BUILD = "packets.build"
Fence = Callable[[], None]
_KEPT_DAYS = 30


def freeze(round_: Round, *, by: User, gaps_reason: str = "") -> Freeze:
    """Lock the round and keep what it says as a manifest, read in one snapshot.

    *gaps_reason* is needed while blockers are open; the packet prints it.
    """
    policies.check_can_freeze(round_, by)
    try:
        with snapshot():
            return _freeze(round_, by, gaps_reason)
    except OperationalError as error:
        # PostgreSQL ends a snapshot when somebody wrote to what it changes.
        if "could not serialize" not in str(error):
            raise
        raise Conflict(
            _("Somebody changed the application at this moment. Freeze it again.")
        ) from error


def request_build(freeze: Freeze, edition: str, *, by: User) -> Packet:
    """Queue the building of an edition, once: a packet that is built or under way is returned."""
    policies.check_can_build(freeze, by)
    packet = _packet(freeze, edition, by)
    if packet.is_built or packet.is_under_way:
        return packet
    with transaction.atomic():
        if packet.state in {State.FAILED, State.INCOMPLETE, State.BUILDING}:
            states.move(packet, MOVES, State.QUEUED, error="")
        job = jobs.enqueue(
            kind=BUILD,
            organisation=freeze.organisation,
            by=by,
            args={"packet": packet.pk},
            key=_key(packet),
        )
        _write(packet, job=job)
    return packet


def build_now(freeze: Freeze, edition: str, *, by: User) -> tuple[Packet, Job | None]:
    """Build in this process, as commands do; the job is None when the packet was there already."""
    policies.check_can_build(freeze, by)
    packet = _packet(freeze, edition, by)
    if packet.is_built:
        return packet, None
    job = jobs.run_now(
        kind=BUILD,
        organisation=freeze.organisation,
        by=by,
        args={"packet": packet.pk},
        key=_key(packet),
    )
    packet.refresh_from_db()
    return packet, job


def build(
    packet: Packet, *, step: Step, look: Look | None = None, fence: Fence = lambda: None
) -> None:
    """Make PDF and ZIP and keep them in the vault. Safe to run again after a crash.

    *fence* raises where another worker has taken the work over: this one writes nothing then.
    """
    # Also where the killed attempt had kept the packet already.
    disk.clear(_key(packet))
    if packet.is_built:
        return
    states.move(packet, MOVES, State.BUILDING, error="")
    try:
        with disk.workshop(_key(packet)) as folder, incomplete.kept(packet), _fenced(fence):
            made = building.build(
                packet.freeze.manifest,
                building.edition_of(packet.edition),
                folder,
                store=sections(),
                open_file=opener(packet.organisation_id, packet.freeze.manifest),
                key=signing_key(packet.freeze),
                step=step,
                look=look,
            )
            fence()
            _keep(packet, made)
    except Incomplete:
        raise
    except Refused as refusal:
        states.move(packet, MOVES, State.FAILED, error=str(refusal))
        raise


def help_build(packet_id: int) -> int:
    """Compile sections of a packet while another worker builds it; return how many."""
    packet = Packet.objects.select_related("job", "freeze").get(pk=packet_id)
    return helping.compile_some(packet, sections()) if packet.is_under_way else 0


def sections() -> Store:
    """Return where compiled sections are kept on this machine."""
    return Store(Path(settings.PACKET_SECTIONS_ROOT))


def warm(*, seconds: float) -> int:
    """Compile sections of open applications ahead; return how many."""
    return warming.warm(sections(), seconds=seconds)


def sweep_sections() -> int:
    """Remove compiled sections that nobody used for a month; return how many files.

    Folders that killed work left go too.
    """
    disk.sweep()
    return sections().sweep(_KEPT_DAYS)


def signing_key(freeze: Freeze) -> signing.Key:
    """Return the key of the settings, or the organisation's own, made at first use."""
    if settings.PACKET_SIGNING_KEY:
        return signing.configured(settings.PACKET_SIGNING_KEY, settings.PACKET_SIGNING_PASSPHRASE)
    organisation = freeze.organisation
    # The number keeps two organisations apart whose names make one slug.
    slug = f"{organisation.pk}-{slugify(organisation.slug) or 'organisation'}"
    return signing.own(Path(settings.VAR_DIR) / "keys", slug=slug, name=organisation.name)


def record_view(packet: Packet, *, by: User) -> None:
    """Write the access record: whoever sees every page has the packet."""
    policies.check_is_built(packet)
    record_read(by, Action.VIEWED, packet)


def record_download(packet: Packet, *, kind: str, by: User) -> Blob:
    """Write the access record and return the bytes to hand out."""
    policies.check_is_built(packet)
    blob = newest(packet, kind)
    record_read(by, Action.DOWNLOADED, packet, name=packet.file_name(kind), sha256=blob.sha256)
    return blob


def newest(packet: Packet, kind: str) -> Blob:
    """Return a built packet's PDF or ZIP with all signatures that stand.

    The ZIP is written now where the job has not come to it yet.
    """
    latest = packet.latest
    if kind == "zip" and latest:
        return signatures.complete(latest)
    blob = packet.newest_pdf if kind == "pdf" else packet.zip
    assert blob is not None  # noqa: S101 - a constraint of the table
    return blob


def _freeze(round_: Round, by: User, gaps_reason: str) -> Freeze:
    applications.lock(round_, by=by, gaps_reason=gaps_reason)
    if round_.as_of is None or round_.frozen_at is None:
        raise RuntimeError("locking a round sets its times")
    manifest = gathering.gather(round_)
    # Signed here alone: what is compiled ahead is gathered too, and leaves no checkpoint.
    manifest["audit"] = gathering_audit.gather(round_)
    frozen = Freeze.objects.create(
        organisation=round_.application.organisation,
        round=round_,
        manifest_text=manifests.dumps(manifest),
        digest=manifests.digest(manifest),
        as_of=round_.as_of,
        frozen_by=by,
        frozen_at=round_.frozen_at,
    )
    record(by, Action.FROZEN, frozen, digest=frozen.digest)
    return frozen


@contextmanager
def _fenced(fence: Fence) -> Iterator[None]:
    """Ask the *fence* before the packet is written as it ends inside, well or not."""
    try:
        yield
    except Refused:
        fence()
        raise


def _packet(freeze: Freeze, edition: str, by: User) -> Packet:
    if edition not in Edition.values:
        known = ", ".join(Edition.values)
        raise Refused(
            _("There is no edition “%(edition)s”; there are %(known)s.")
            % {"edition": edition, "known": known}
        )
    packet, _made = Packet.objects.select_related("job").get_or_create(
        freeze=freeze,
        edition=edition,
        defaults={"organisation": freeze.organisation, "requested_by": by},
    )
    return packet


def _keep(packet: Packet, made: Built) -> None:
    organisation = packet.organisation
    with made.pdf.open("rb") as file:
        pdf = vault.store_output(organisation, file, media_type="application/pdf")
    with made.zip.open("rb") as file:
        zipped = vault.store_output(organisation, file, media_type="application/zip")
    signature = made.report.signature
    with transaction.atomic():
        states.move(
            packet,
            MOVES,
            State.BUILT,
            pdf=pdf,
            zip=zipped,
            pages=made.pages,
            missing_glyphs=made.missing_glyphs,
            outline=[list(astuple(each)) for each in made.outline],
            self_signed=bool(signature and signature.self_signed),
            built_at=timezone.now(),
        )
        signatures.note_seal(packet, made.sealed)
        record(
            packet.requested_by,
            Action.BUILT,
            packet,
            pages=made.pages,
            sha256=zipped.sha256,
            number=packet.freeze.round.application.number,
        )


def _write(packet: Packet, *, job: Job) -> None:
    Packet.objects.filter(pk=packet.pk).update(job=job)
    packet.job = job


def _key(packet: Packet) -> str:
    return f"packet-{packet.pk}"
