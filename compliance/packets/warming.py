"""Keep packets nearly ready: compile the sections of open applications while nobody waits for them.

What was compiled already is noted beside the sections, by the place in the audit stream that it saw:
where nothing happened since, nothing is read.
"""

import time
from contextlib import suppress
from functools import partial
from pathlib import Path

from django.conf import settings

from compliance.applications.models import Application, State
from compliance.audit.models import Head
from compliance.packets import gathering, render
from compliance.packets.building import edition_of, reader
from compliance.packets.models import Edition, Packet
from compliance.packets.opening import open_file
from compliance.packets.press.store import Store
from compliance.packets.render import Look, Standing
from compliance.packets.snapshots import snapshot

# Applications whose next packet is being prepared.
OPEN = [State.DRAFT, State.INTERNAL_REVIEW]


class _Enough(Exception):
    """The time that one run may take is over; the next one goes on."""


def warm(store: Store, *, seconds: float) -> int:
    """Compile for *seconds* at most; return how many sections were compiled."""
    compiled, end = 0, time.monotonic() + seconds
    heads = dict(Head.objects.values_list("organisation_id", "seq"))
    for application in Application.objects.filter(state__in=OPEN).order_by("pk"):
        seen = heads.get(application.organisation_id, 0)
        if _noted(application) == seen:
            continue
        try:
            compiled += _compile(application, store, end)
        except _Enough:
            return compiled
        _note(application, seen)
    return compiled


def _compile(application: Application, store: Store, end: float) -> int:
    with snapshot():
        manifest = gathering.gather(application.current_round)
    compiled = 0
    for edition in _editions(application):
        plan = render.plan(manifest, edition_of(edition))
        read = reader(manifest, partial(open_file, application.organisation_id))
        compiled += render.compile_missing(plan, store, read, _until(end))
    return compiled


def _editions(application: Application) -> list[str]:
    """Korean, and what the organisation built before."""
    built = Packet.objects.filter(organisation_id=application.organisation_id)
    return sorted({Edition.KO.value, *built.values_list("edition", flat=True)}, reverse=True)


def _until(end: float) -> Look:
    """Return what stops the work at *end*, between two sections: one that was begun is finished."""
    seen = -1

    def look(standing: Standing) -> None:
        nonlocal seen
        if seen not in {-1, standing.compiled} and time.monotonic() > end:
            raise _Enough
        seen = standing.compiled

    return look


def _note_of(application: Application) -> Path:
    return Path(settings.PACKET_SECTIONS_ROOT) / "warm" / str(application.pk)


def _noted(application: Application) -> int:
    with suppress(OSError, ValueError):
        return int(_note_of(application).read_text())
    return -1


def _note(application: Application, seen: int) -> None:
    path = _note_of(application)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(seen))
