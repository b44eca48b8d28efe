"""`manage.py up`: web, worker and scheduler under one roof, for one machine.

Whatever dies is started again; whatever ends the supervisor, even kill -9, ends the children.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from django.db import DatabaseError, connection

from compliance.jobs import selectors
from portal.children import signal_group, start

WORKER_THREADS = 2
WEB_THREADS = 8
READY_WITHIN_SECONDS = 60.0
END_WITHIN_SECONDS = 3.5
LOOK_EVERY_SECONDS = 0.2
STALL_CHECK_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 15.0
STEADY_AFTER_SECONDS = 30.0
LOG_LIMIT_BYTES = 10 * 1024 * 1024


class CannotStart(Exception):
    """The first argument is a sentence for the person at the console."""


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    command: list[str]
    log: Path
    on_parent_death: signal.Signals
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause: float = 0.5

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.started_at = time.monotonic()
        self.process = start(
            self.command,
            log=self.log,
            on_parent_death=self.on_parent_death,
            environment=self.environment,
        )

    def look(self, say: Callable[[str], None]) -> None:
        """Start the process again, after a pause that grows, when it has died."""
        if self.process is not None:
            if (code := self.process.poll()) is None:
                return
            steady = time.monotonic() - self.started_at > STEADY_AFTER_SECONDS
            self.pause = 0.5 if steady else min(self.pause * 2, LONGEST_PAUSE_SECONDS)
            self.start_at = time.monotonic() + self.pause
            say(f"The {self.name} ended ({_how(code)}); starting it again. Its log: {self.log}")
            self.process = None
        elif time.monotonic() >= self.start_at:
            self.start()


class Supervisor:
    """Keeps the children of one VAR_DIR."""

    def __init__(self, *, port: int, host: str, var: Path, say: Callable[[str], None]) -> None:
        self.port, self.host, self.var, self.say = port, host, var, say
        self.url = f"http://{host}:{port}/"
        self.worker_ready = var / "run" / "worker-ready"
        self.children = self._children()
        self._stopping = False
        self._stall_checked_at = time.monotonic()

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM. Raises CannotStart with a sentence."""
        for folder in ("log", "run"):
            (self.var / folder).mkdir(parents=True, exist_ok=True)
        with self._lock():
            self._check_port()
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self._stop)
            try:
                self._serve()
            finally:
                self._end()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _serve(self) -> None:
        self.worker_ready.unlink(missing_ok=True)
        for child in self.children:
            child.start()
        self._wait_until_ready()
        while not self._stopping:
            for child in self.children:
                child.look(self.say)
            self._look_for_stall()
            time.sleep(LOOK_EVERY_SECONDS)

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + READY_WITHIN_SECONDS
        while not self._stopping:
            for child in self.children:
                if child.process is not None and child.process.poll() is not None:
                    raise CannotStart(f"The {child.name} does not start:\n{_tail(child.log)}")
            if self.worker_ready.exists() and _answers(self.host, self.port):
                self.say(f"Gatepass is ready at {self.url} (Ctrl-C ends it)")
                return
            if time.monotonic() > end:
                raise CannotStart(
                    f"Not ready after {READY_WITHIN_SECONDS:.0f} s; see {self.var / 'log'}."
                )
            time.sleep(LOOK_EVERY_SECONDS)

    def _look_for_stall(self) -> None:
        if time.monotonic() - self._stall_checked_at < STALL_CHECK_SECONDS:
            return
        self._stall_checked_at = time.monotonic()
        worker = next(child for child in self.children if child.name == "worker")
        if worker.process is None or time.monotonic() - worker.started_at < 60:
            return
        if _queue_is_stuck():
            self.say("The worker takes no work any more; starting it again.")
            signal_group(worker.process, signal.SIGKILL)

    def _end(self) -> None:
        running = [child.process for child in self.children if child.process]
        for process in running:
            signal_group(process, signal.SIGTERM)
        end = time.monotonic() + END_WITHIN_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                signal_group(process, signal.SIGKILL)
                process.wait()
        self.say("Gatepass has ended.")

    def _lock(self) -> "Lock":
        return Lock(self.var / "run" / "up.lock")

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise CannotStart(
                    f"Port {self.port} of {self.host} cannot be used ({error.strerror}). "
                    "Name another one: manage.py up --port 8001"
                ) from error

    def _children(self) -> list[Child]:
        logs = self.var / "log"
        python = [sys.executable, "-m"]
        celery = [*python, "celery", "--quiet", "-A", "portal"]
        web = [*python, "gunicorn", "portal.wsgi", "--bind", f"{self.host}:{self.port}"]
        web += ["--worker-class", "gthread", "--workers", "1", "--threads", str(WEB_THREADS)]
        web += ["--graceful-timeout", "3", "--timeout", "120", "--no-control-socket"]
        worker = [*celery, "worker", "--pool", "threads", "-c", str(WORKER_THREADS)]
        worker += ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "warning"]
        beat = [*celery, "beat", "-l", "warning", "--pidfile", ""]
        here = {} if _is_public() else {"PUBLIC_URL": self.url}
        ready = {"GATEPASS_WORKER_READY": str(self.worker_ready)}
        # A killed worker's jobs are queued again; a web process may finish its answers.
        return [
            Child("web", web, logs / "web.log", signal.SIGTERM, here),
            Child("worker", worker, logs / "worker.log", signal.SIGKILL, here | ready),
            Child("scheduler", beat, logs / "scheduler.log", signal.SIGKILL, here),
        ]


def _is_public() -> bool:
    """Whether the operator says under which address the portal is known."""
    return bool(os.environ.get("PUBLIC_URL") or os.environ.get("PUBLIC_URL_FILE"))


class Lock:
    """One supervisor per VAR_DIR; the kernel lets go of it with the process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self._file = self.path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise CannotStart(
                f"Gatepass runs here already as process {holder}. End that one first, "
                "or set VAR_DIR to another folder."
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _queue_is_stuck() -> bool:
    try:
        return selectors.is_stuck(WORKER_THREADS)
    except DatabaseError:
        return False  # the database is away; that is not the worker's fault
    finally:
        connection.close()


def _answers(host: str, port: int) -> bool:
    """Whether the web process answers at all; which hosts it serves and how is its own matter."""
    asking = HTTPConnection(host, port, timeout=2)
    try:
        asking.request("GET", "/healthz")
        return asking.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (HTTPException, OSError):
        return False
    finally:
        asking.close()


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"


def _tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:])
