"""A broker in a folder, for the portal that runs with no server beside it.

Kombu ships such a transport, but there a reader can move a file while its writer still holds it
open, and the message is gone. Here a message is a whole file at every moment of its life:

    QUEUE/.NAME     being written; nobody looks at dot-files
    QUEUE/NAME      ready; NAME begins with the time, so a sorted listing is the order
    taken/OWNER/QUEUE/NAME   held by one process until it acknowledges

Each step is one rename, so exactly one reader wins a message. A process that holds messages keeps
a lock on its folder; the kernel lets go of the lock when the process dies, however it dies, and
the next reader gives the messages back.
"""

import fcntl
import json
import logging
import os
import shutil
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import Any, BinaryIO, cast

from kombu.transport import virtual

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
LONGEST_DRAIN_SECONDS = 0.5
GIVE_BACK_EVERY_SECONDS = 2.0


class Spool:
    """The folder, for one process. Its methods may be called from any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken_root = folder / "taken"
        self._listed: dict[str, deque[str]] = {}
        self._held: dict[str, Path] = {}
        self._lock: BinaryIO | None = None
        self._owner: Path | None = None
        self._guard = threading.Lock()

    def put(self, queue: str, message: dict[str, Any]) -> None:
        """Write *message* so that it survives a power cut once this returns."""
        place = self.folder / queue
        place.mkdir(parents=True, exist_ok=True)
        tag = message["properties"]["delivery_tag"]
        name = f"{time.time_ns():020d}-{tag}"
        draft = place / f".{name}"
        with draft.open("wb") as file:
            file.write(json.dumps(message).encode())
            file.flush()
            os.fsync(file.fileno())
        draft.rename(place / name)
        _sync_folder(place)

    def take(self, queue: str) -> dict[str, Any]:
        """Claim the oldest message of *queue*; `queue.Empty` when there is none."""
        for name in self._names(queue):
            target = self._taken_folder(queue) / name
            try:
                (self.folder / queue / name).rename(target)
            except FileNotFoundError:
                continue  # another process was faster
            try:
                message: dict[str, Any] = json.loads(target.read_bytes())
            except ValueError:
                self._set_aside(target)
                continue
            self._held[message["properties"]["delivery_tag"]] = target
            return message
        raise Empty

    def done(self, tag: str) -> None:
        """Forget the message *tag*: its work is finished."""
        if path := self._held.pop(tag, None):
            path.unlink(missing_ok=True)

    def give_back(self, tag: str) -> None:
        """Make the message *tag* ready again, at its old place in the order."""
        if path := self._held.pop(tag, None):
            path.rename(self.folder / path.parent.name / path.name)

    def give_back_of_the_dead(self) -> int:
        """Make ready what dead processes held; return the number of messages."""
        if not self.taken_root.is_dir():
            return 0
        return sum(
            _empty_into(owner, self.folder)
            for owner in sorted(self.taken_root.iterdir())
            if owner != self._owner
        )

    def size(self, queue: str) -> int:
        return len(_ready(self.folder / queue))

    def purge(self, queue: str) -> int:
        """Delete what is ready in *queue*; return the number of messages."""
        names = _ready(self.folder / queue)
        for name in names:
            (self.folder / queue / name).unlink(missing_ok=True)
        return len(names)

    def close(self) -> None:
        """Give up this process's folder. What is still held there becomes ready again."""
        with self._guard:
            owner, lock = self._owner, self._lock
            self._owner = self._lock = None
        if owner and lock:
            lock.close()
            self._held.clear()
            _empty_into(owner, self.folder)

    def _set_aside(self, path: Path) -> None:
        # Only a broken disk or a hand can do this; one bad file must not stop the worker.
        aside = self.folder / "unreadable"
        aside.mkdir(exist_ok=True)
        path.rename(aside / path.name)
        log.error("Message %s is not readable; it stands in %s now.", path.name, aside)

    def _names(self, queue: str) -> Iterator[str]:
        # One listing serves many takes: reading a folder of thousands for each message is slow.
        listed = self._listed.setdefault(queue, deque())
        if not listed:
            listed.extend(_ready(self.folder / queue))
        while listed:
            try:
                yield listed.popleft()
            except IndexError:  # another thread took the last one
                return

    def _taken_folder(self, queue: str) -> Path:
        with self._guard:
            if self._owner is None:
                self._owner, self._lock = _new_owner(self.taken_root)
            folder = self._owner / queue
        folder.mkdir(exist_ok=True)
        return folder


