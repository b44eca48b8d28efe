"""Signing a packet of 80 pages, and one with 100 MB embedded: the seal, then a person; beside it what
reading and hashing the file alone costs, and the library's own way of adding a revision.

Each measurement is a process of its own, so that its peak memory is its own.
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_STEPS = {
    "hash": "read, hashed and copied alone",
    "seal": "the organisation's seal",
    "person": "a person's signature behind it",
    "library": "the same by pyHanko's own writer",
    "check": "all signatures checked",
}


def measure() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        for name, embedded in (("80 pages", 0), ("80 pages and 100 MB", 100)):
            root = Path(folder) / str(embedded)
            root.mkdir()
            _run("draw", root, embedded)
            for step, title in _STEPS.items():
                found = _run(step, root, embedded)
                yield (
                    f"{name}, {title}: {found['wall']:.2f} s wall, {found['cpu']:.2f} s CPU, "
                    f"peak {found['peak']} MB ({found['before']} before), file {found['size'] / 1e6:.1f} MB"
                )


def _run(step: str, root: Path, embedded: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.signing", step, str(root), str(embedded)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ).stdout
    return dict(json.loads(out.splitlines()[-1]))


def _child(step: str, root: Path, embedded: int) -> dict[str, Any]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    import django

    django.setup()
    from compliance.packets import signing

    if step == "draw":
        return _draw(root, embedded)
    key = signing.own(root / "keys", slug="bench", name="만나배달")
    # A worker has its fonts loaded and has signed before.
    warm = root / "warm.pdf"
    _sign(root / "small.pdf", warm, key, "seal")
    work = {
        "hash": lambda: _hash(root / "draft.pdf", root / "copy.pdf"),
        "seal": lambda: _sign(root / "draft.pdf", root / "seal.pdf", key, "seal"),
        "person": lambda: _sign(root / "seal.pdf", root / "person.pdf", key, "preparer"),
        "library": lambda: _library(root / "draft.pdf", root / "library.pdf", root / "keys"),
        "check": lambda: _check(root / "person.pdf"),
    }[step]
    return _spent(work)


def _draw(root: Path, embedded: int) -> dict[str, Any]:
    from benchmarks.press import manifest_of
    from compliance.packets import render
    from compliance.packets.press.linking import Attachment
    from compliance.packets.press.store import Store

    plan = render.plan(manifest_of(0.08), "ko")
    store = Store(root / "sections")
    render.compile_missing(plan, store, lambda sha256: b"")
    block = os.urandom(1 << 20)
    files = [
        Attachment(f"f{n}.bin", 1 << 20, "image/png", "Supplement", lambda: iter([block]))
        for n in range(embedded)
    ]
    for name, some in (("small", []), ("draft", files)):
        with (root / f"{name}.pdf").open("wb") as file:
            drawing = render.link(plan, store, file, lambda sha256: b"", some)
    return {"pages": drawing.pages}


def _sign(source: Path, out: Path, key: Any, field: str) -> int:
    from compliance.packets import signing

    lines = ["2026-11-26 10:00 (KST)", "인증서: 만나배달", "자체 서명"]
    at = datetime(2026, 11, 26, 1, tzinfo=UTC)
    signing.sign(source, out, key=key, wish=signing.Wish(field, at, "작성", "안소영", lines))
    return out.stat().st_size


def _library(source: Path, out: Path, keys: Path) -> int:
    """What signing cost before: the whole table of the file is parsed, and the file held."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    signer = signers.SimpleSigner.load_pkcs12(str(keys / "bench.p12"))
    meta = signers.PdfSignatureMetadata(
        field_name="preparer", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    with source.open("rb") as file, out.open("w+b") as target:
        signers.sign_pdf(IncrementalPdfFileWriter(file), meta, signer=signer, output=target)
    return out.stat().st_size


def _hash(source: Path, out: Path) -> int:
    digest = hashlib.sha256()
    with source.open("rb") as file, out.open("wb") as target:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            target.write(chunk)
    return out.stat().st_size


def _check(path: Path) -> int:
    from compliance.packets import seal

    found = seal.check(path.read_bytes())
    if not found or not found.intact:
        raise RuntimeError("the signatures do not hold")
    return path.stat().st_size


def _spent(work: Callable[[], int]) -> dict[str, Any]:
    before = _peak()
    began, cpu = time.perf_counter(), time.process_time()
    size = work()
    return {
        "wall": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "peak": _peak(),
        "before": before,
        "size": size,
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    step, root, embedded = sys.argv[1:]
    print(json.dumps(_child(step, Path(root), int(embedded))))
