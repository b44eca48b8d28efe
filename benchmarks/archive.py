"""The packet's ZIP of 643 files, 67 MB: written beside `sha256sum` + `cp` of them, verified beside
`sha256sum` of it, by the portal and by the standalone script; and one of more than 4 GiB.

Captures and PDFs are bytes that do not shrink; every eighth file is a text. Each time is the best of
three, in seconds of wall time, and of CPU where that says more.
"""

import contextlib
import hashlib
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_FILES, _BYTES = 643, 67 * 1000 * 1000
_TEXT = (
    "2026-11-22 16:00:00 주문연동 방화벽 정책 118번을 폐기하고 209번을 등록하였다. " * 40
).encode()
_SCRIPT = Path(__file__).resolve().parent.parent / "tools" / "verify_packet.py"
_LARGE = 4_500


def measure() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        yield from _packet(root)
        yield from _large(root)


def _packet(root: Path) -> Iterator[str]:
    from compliance.packets import packing, signing
    from compliance.packets.verify import verify
    from tests.packets.samples import make_manifest

    manifest: Any = make_manifest()
    sources = _sources(root / "evidence", manifest)
    key = signing.own(root / "keys", slug="bench", name="벤치")
    pdf = _signed(root, manifest, key)

    def open_file(file: Any) -> Iterator[bytes]:
        yield from _checked(sources[file["path"]], file["sha256"])

    out = root / "packet.zip"
    ours, cpu = _best(lambda: packing.pack(manifest, pdf, out, open_file))
    names = [str(path) for path in sources.values()]
    copies = root / "copies"
    copies.mkdir()
    floor, _cpu = _best(lambda: _floor(names, copies))
    size = out.stat().st_size / 1e6
    yield (
        f"ZIP of {_FILES} files, {_BYTES / 1e6:.0f} MB ({size:.0f} MB packed): {ours:.2f} s wall, "
        f"{cpu:.2f} s CPU; sha256sum + cp of them {floor:.2f} s: {ours / floor:.2f} times"
    )
    sums, _cpu = _best(lambda: _run("sha256sum", str(out)))
    report: list[Any] = []
    seconds, cpu = _best(lambda: report.append(verify(out)))
    word = "intact" if report[-1].intact else f"ALTERED {report[-1].wrong[0]}"
    yield (
        f"verify it: {seconds:.2f} s wall, {cpu:.2f} s CPU, {word}; sha256sum {sums:.2f} s: "
        f"{100 * sums / seconds:.0f} % of its speed"
    )
    seconds, _cpu = _best(lambda: _run(sys.executable, "-I", "-S", str(_SCRIPT), str(out)))
    yield f"the standalone script: {seconds:.2f} s wall, {100 * sums / seconds:.0f} % of sha256sum's speed"


def _large(root: Path) -> Iterator[str]:
    """One file of 4.5 GB and 70,000 small ones: written and read back, in constant memory."""
    from compliance.packets import archive

    block, out = bytes(range(256)) * 4096, root / "large.zip"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with out.open("w+b", buffering=1 << 20) as file:
        writer = archive.Writer(file, frozen_at="2026-11-22T16:00:00+09:00")
        chunks = (block for _ in range(_LARGE))
        writer.add("large.png", chunks, size=_LARGE << 20, media_type="image/png")
        for number in range(70_000):
            writer.add(f"증적/{number}.txt", [b"x"], size=1)
        writer.close()
    written = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    tested = "read by Python's zipfile" if _opens(out) else "NOT read by Python's zipfile"
    size = out.stat().st_size / 1e9
    yield (
        f"ZIP64, {size:.1f} GB and 70,001 files: {written:.1f} s wall, {grown} MB more memory, {tested}"
    )


def _opens(path: Path) -> bool:
    import zipfile

    with zipfile.ZipFile(path) as found:
        return len(found.infolist()) == 70_001 and found.read("증적/69999.txt") == b"x"


def _sources(folder: Path, manifest: Any) -> dict[str, Path]:
    """Write the files; make *manifest* name them. Return where each is, by its path in the ZIP."""
    from tests.packets import samples

    chance = random.Random(643)  # noqa: S311 - a benchmark
    folder.mkdir()
    weights = [chance.uniform(0.2, 2) for _ in range(_FILES)]
    found, evidence = {}, []
    for number, weight in enumerate(weights):
        size = int(_BYTES * weight / sum(weights))
        text = number % 8 == 0
        data = (_TEXT * (size // len(_TEXT) + 1))[:size] if text else chance.randbytes(size)
        name = f"캡처 {number}.{'txt' if text else 'png'}"
        path = folder / f"{number}"
        path.write_bytes(data)
        file = samples.make_file(f"증적/OI-NET-03/EV-{number:04}_{name}", data, embedded=False)
        file["media_type"] = "text/plain" if text else "image/png"
        found[file["path"]] = path
        evidence.append(samples.make_evidence(f"EV-{number:04}", name, file))
    manifest["assessments"][0]["evidence"] = evidence
    manifest["scans"][0]["file"] = None
    return found


def _signed(root: Path, manifest: Any, key: Any) -> Path:

    from compliance.packets import companions, render, sealing
    from compliance.packets.attach import attachments
    from compliance.packets.press.store import Store

    store, unsigned, pdf = (
        Store(root / "sections"),
        root / "x.draft",
        root / "GP-2026-0001-R1-ko.pdf",
    )
    plan = render.plan(manifest, "ko")
    render.compile_missing(plan, store, _none)
    with unsigned.open("wb") as out:
        render.link(
            plan,
            store,
            out,
            _none,
            lambda pages: attachments(manifest, companions.make(manifest, "ko", pages), _none),  # type: ignore[arg-type]
        )
    sealing.seal(manifest, "ko", unsigned, pdf, key)
    return pdf


def _none(what: Any) -> bytes:
    raise KeyError(what)  # no file of the sample is shown on a page


def _checked(path: Path, sha256: str) -> Iterator[bytes]:
    """As the vault does it: the last bytes leave when the digest is right."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            yield chunk
    if digest.hexdigest() != sha256:
        raise ValueError(path)


def _floor(names: list[str], copies: Path) -> None:
    _run("sha256sum", *names)
    _run("cp", *names, str(copies))


def _run(*command: str) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def _best(work: Callable[[], Any]) -> tuple[float, float]:
    """Return the best wall time of three, and the CPU time here of that run."""
    found = []
    for _ in range(3):
        with contextlib.suppress(AttributeError):
            os.sync()
        began, cpu = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - began, time.process_time() - cpu))
    return min(found)
