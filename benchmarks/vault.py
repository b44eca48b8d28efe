"""The vault beside coreutils: one upload of 1 GB, the same over HTTP in pieces, a full check.

`BENCH_UPLOAD_MB` chooses the size. Every pair is measured in the same run on the same file, after
the file was written to disk; numbers of one without the other mean nothing.
"""

import base64
import http.client
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

MEGABYTE = 1024 * 1024
SIZE = int(os.environ.get("BENCH_UPLOAD_MB", "1024")) * MEGABYTE
PIECE = 8 * MEGABYTE
SMALL, LARGE = 2000, 12
STORE = """
import django, pathlib, resource, sys, time; django.setup()
from compliance.accounts.models import Organisation
from compliance.vault import services
organisation, path = Organisation.objects.get(slug="bareun"), pathlib.Path(sys.argv[1])
services.store_output(organisation, b"warm", media_type="text/plain")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began, cpu = time.perf_counter(), time.process_time()
with path.open("rb") as file:
    blob = services.store(organisation, file, name=path.name)
print(time.perf_counter() - began, time.process_time() - cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
blob.delete()
"""


def measure() -> Iterator[str]:
    os.environ["UPLOAD_LIMIT_MB"] = str(SIZE // MEGABYTE + 1)
    folder = Path(os.environ["VAR_DIR"]) / "bench-vault"
    folder.mkdir(exist_ok=True)
    yield from _upload(folder)
    yield from _check()
    shutil.rmtree(folder)


def _upload(folder: Path) -> Iterator[str]:
    path = folder / "access.log"
    _write_log(path, SIZE)
    summed, summed_cpu = _timed(["sha256sum", str(path)])
    copied, copied_cpu = _timed(["cp", str(path), str(folder / "copy")])
    os.sync()
    (folder / "copy").unlink()
    limit = 1.6 * (summed + copied)
    stored, cpu, grown = _store(path)
    verdict = "within" if stored <= limit and grown <= 64 * 1024 else "OVER"
    yield (
        f"upload of {SIZE // MEGABYTE} MB: {stored:.2f} s ({cpu:.2f} s CPU), peak memory "
        f"+{grown / 1024:.0f} MB; sha256sum {summed:.2f} s + cp {copied:.2f} s "
        f"({summed_cpu + copied_cpu:.2f} s CPU), × 1.6 = {limit:.2f} s: {verdict}"
    )
    sent, grown = _over_http(path)
    yield (
        f"the same over HTTP in pieces of {PIECE // MEGABYTE} MB: {sent:.2f} s "
        f"({SIZE / MEGABYTE / sent:.0f} MB/s), server's peak memory +{grown / 1024:.0f} MB"
    )


def _check() -> Iterator[str]:
    """verify_vault beside sha256sum over the same tree of large and small files."""
    import hashlib

    from compliance.accounts.models import Organisation
    from compliance.vault import checking, layout
    from compliance.vault.models import Blob

    organisation = Organisation.objects.get(slug="bareun")
    kept = []
    for number in range(SMALL + LARGE):
        size = 60 * MEGABYTE if number < LARGE else 40_000
        data = os.urandom(1024) * (size // 1024) + str(number).encode()
        digest = hashlib.sha256(data).hexdigest()
        place = layout.root() / layout.key(organisation.pk, digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        kept.append(Blob(organisation=organisation, sha256=digest, size=len(data)))
    Blob.objects.bulk_create(kept)
    command = ["find", str(layout.root()), "-type", "f", "-exec", "sha256sum", "{}", "+"]
    _timed(command)
    summed, summed_cpu = _timed(command)
    began, cpu = time.perf_counter(), time.process_time()
    report = checking.verify()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    speed = summed / took
    yield (
        f"verify_vault, {report.checked} files of {report.size / MEGABYTE:.0f} MB: {took:.2f} s "
        f"({cpu:.2f} s CPU), sha256sum over the same tree {summed:.2f} s ({summed_cpu:.2f} s CPU): {speed:.0%} of its speed "
        f"({'within' if speed >= 0.8 else 'UNDER'} 80 %)"
    )
    for blob in kept:
        layout.path_of(blob).unlink()
    Blob.objects.filter(pk__in=[blob.pk for blob in kept]).delete()


def _store(path: Path) -> tuple[float, float, int]:
    done = subprocess.run(
        [sys.executable, "-c", STORE, str(path)], capture_output=True, text=True, check=True
    )
    seconds, cpu, grown = done.stdout.split()
    return float(seconds), float(cpu), int(grown)


def _over_http(path: Path) -> tuple[float, int]:
    """Begin, send, finish, as the browser does; the form that follows is part of it."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client()
    client.force_login(get_user_model().objects.get(email="minsu@bareun.example"))
    with _server() as (process, port):
        before = _peak(process)
        began = time.perf_counter()
        _send(path, port, client.cookies["sessionid"].value)
        return time.perf_counter() - began, _peak(process) - before


def _send(path: Path, port: int, session: str) -> None:
    headers = {
        "Cookie": f"sessionid={session}; csrftoken={'a' * 32}",
        "X-CSRFToken": "a" * 32,
        "Tus-Resumable": "1.0.0",
    }
    line = http.client.HTTPConnection("127.0.0.1", port)
    name = base64.b64encode(path.name.encode()).decode()
    line.request(
        "POST",
        "/o/bareun/uploads/",
        headers=headers
        | {"Upload-Length": str(path.stat().st_size), "Upload-Metadata": f"filename {name}"},
    )
    where = urlsplit(_answer(line)).path
    at = 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            facts = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
            line.request("PATCH", where, body=piece, headers=headers | facts)
            _answer(line)
            at += len(piece)
    token = where.rstrip("/").rpartition("/")[2]
    form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    line.request(
        "POST", "/o/bareun/evidence/upload/", f"uploads={token}&kind=other", headers | form
    )
    _answer(line)


def _answer(line: http.client.HTTPConnection) -> str:
    answer = line.getresponse()
    said = answer.read()
    if answer.status >= 400:
        raise RuntimeError(f"{answer.status}: {said[:500]!r}")
    return answer.headers.get("Location", "")


@contextmanager
def _server() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    from tests.services.children import end, free_port, listens

    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--threads", "8", "--timeout", "120"]
    environment = os.environ | {"DEBUG": "true"}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        while not listens(port):
            time.sleep(0.1)
        for _time in range(3):  # what the first requests import is not what an upload takes
            asking = http.client.HTTPConnection("127.0.0.1", port)
            asking.request("GET", "/accounts/sign-in/")
            asking.getresponse().read()
        yield process, port
    finally:
        end(process)


def _peak(process: "subprocess.Popen[bytes]") -> int:
    """Return the highest resident size of the server's processes, in kB."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    sizes = []
    for pid in [str(process.pid), *children]:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        sizes += [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return sum(sizes)


def _timed(command: list[str]) -> tuple[float, float]:
    """Return seconds on the clock and of the processor."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, cpu


def _write_log(path: Path, size: int) -> None:
    line = b"2026-11-20 10:00:00 fw-01 permit tcp 10.0.0.1 443 session=%d\n"
    with path.open("wb") as file:
        number = 0
        while file.tell() < size - MEGABYTE:
            file.write(b"".join(line % (number + each) for each in range(15_000)))
            number += 15_000
        file.write(b"\n" * (size - file.tell()))
        os.fsync(file.fileno())
