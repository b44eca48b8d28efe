"""The portal as `make demo` serves it, in a folder of its own: web, worker and scheduler."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services.installation import ROOT, Installation

SLUG = "bareun"


@dataclass(frozen=True)
class Portal:
    """The demo's company at *url*; *passwords* are by the person's key."""

    installation: Installation
    passwords: dict[str, str]

    @property
    def url(self) -> str:
        return self.installation.url

    @property
    def home(self) -> str:
        return f"{self.url}/o/{SLUG}/"

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of `manage.py` beside the portal, whatever its outcome."""
        return subprocess.run(
            [sys.executable, "-m", "django", *words],
            env=self.installation.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def running(folder: Path, database: str = "") -> Iterator[Portal]:
    """Make everything from nothing in *folder*, serve it, and end it by its own pid."""
    made = Installation(folder, database=database)
    made.prepare()
    made.manage("demo")
    with made.up():
        assert made.url, made.output
        kept = Path(made.environment["VAR_DIR"]) / "demo-people.json"
        yield Portal(made, json.loads(kept.read_text("utf-8")))
