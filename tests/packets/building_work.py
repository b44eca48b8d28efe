"""What the killing tests do inside an installation: one process asks, watches, kills and counts."""

import json
from pathlib import Path
from typing import Any

from tests.services.installation import Installation

_COMMON = """
import json, os, shutil, signal, sys, time
from pathlib import Path
from django.conf import settings
from compliance.applications.models import Application
from compliance.audit.models import Entry
from compliance.jobs import services as jobs
from compliance.jobs.models import Job
from compliance.packets import services
from compliance.packets.models import Build, Freeze, Packet, Signature
from compliance.vault.models import Blob

KEPT = 100  # the packet is kept, the job not yet over
asked = json.load(sys.stdin)
root = Path(settings.PACKET_SECTIONS_ROOT)

def begin():
    # As before its first building; what others wrote about it stays.
    Packet.objects.update(state="failed", pdf=None, zip=None, built_at=None)
    # Its seal too: a packet is sealed once.
    Signature.objects.all().delete()
    Build.objects.all().delete()
    shutil.rmtree(root, ignore_errors=True)
    application = Application.objects.get(number__endswith="-0001")
    frozen = Freeze.objects.filter(round__application=application).first()
    if frozen is None:
        frozen = services.freeze(application.current_round, by=application.created_by, gaps_reason="12월")
    return services.request_build(frozen, "ko", by=application.created_by)

def ready():
    # A section written anew is another file of the same name.
    return {str(path): path.stat().st_ino for path in root.glob("??/*") if len(path.name) == 64}

def wait(what, seconds):
    end = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > end:
            raise SystemExit("too late: " + json.dumps(facts()))
        time.sleep(0.03 if asked["at"] < KEPT else 0.001)
    return found

def far_enough():
    job = Job.objects.get(pk=packet.job_id)
    there = asked["at"] == KEPT and Packet.objects.get(pk=packet.pk).state == "built"
    far = there or job.done >= asked["at"] or job.state != "running"
    return job.state != "queued" and far and job

def facts():
    now = Packet.objects.get(pk=packet.pk)
    build = Build.objects.filter(packet=now).first()
    return {
        "state": now.state,
        "error": now.error,
        "pages": now.pages,
        "job": Job.objects.values_list("state", flat=True).get(pk=packet.job_id),
        "built": Entry.objects.filter(action="packet.built").count() - built,
        "packets": Packet.objects.count(),
        "attempts": build.attempts if build else 0,
        "sections": len(build.sections) if build else 0,
        "compiled": build.compiled if build else 0,
        "helped": build.helped if build else 0,
        "left": [path.name for path in (Path(settings.VAR_DIR) / "packets").glob("*")],
        "drafts": [path.name for path in root.rglob(".new-*")],
    }

built = Entry.objects.filter(action="packet.built").count()
packet = begin()
"""

KILL = (
    _COMMON
    + """
job = wait(far_enough, 90)
pid = int(job.claimed_by.split(":")[1])
if job.state == "running":
    os.kill(pid, signal.SIGKILL)
before = ready()
# The job's end, not the packet's: who was killed after it had kept the packet is taken for dead first.
wait(lambda: Job.objects.get(pk=packet.job_id).state not in {"queued", "running"}, 300)
after = ready()
redone = [path for path, inode in before.items() if after.get(path) != inode]
print(json.dumps({**facts(), "killed": pid, "kept": len(before), "redone": redone, "at": job.done}))
"""
)

CANCEL = (
    _COMMON
    + """
blobs = Blob.objects.count()
job = wait(far_enough, 90)
began = time.monotonic()
jobs.cancel(job, by=job.requested_by)
wait(lambda: Job.objects.get(pk=packet.job_id).state == "cancelled", 20)
took = time.monotonic() - began

def drawing():
    return [
        entry.name
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _is_ours(entry)
    ]

def _is_ours(entry):
    try:
        words = (entry / "cmdline").read_bytes().split(b"\\0")
        place = (entry / "environ").read_bytes()
    except OSError:
        return False
    return b"compliance.packets.child" in words and words[3].decode() in asked["workers"]

wait(lambda: not drawing(), 20)
stopped = time.monotonic() - began
count = len(ready())
time.sleep(1)
print(json.dumps({
    **facts(), "took": took, "stopped": stopped, "blobs": Blob.objects.count() - blobs,
    "kept": count, "later": len(ready()),
}))
"""
)


def kill_at(installation: Installation, percent: int) -> dict[str, Any]:
    """Begin a building from nothing, kill its worker at *percent*, wait for the end; say how it went."""
    return _asked(installation, KILL, at=percent)


def cancel_at(installation: Installation, percent: int, workers: list[int]) -> dict[str, Any]:
    return _asked(installation, CANCEL, at=percent, workers=[str(pid) for pid in workers])


def _asked(installation: Installation, script: str, **facts: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        installation.script(script, stdin=json.dumps(facts)).splitlines()[-1]
    )
    return found


def prepared(folder: Path, database: str = "") -> Installation:
    """An installation with the demo's company, whose application nobody has frozen."""
    made = Installation(folder, database)
    made.migrate()
    made.manage("demo", "--without-packet")
    return made
