"""A whole installation in a folder: its own database, queue and processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.children import with_parent
from tests.services.children import end

ROOT = Path(__file__).resolve().parents[2]
WORKER = ["celery", "--quiet", "-A", "portal", "worker", "--pool", "threads", "-c", "2"]
WORKER += ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "warning"]
BEAT = ["celery", "--quiet", "-A", "portal", "beat", "-l", "warning", "--pidfile", ""]

ENQUEUE = """
import json, sys
from compliance.jobs import services
job = services.enqueue(kind="test.slow", organisation=None, by=None, args=json.load(sys.stdin))
print(job.pk)
"""
ROW = """
import json, sys
from compliance.jobs.models import Job
print(json.dumps(Job.objects.filter(pk=int(sys.argv[-1])).values(
    "state", "attempt", "error", "result", "done", "total", "phase", "claimed_by").get()))
"""
CANCEL = """
import sys
from compliance.jobs.models import Job
Job.objects.filter(pk=int(sys.argv[-1])).update(cancel_requested=True)
"""


@dataclass
class Installation:
    folder: Path
    database: str
    broker: str = ""

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DJANGO"))}
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "tests.jobs.worker_settings",
            "DATABASE_URL": self.database,
            "CELERY_BROKER_URL": self.broker,
            "VAR_DIR": str(self.folder / "var"),
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "PYTHONSAFEPATH": "1",
        }

    def manage(self, *arguments: str) -> str:
        return self._python(["-m", "django", *arguments])

    def enqueue(self, **args: Any) -> int:
        return int(self._script(ENQUEUE, stdin=json.dumps(args)))

    def row(self, pk: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._script(ROW, str(pk)))
        return found

    def ask_to_cancel(self, pk: int) -> None:
        self._script(CANCEL, str(pk))

    def _script(self, text: str, *arguments: str, stdin: str = "") -> str:
        return self._python(["-c", f"import django; django.setup()\n{text}", *arguments], stdin)

    def _python(self, arguments: list[str], stdin: str = "") -> str:
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

    def start(self, command: list[str]) -> subprocess.Popen[bytes]:
        log = (self.folder / "log").open("ab")
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            env=self.environment,
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=with_parent(signal.SIGKILL),
        )

    @contextmanager
    def serving(self, *commands: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
        processes = [self.start(command) for command in commands]
        try:
            yield processes
        finally:
            for process in processes:
                end(process, signal.SIGKILL)


def until(true: Callable[[], Any], seconds: float, what: str) -> Any:
    """Wait until *true*() is true and return its value."""
    limit = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < limit, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return value


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
