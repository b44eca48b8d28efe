"""Checkpoints: what the chain is now, under one hash and the installation's signature.

Made every hour and at each freeze. They stand in the database, and in a file beside it that whoever
has the database's keys alone cannot rewrite.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from compliance.audit import chain, keys, rows
from compliance.audit.merkle import TILE, Growing, Tree, leaf_hash
from compliance.audit.models import Checkpoint, Head, Subtree
from compliance.audit.notes import Statement, origin_of


class Broken(Exception):
    """The stream no longer fits what was signed of it; the text says where. Nothing was signed."""


def latest(organisation_id: int) -> Checkpoint | None:
    return Checkpoint.objects.filter(organisation_id=organisation_id).first()


def make(organisation_id: int) -> Checkpoint | None:
    """Sign the chain as it is, and return the checkpoint; the last one when nothing was added.

    Reads the entries since the last checkpoint, checks each, and keeps the hashes of full tiles.
    None while nothing was recorded. Must run in a transaction. Raises Broken.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a checkpoint is made in the transaction that reads the stream")
    head = Head.objects.filter(organisation_id=organisation_id).first()
    last = latest(organisation_id)
    if head is None or (last and last.size == head.seq):
        return last
    growing, tiles = _grown(organisation_id, last), []
    after = (last.size, last.head) if last else (0, "")
    # Closed before anything is rolled back: a cursor that is gone then cannot be closed any more.
    with closing(rows.read(organisation_id, after=after[0] or None, until=head.seq)) as read:
        walk = chain.Walk(read, after=after)
        for row in walk:
            full = growing.add(bytes.fromhex(row.digest))
            if full is not None:
                tiles.append((growing.size // TILE - 1, full))
    if walk.fault or (walk.count, walk.previous) != (head.seq, head.digest):
        raise Broken(walk.fault or f"the chain does not end with entry {head.seq}")
    _keep_tiles(organisation_id, tiles)
    made = _signed(organisation_id, head, growing.root())
    transaction.on_commit(partial(publish, organisation_id))
    return made


def tree(checkpoint: Checkpoint) -> "StoredTree":
    """Return the hash tree over the checkpoint's entries."""
    return StoredTree(checkpoint.organisation_id, checkpoint.size)


class StoredTree(Tree):
    """The tree of an organisation's stream; leaves are read tile by tile."""

    def __init__(self, organisation_id: int, size: int) -> None:
        self._organisation_id = organisation_id
        self._read: dict[int, list[bytes]] = {}
        super().__init__(size, _tiles(organisation_id, size), self._of_tile)

    def prepare(self, indexes: Sequence[int]) -> None:
        """Read the tiles of these leaves in few queries."""
        wanted = sorted({index // TILE for index in indexes} - set(self._read))
        for run in _runs(wanted):
            low, high = run[0] * TILE, min((run[-1] + 1) * TILE, self.size)
            found = [leaf_hash(each) for each in rows.digests(self._organisation_id, low, high)]
            for number in run:
                start = (number - run[0]) * TILE
                self._read[number] = found[start : start + TILE]

    def _of_tile(self, number: int) -> list[bytes]:
        self.prepare([number * TILE])
        return self._read[number]


# Tiles that lie no further apart are read together.
_GAP = 20
_LONGEST_RUN = 400


def _runs(wanted: list[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for number in wanted:
        if run and (number - run[-1] > _GAP or number - run[0] > _LONGEST_RUN):
            yield list(range(run[0], run[-1] + 1))
            run = []
        run.append(number)
    if run:
        yield list(range(run[0], run[-1] + 1))


def publish(organisation_id: int) -> None:
    """Append the checkpoints that the file outside the database does not have yet."""
    path = outside(organisation_id)
    known = max((size for size, _note in kept(path)), default=0)
    new = Checkpoint.objects.filter(organisation_id=organisation_id, size__gt=known)
    lines = [json.dumps({"size": each.size, "note": each.note}) for each in new.order_by("size")]
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())


def outside(organisation_id: int) -> Path:
    """Where the organisation's checkpoints stand beside the database, a JSON object a line."""
    return Path(settings.VAR_DIR) / "audit" / f"{organisation_id}.checkpoints"


def kept(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (size, note) of every line; a line that cannot be read has size 0 and is the note."""
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        text = line.decode("utf-8", "replace")
        try:
            found = json.loads(text)
            # Written in one way only, so that no sign of the file is free.
            whole = json.dumps({"size": found["size"], "note": found["note"]}) == text
            size, note = int(found["size"]), str(found["note"])
        except (ValueError, KeyError, TypeError):
            whole, size, note = False, 0, text
        yield (size, note) if whole else (0, text)


def _grown(organisation_id: int, last: Checkpoint | None) -> Growing:
    """The tree as it was at the last checkpoint, which its stored parts must still add up to."""
    growing = Growing()
    if last is None:
        return growing
    for tile in _tiles(organisation_id, last.size):
        growing.tiles.add(tile)
    for digest in rows.digests(organisation_id, last.size // TILE * TILE, last.size):
        growing.add(digest)
    if growing.root().hex() != last.root:
        raise Broken(f"entries before {last.size} are not those of the last checkpoint")
    return growing


def _tiles(organisation_id: int, size: int) -> list[bytes]:
    """Hashes of every full tile below *size*. Raises Broken when one is missing or no hash."""
    read = rows.torn("audit_subtree", ["number", "root"], organisation_id)[: size // TILE]
    try:
        found = [bytes.fromhex(root) for _number, root in read]
    except ValueError as error:
        raise Broken(f"a hash over entries before {size} was altered") from error
    if [number for number, _root in read] != [str(each) for each in range(size // TILE)]:
        raise Broken(f"a hash over entries before {size} is missing")
    return found


def _keep_tiles(organisation_id: int, tiles: list[tuple[int, bytes]]) -> None:
    if not tiles:
        return
    found = Subtree.objects.filter(organisation_id=organisation_id, number__gte=tiles[0][0])
    there = set(found.values_list("number", flat=True))
    new = [
        Subtree(organisation_id=organisation_id, number=number, root=root.hex())
        for number, root in tiles
        if number not in there
    ]
    # Another process may sign the same entries at this moment; both write the same.
    Subtree.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)


def _signed(organisation_id: int, head: Head, root: bytes) -> Checkpoint | None:
    key, at = keys.signer(), timezone.now().replace(microsecond=0)
    statement = Statement(
        origin=origin_of(key.name, organisation_id),
        size=head.seq,
        root=root.hex(),
        head=head.digest,
        at=at.astimezone(UTC).isoformat(),
    )
    made = Checkpoint(
        organisation_id=organisation_id,
        size=head.seq,
        root=statement.root,
        head=head.digest,
        at=at,
        key=key.name,
        note=key.sign(statement.text()),
    )
    Checkpoint.objects.bulk_create([made], ignore_conflicts=True)
    return latest(organisation_id)
