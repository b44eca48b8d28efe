"""The job that builds a packet: a shell around the service, with progress in words."""

from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compliance.jobs.phrases import Phrase
from compliance.jobs.progress import Cancelled, Progress
from compliance.packets import messages, services, signatures
from compliance.packets.building import Phase, Step
from compliance.packets.ledger import Ledger
from compliance.packets.models import BuildState, Packet, Signature, State
from compliance.packets.render import Look, Standing
from compliance.packets.states import MOVES
from compliance.shared import states
from compliance.shared.errors import Refused

# Where each phase begins on a bar of 100, as long as it takes in an ordinary packet.
_BEGINS = {
    Phase.COLLECT: 0,
    Phase.PAGES: 8,
    Phase.ATTACH: 72,
    Phase.SIGN: 80,
    Phase.ZIP: 85,
    Phase.VERIFY: 94,
}
# With fewer sections to compile, another worker would be done before it had begun.
_WORTH_HELP = 8
_ENDS = dict(zip(_BEGINS, [*list(_BEGINS.values())[1:], 99], strict=True))


def build(progress: Progress) -> dict[str, Any]:
    packet = Packet.objects.select_related(
        "organisation", "freeze__organisation", "freeze__round__application", "requested_by"
    ).get(pk=progress.args["packet"])
    ledger = Ledger(packet, progress.job)
    try:
        services.build(
            packet,
            step=_stepper(progress),
            look=_looker(progress, ledger, packet),
            fence=partial(_still_ours, progress),
        )
    except Cancelled:
        states.move(packet, MOVES, State.FAILED, error=_("Cancelled."))
        ledger.end(BuildState.CANCELLED)
        raise
    except Refused as refusal:
        ledger.end(BuildState.FAILED, error=str(refusal))
        raise
    ledger.end(BuildState.BUILT, pages=packet.pages, **_sizes(packet))
    return {"url": _url(packet)}


def _still_ours(progress: Progress) -> None:
    """Raise Stop where another worker has the job: between two heartbeats nobody else says so."""
    progress.beat()
    progress.check()


def _stepper(progress: Progress) -> Step:
    def step(phase: Phase, done: int, total: int, name: str) -> None:
        begin, end = _BEGINS[phase], _ENDS[phase]
        share = done * (end - begin) // max(total, 1)
        progress.step(begin + share, 100, _said(phase, done, total, name))

    return step


def _looker(progress: Progress, ledger: Ledger, packet: Packet) -> Look:
    """Return what is told how the sections stand; the first time it calls other workers."""
    called = False

    def look(standing: Standing) -> None:
        nonlocal called
        step(Phase.PAGES, standing.finished, len(standing.there), standing.name)
        ledger.tell(standing)
        if not called and standing.missing >= _WORTH_HELP:
            messages.call_for_help(packet.pk)
        called = True

    step = _stepper(progress)
    return look


def _sizes(packet: Packet) -> dict[str, int]:
    return {f"{name}_size": blob.size for name in ("pdf", "zip") if (blob := getattr(packet, name))}


def write_zip(progress: Progress) -> dict[str, Any]:
    """Write the ZIP around a PDF that somebody has just signed."""
    signature = Signature.objects.select_related(
        "pdf", "zip", "packet__organisation", "packet__freeze__round__application"
    ).get(pk=progress.args["signature"])
    progress.step(0, 1, Phrase(gettext_noop("Writing the ZIP around the signed PDF")))
    signatures.complete(signature)
    return {"url": _url(signature.packet)}


def _said(phase: Phase, done: int, total: int, name: str) -> Phrase:
    match phase:
        case Phase.COLLECT:
            return Phrase(gettext_noop("Reading and checking the files: %(n)d"), {"n": done})
        case Phase.PAGES:
            told: dict[str, int | str] = {"n": done + 1, "total": total, "name": name or _("cover")}
            return Phrase(gettext_noop("Section %(n)d of %(total)d: %(name)s"), told)
        case Phase.ATTACH:
            return Phrase(gettext_noop("Embedding the evidence"))
        case Phase.SIGN:
            return Phrase(gettext_noop("Signing"))
        case Phase.ZIP:
            return Phrase(gettext_noop("Writing the ZIP: %(n)d files"), {"n": done})
        case Phase.VERIFY:
            return Phrase(gettext_noop("Verifying what was made"))


def _url(packet: Packet) -> str:
    round_ = packet.freeze.round
    return reverse(
        "packets:packet",
        kwargs={
            "organisation": packet.organisation.slug,
            "number": round_.application.number,
            "round": round_.number,
        },
    )