def _new_owner(root: Path) -> tuple[Path, BinaryIO]:
    owner = root / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    owner.mkdir(parents=True)
    # The lock gets its name only once it is held: a reader that sees it may judge by it.
    draft = owner / ".lock-draft"
    lock = draft.open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    draft.rename(owner / ".lock")
    return owner, lock


def _empty_into(owner: Path, folder: Path) -> int:
    """Move the messages of a dead *owner* back; leave a living one alone."""
    try:
        lock = (owner / ".lock").open("rb")
    except FileNotFoundError:
        return 0  # being made, or being emptied by another process
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        held = [path for path in owner.glob("*/*") if path.is_file()]
        for path in held:
            path.rename(folder / path.parent.name / path.name)
        shutil.rmtree(owner, ignore_errors=True)
    return len(held)


def _ready(place: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(place) if not name.startswith("."))  # noqa: PTH208 - names are enough, and much faster
    except FileNotFoundError:
        return []


def _sync_folder(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class QoS(virtual.QoS):
    """What is delivered and not acknowledged; the files are the memory of it."""

    channel: "Channel"

    def ack(self, delivery_tag: str) -> None:
        self.channel.spool.done(delivery_tag)
        super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 - Kombu's signature
        if not requeue:
            self.channel.spool.done(delivery_tag)
        super().reject(delivery_tag, requeue)


class Channel(virtual.Channel):
    """Kombu's view of the spool."""

    QoS = QoS

    @property
    def spool(self) -> Spool:
        transport = cast("Transport", self.connection)
        return transport.spool

    def _put(self, queue: str, message: dict[str, Any], **_: Any) -> None:
        self.spool.put(queue, message)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        return self.spool.take(queue)

    def _restore(self, message: Any) -> None:
        self.spool.give_back(message.delivery_tag)

    def _size(self, queue: str) -> int:
        return self.spool.size(queue)

    def _purge(self, queue: str) -> int:
        return self.spool.purge(queue)

    def basic_get(self, queue: str, no_ack: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - Kombu's signature
        message = super().basic_get(queue, no_ack=no_ack, **kwargs)
        if message is not None and no_ack:
            self.spool.done(str(message.delivery_tag))
        return message

    def basic_consume(
        self,
        queue: str,
        no_ack: bool = False,  # noqa: FBT001, FBT002 - Kombu's signature
        callback: Callable[..., Any] | None = None,
        consumer_tag: str | None = None,
        **kwargs: Any,
    ) -> str:
        def forget_then_call(message: Any) -> Any:
            self.spool.done(message.delivery_tag)
            return callback(message) if callback else None

        chosen = forget_then_call if no_ack else callback
        return super().basic_consume(queue, no_ack, chosen, consumer_tag, **kwargs)


class Transport(virtual.Transport):
    """`spool://` with the transport option `folder`."""

    Channel = Channel
    driver_type = "spool"
    driver_name = "spool"
    polling_interval = POLL_SECONDS

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.spool = Spool(Path(client.transport_options["folder"]))
        self._looked_at = 0.0

    def drain_events(self, connection: Any, **kwargs: Any) -> None:  # type: ignore[override]
        if time.monotonic() - self._looked_at > GIVE_BACK_EVERY_SECONDS:
            self._looked_at = time.monotonic()
            self.spool.give_back_of_the_dead()
        # The worker asks between drains whether it shall end: short drains, quick endings.
        timeout = min(kwargs.get("timeout") or LONGEST_DRAIN_SECONDS, LONGEST_DRAIN_SECONDS)
        super().drain_events(connection, timeout=timeout)

    def close_connection(self, connection: Any) -> None:
        super().close_connection(connection)
        self.spool.close()

    def driver_version(self) -> str:
        return "1"
