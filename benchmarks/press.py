"""A packet of 1,000 pages: cold, with nothing changed, with one requirement changed; the growth to
3,000 pages; two workers against one; and WeasyPrint's single document of 100 and 300 pages beside it.

Each measurement is a process of its own, so that its peak memory is its own.
"""

import copy
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# About 1,000 pages: 228 requirements in 4 areas and 13 other sections, 5,000 files, 10,000 findings.
_REQUIREMENTS, _FILES, _FINDINGS = 228, 5000, 10_000
_WORDS = (
    "주문연동 구간의 서버는 전용 망에 두고 방화벽 정책을 분기마다 검토한다. "
    "운영자 접근은 접근통제 서버를 거치며 모든 명령을 기록하고 1년 이상 보관한다. "
    "Accounts are reviewed every month and removed on the day somebody leaves. "
    "배달 완료 후 24시간이 지난 고객 전화번호와 주소는 가림처리하고 복호화 권한을 분리한다. "
)


def measure() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for pages in (100, 1000, 3000):
            yield from _size(root / str(pages), pages / 1000)
        yield from _workers(root / "two")
        for pages in (100, 300):
            yield _told(
                f"WeasyPrint's single document, {pages} pages", _run("single", root, pages / 1000)
            )


def _size(root: Path, scale: float) -> Iterator[str]:
    root.mkdir()
    name = f"{int(scale * 1000):,} pages"
    for step in ("cold", "unchanged", "changed"):
        yield _told(f"{name}, {step}", _run(step, root, scale))
    if scale == 1:
        yield _told(f"{name}, 100 MB embedded", _run("embedded", root, scale))


def _workers(root: Path) -> Iterator[str]:
    """The same cold compilation by one process and by two, each with an empty store."""
    times = {}
    for count in (1, 2):
        store = root / str(count)
        store.mkdir(parents=True)
        began = time.perf_counter()
        workers = [_start("worker", store, 1.0, str(index)) for index in range(count)]
        for worker in workers:
            worker.communicate()
        times[count] = time.perf_counter() - began
    ratio = times[1] / times[2]
    yield (
        f"cold by one worker {times[1]:.1f} s wall, by two {times[2]:.1f} s: {ratio:.2f} times as fast"
    )


def _told(name: str, found: dict[str, Any]) -> str:
    return (
        f"{name}: {found['pages']} pages, {found['sections']} sections, {found['cpu']:.2f} s CPU, "
        f"{found['wall']:.2f} s wall, peak {found['peak']} MB, {found['size'] / 1e6:.1f} MB file"
    )


def _start(step: str, root: Path, scale: float, *more: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "benchmarks.press", step, str(root), str(scale), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)


def _run(step: str, root: Path, scale: float) -> dict[str, Any]:
    out, _ = _start(step, root, scale).communicate()
    return dict(json.loads(out.splitlines()[-1]))


