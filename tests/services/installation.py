"""A whole installation in a folder: its own database, queue, files and processes."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.children import with_parent
from tests import migrated
from tests.services.children import end, free_port

ROOT = Path(__file__).resolve().parents[2]
WORKER = ["celery", "--quiet", "-A", "portal", "worker", "--pool", "threads", "-c", "2"]
WORKER += ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "warning"]
BEAT = ["celery", "--quiet", "-A", "portal", "beat", "-l", "warning", "--pidfile", ""]
READY = re.compile(r"Gatepass is ready at (\S+)")


@dataclass
class Installation:
    """`folder` holds everything; `output` is what `up` printed."""

    folder: Path
    database: str = ""
    broker: str = ""
    settings: str = "portal.settings"
    url: str = ""
    clamd: str = ""
    more: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.database = self.database or f"sqlite:///{self.folder / 'private.sqlite3'}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DJANGO"))}
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": self.settings,
            "DATABASE_URL": self.database,
            "CELERY_BROKER_URL": self.broker,
            "VAR_DIR": str(self.folder / "var"),
            "VAULT_ROOT": "",
            "CLAMD_URL": self.clamd,
            # Journeys keep their people signed in for longer than one may do what is dangerous.
            "REAUTHENTICATION_MINUTES": "240",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "PYTHONUNBUFFERED": "1",
            **self.more,
        }

    @property
    def output(self) -> str:
        path = self.folder / "up"
        return path.read_text("utf-8") if path.exists() else ""

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8")

    def migrate(self) -> None:
        """An empty database with all tables; on SQLite the migrations run once for all tests."""
        kept = migrated.place(self.settings)
        lent = self._lend(kept)
        self.manage("migrate", "-v", "0")
        if lent is False:
            migrated.keep_file(self._file, kept)

    def prepare(self) -> None:
        """Catalogues, database, static files: what `make demo` does before it serves."""
        if self._lend(migrated.place(self.settings)) is False:
            self.migrate()
        self.python(["tools/prepare.py"])

    @property
    def _file(self) -> Path:
        return Path(self.database.removeprefix("sqlite:///"))

    def _lend(self, kept: Path) -> bool | None:
        """Bring the kept database; None where there is no file to bring it to."""
        if not self.database.startswith("sqlite:///"):
            return None
        migrated.lend_file(kept, self._file)
        return self._file.exists()

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed."""
        return self.python(["-m", "django", *arguments])

    def script(self, text: str, *arguments: str, stdin: str = "") -> str:
        """Run *text* with Django set up, in a process of its own; return what it printed."""
        return self.python(["-c", f"import django; django.setup()\n{text}", *arguments], stdin)

    def python(self, arguments: list[str], stdin: str = "") -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            cwd=ROOT,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self, command: list[str], log: str = "log") -> subprocess.Popen[bytes]:
        with (self.folder / log).open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=with_parent(signal.SIGKILL),
            )

    def web_processes(self) -> list[int]:
        """Pids of the web server that `up` runs, master first."""
        address, found = self.url.removeprefix("http://"), []
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except (OSError, UnicodeDecodeError):
                continue  # no process, or it has just ended
            if "gunicorn" in words and address in words:
                found.append(int(entry.name))
        return sorted(found)

    def kill_web(self) -> None:
        """kill -9 of the web server, as a machine without memory does; `up` starts it again."""
        found = self.web_processes()
        assert len(found) >= 2
        for pid in found:
            os.kill(pid, signal.SIGKILL)

    @contextmanager
    def serving(self, *commands: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
        """Run *commands* beside each other until the block ends."""
        processes = [self.start(command) for command in commands]
        try:
            yield processes
        finally:
            for process in processes:
                end(process, signal.SIGKILL)

    @contextmanager
    def up(
        self, port: int | None = None, host: str = "127.0.0.1"
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run `manage.py up` until the block ends; `url` is where it answers."""
        (self.folder / "up").unlink(missing_ok=True)
        command = ["django", "up", "--host", host, "--port", str(port or free_port())]
        process = self.start(command, log="up")
        try:
            until(
                lambda: READY.search(self.output) or process.poll() is not None, 60, "it is ready"
            )
            found = READY.search(self.output)
            self.url = found[1].rstrip("/") if found else ""
            yield process
        finally:
            end(process)


def until(true: Callable[[], Any], seconds: float, what: str) -> Any:
    """Wait until *true*() is true and return its value."""
    limit = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < limit, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return value
