"""Keep what a build without all its files leaves: a draft, and the names of what is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

from compliance.packets.missing import Incomplete, Missing
from compliance.packets.models import Packet, State
from compliance.packets.states import MOVES
from compliance.shared import states
from compliance.vault import services as vault


@contextmanager
def kept(packet: Packet) -> Iterator[None]:
    """Where the build inside finds that files are missing, keep its draft and say so on the packet."""
    try:
        yield
    except Incomplete as refusal:
        with refusal.draft.open("rb") as file:
            draft = vault.store_output(packet.organisation, file, media_type="application/zip")
        states.move(
            packet,
            MOVES,
            State.INCOMPLETE,
            error=str(refusal),
            draft=draft,
            missing_files=[_told(each) for each in refusal.missing],
        )
        raise


def _told(each: Missing) -> dict[str, str | int]:
    file = each.file
    return {
        "number": each.number,
        "name": file["name"],
        "path": file["path"],
        "sha256": file["sha256"],
        "size": file["size"],
        "reason": each.reason,
    }