def manifest_of(scale: float) -> Any:
    """Return a manifest whose packet has about *scale* thousand pages; the same for the same scale."""
    from tests.packets import samples

    chance = random.Random(7)  # noqa: S311 - a benchmark
    base = copy.deepcopy(samples.make_manifest())
    areas = [each["code"] for each in base["areas"]]
    count = int(_REQUIREMENTS * scale)
    each_files = _FILES // _REQUIREMENTS
    base["assessments"] = []
    for number in range(count):
        area = areas[number * len(areas) // count]
        code = f"OI-{area}-{number:03}"
        evidence = [_evidence(samples, code, number * each_files + k) for k in range(each_files)]
        base["assessments"].append(
            samples.make_assessment(
                code,
                area=area,
                implementation="\n".join(_WORDS * 2 for _ in range(chance.randint(2, 4))),
                evidence=evidence,
                checks=[samples.make_check() for _ in range(6)],
            )
        )
    base["findings"] = [_finding(number, count) for number in range(int(_FINDINGS * scale))]
    base["tasks"] = [samples.make_task(number=f"T-{n:04}") for n in range(int(100 * scale))]
    return base


def _evidence(samples: Any, code: str, number: int) -> Any:
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    file = {
        "name": f"방화벽 정책 {number}.png",
        "sha256": digest,
        "size": 20_000,
        "media_type": "image/png",
        "path": f"증적/{code}/EV-{number:04}_방화벽 정책 {number}.png",
        "embedded": False,
    }
    return samples.make_evidence(f"EV-{number:04}", f"방화벽 정책 목록 {number}", file)


def _finding(number: int, requirements: int) -> dict[str, Any]:
    return {
        "number": f"F-{number}",
        "title": f"openssl {number} 취약점",
        "asset": f"10.20.{number % 250}.{number % 200}",
        "severity": "high",
        "state": "open" if number % 3 else "fixed",
        "path": "trivy:CVE → CWE → OI-SRV-03",
        "first_seen": "2026-10-10T02:00:00+09:00",
        "last_seen": "2026-11-10T02:00:00+09:00",
        "requirements": [],
    }


def _child(step: str, root: Path, scale: float, more: list[str]) -> dict[str, Any]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    import django

    django.setup()
    from compliance.packets import render
    from compliance.packets.press.store import Store

    manifest = manifest_of(scale)
    if step == "changed":
        middle = manifest["assessments"][len(manifest["assessments"]) // 2]
        middle["implementation"] += f"\n추가 조치를 {time.time_ns()}에 기록하였다."
    if step == "single":
        return _single(manifest)
    store = Store(root / "sections")
    if step in {"changed", "embedded"}:
        # A worker has its fonts and style sheet loaded, and has drawn before.
        render.compile_section(render.plan(manifest, "ko").sections[2], "ko", _read)
    began, cpu = time.perf_counter(), time.process_time()
    plan = render.plan(manifest, "ko")
    render.compile_missing(plan, store, _read, backwards=bool(more and more[0] == "1"))
    if step == "worker":
        return {}
    out = root / "packet.pdf"
    with out.open("wb") as file:
        drawing = render.link(plan, store, file, _read, _attached() if step == "embedded" else ())
    return {
        "pages": drawing.pages,
        "sections": len(plan.sections),
        "size": out.stat().st_size,
        **_spent(began, cpu),
    }


def _read(sha256: str) -> bytes:
    raise KeyError(sha256)  # no file of the sample is shown on a page


def _attached() -> Iterator[Any]:
    from compliance.packets.press.linking import Attachment

    block = os.urandom(1 << 20)
    for number in range(100):
        yield Attachment(
            f"f{number}.bin", 1 << 20, "image/png", "Supplement", lambda: iter([block])
        )


def _single(manifest: Any) -> dict[str, Any]:
    """What it would cost as one document: the same sections in one HTML."""
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration

    from compliance.packets import render
    from compliance.packets.fetcher import BASE, Locked
    from compliance.packets.press import compiling

    plan = render.plan(manifest, "ko")
    began, cpu = time.perf_counter(), time.process_time()
    bodies = []
    for section in plan.sections:
        if section.form not in {"files", "findings"}:
            html = render.compose(section, "ko")
            bodies.append(html.partition("<body>")[2].partition("</body>")[0])
    style = render._style() + " section { break-before: page }"
    whole = f'<html lang="ko"><head><title>x</title><style>{style}</style></head><body>{"".join(bodies)}</body></html>'
    html = HTML(string=whole, base_url=BASE, url_fetcher=Locked(compiling._faces()))
    document = html.render(font_config=FontConfiguration())
    data = document.write_pdf(pdf_tags=True)
    return {
        "pages": len(document.pages),
        "sections": len(bodies),
        "size": len(data),
        **_spent(began, cpu),
    }


def _spent(began: float, cpu: float) -> dict[str, Any]:
    return {
        "wall": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


if __name__ == "__main__":
    step, root, scale, *more = sys.argv[1:]
    print(json.dumps(_child(step, Path(root), float(scale), more)))
