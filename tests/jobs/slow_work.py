"""What the killing tests ask of an installation whose workers know the slow work."""

import json
from pathlib import Path
from typing import Any

from tests.services.installation import Installation

ENQUEUE = """
import json, sys
from compliance.jobs import services
job = services.enqueue(kind="test.slow", organisation=None, by=None, args=json.load(sys.stdin))
print(job.pk)
"""
ROW = """
import json, sys
from compliance.jobs.models import Job
print(json.dumps(Job.objects.filter(pk=int(sys.argv[-1])).values("state", "attempt", "result").get()))
"""
CANCEL = """
import sys
from compliance.jobs.models import Job
Job.objects.filter(pk=int(sys.argv[-1])).update(cancel_requested=True)
"""


def enqueue(installation: Installation, **args: Any) -> int:
    return int(installation.script(ENQUEUE, stdin=json.dumps(args)))


def row(installation: Installation, pk: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(installation.script(ROW, str(pk)))
    return found


def ask_to_cancel(installation: Installation, pk: int) -> None:
    installation.script(CANCEL, str(pk))


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
