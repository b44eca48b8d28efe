"""Help with a packet that another worker builds: as many processes compile as workers are free."""

import logging
import time
from functools import partial

from compliance.jobs.models import Job, State
from compliance.jobs.progress import stopping
from compliance.packets import render
from compliance.packets.building import edition_of, reader
from compliance.packets.models import Packet
from compliance.packets.opening import open_file
from compliance.packets.press.store import Store
from compliance.packets.render import Standing
from compliance.shared.errors import Refused

log = logging.getLogger(__name__)

_ASK_EVERY_SECONDS = 0.3


class _Over(Exception):
    """Nobody builds the packet any more."""


def compile_some(packet: Packet, store: Store) -> int:
    """Compile what nobody has claimed until all is done or the building stops; return how many."""
    plan = render.plan(packet.freeze.manifest, edition_of(packet.edition))
    asked_at = 0.0
    compiled = 0

    def look(standing: Standing) -> None:
        nonlocal asked_at, compiled
        compiled = standing.compiled
        if time.monotonic() - asked_at < _ASK_EVERY_SECONDS:
            return
        asked_at = time.monotonic()
        wanted = Job.objects.filter(pk=packet.job_id, state=State.RUNNING, cancel_requested=False)
        if stopping.is_set() or not wanted.exists():
            raise _Over

    try:
        read = reader(packet.freeze.manifest, partial(open_file, packet.organisation_id))
        render.compile_missing(plan, store, read, look)
    except _Over:
        pass
    except (Refused, OSError) as fault:
        # The building meets it too, and says it to who asked for the packet.
        log.warning("Packet %s: helping ended (%s).", packet.pk, fault)
    return compiled
