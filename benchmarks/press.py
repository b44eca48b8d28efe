"""A packet of 1,000 pages: from nothing by one worker and by two, with nothing changed, with one
requirement changed, with 100 MB embedded and signed; the growth to 3,000 pages; and WeasyPrint's
single document of 100 and 300 pages, with the same content, beside ours of as many.

Each measurement is a process of its own, so that its peak memory is its own. Processor time counts
the children that lay sections out. `python -m benchmarks press` takes ten minutes.
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
from dataclasses import dataclass
from html import escape
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
# What is left out when the machine is too busy, rather than measured for ever.
_LONGEST_SECONDS = float(os.environ.get("BENCH_PRESS_MINUTES", "14")) * 60
_MB = 1024 * 1024
_COLUMNS = ["", "pages", "sections", "CPU s", "wall s", "peak MB", "child MB", "file MB"]


def measure() -> Iterator[str]:
    end = time.monotonic() + _LONGEST_SECONDS
    yield "| " + " | ".join(_COLUMNS) + " |"
    yield "|" + "---|" * len(_COLUMNS)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        told: list[str] = []
        for step in _steps(root):
            if time.monotonic() > end:
                yield f"| {step.name}: left out, the machine is too busy |"
                continue
            try:
                found = _measured(step)
            except (subprocess.CalledProcessError, ValueError) as fault:
                yield f"| {step.name}: failed ({fault}) |"
                continue
            told += _compared(step.name, found)
            yield _row(step.name, found)
        yield from told
        yield "processes that wanted the processors: {:.1f}, {:.1f}, {:.1f}".format(
            *os.getloadavg()
        )


@dataclass(frozen=True)
class _Step:
    """One measurement: what `_child` does, in which folder, of which size, in how many processes."""

    name: str
    kind: str
    root: Path
    scale: float
    workers: int = 1


def _steps(root: Path) -> Iterator[_Step]:
    one, two, small, large = (root / name for name in ("one", "two", "small", "large"))
    yield _Step("1,000 pages from nothing, one worker", "cold", one, 1)
    yield _Step("1,000 pages, nothing changed", "unchanged", one, 1)
    yield _Step("1,000 pages, one requirement changed", "changed", one, 1)
    yield _Step("1,000 pages, 100 MB embedded and signed", "embedded", one, 1)
    yield _Step("1,000 pages from nothing, two workers", "cold", two, 1, 2)
    yield _Step("100 pages from nothing", "cold", small, 0.1)
    yield _Step("100 pages, one requirement changed", "changed", small, 0.1)
    yield _Step("WeasyPrint's single document, 100 pages", "single", root, 0.1)
    yield _Step("300 pages from nothing", "cold", root / "middle", 0.3)
    yield _Step("WeasyPrint's single document, 300 pages", "single", root, 0.3)
    yield _Step("3,000 pages from nothing, two workers", "cold", large, 3, 2)
    yield _Step("3,000 pages, one requirement changed", "changed", large, 3)


def _measured(step: _Step) -> dict[str, Any]:
    """Run the step in as many processes; times of processors add up, the longest wall counts."""
    step.root.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.press", step.kind, str(step.root), str(step.scale)]
    workers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(step.workers)
    ]
    told = [worker.communicate()[0] for worker in workers]
    for worker in workers:
        if worker.returncode:
            raise subprocess.CalledProcessError(worker.returncode, step.kind)
    found = [json.loads(out.splitlines()[-1]) for out in told]
    return {
        **found[0],
        "cpu": sum(each["cpu"] for each in found),
        "busiest": max(each["cpu"] for each in found),
        "wall": max(each["wall"] for each in found),
        "peak": max(each["peak"] for each in found),
        "child": max(each["child"] for each in found),
        "compiled": [each["compiled"] for each in found],
    }


def _row(name: str, found: dict[str, Any]) -> str:
    cells = [
        name,
        f"{found['pages']:,}",
        str(found["sections"]),
        f"{found['cpu']:.2f}",
        f"{found['wall']:.2f}",
        f"{found['peak']} (+{found['peak'] - found['base']})",
        str(found["child"] or "–"),
        f"{found['size'] / 1e6:.1f}",
    ]
    return "| " + " | ".join(cells) + " |"


_seen: dict[str, dict[str, Any]] = {}


def _compared(name: str, found: dict[str, Any]) -> list[str]:
    """Return what can be said of a measurement beside the former ones."""
    _seen[name] = found
    one = _seen.get("1,000 pages from nothing, one worker")
    unchanged = _seen.get("1,000 pages, nothing changed")
    if name.endswith("two workers") and one and found["pages"] == one["pages"]:
        shares = " + ".join(map(str, found["compiled"]))
        return [
            f"two workers: {one['wall'] / found['wall']:.2f} times as fast by the clock, "
            f"{one['cpu'] / found['busiest']:.2f} by the busier one's processor; sections {shares}"
        ]
    if "embedded" in name and unchanged:
        more = found["cpu"] - unchanged["cpu"]
        return [f"100 MB embedded and signed: {more:.2f} s of processor more than unsigned without"]
    if name.startswith("WeasyPrint"):
        ours = _seen.get(f"{name.rpartition(', ')[2]} from nothing")
        if ours is None:
            return []
        share = ours["cpu"] / found["cpu"]
        return [f"{name}: the same from nothing is ours for {share:.0%} of the processor time"]
    return []


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


def _child(step: str, root: Path, scale: float) -> dict[str, Any]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    import django

    django.setup()
    from compliance.packets import render
    from compliance.packets.press.store import Store

    manifest = manifest_of(scale)
    if step == "single":
        return _single(manifest)
    store = Store(root / "sections")
    if step == "changed":
        middle = manifest["assessments"][len(manifest["assessments"]) // 2]
        middle["implementation"] += f"\n추가 조치를 {time.time_ns()}에 기록하였다."
        _warm(store)
    meter = _Meter()
    plan = render.plan(manifest, "ko")
    compiled = render.compile_missing(plan, store, _read)
    out = root / f"packet-{os.getpid()}.pdf"
    with out.open("wb") as file:
        drawing = render.link(plan, store, file, _read, _attached() if step == "embedded" else ())
    if step == "embedded":
        out = _signed(manifest, out)
    found = {
        "pages": drawing.pages,
        "sections": len(plan.sections),
        "compiled": compiled,
        "size": out.stat().st_size,
        **meter.spent(),
    }
    out.unlink()
    return found


def _warm(store: Any) -> None:
    """A worker's child lives on after the last packet, with fonts and style sheet loaded."""
    from compliance.packets import hands, render
    from tests.packets import samples

    plan = render.plan(samples.make_manifest(), "ko")
    with hands.hand() as hand:
        for index in (2, 3):
            hand.compile(
                plan.sections[index],
                "ko",
                plan.digests[index],
                store,
                samples.read_sample,
                lambda: None,
            )


class _Meter:
    """What this process and its children take from now on."""

    def __init__(self) -> None:
        self._base = _resident()
        self._began, self._cpu = time.perf_counter(), self._used()

    def spent(self) -> dict[str, Any]:
        found = {"wall": time.perf_counter() - self._began, "cpu": self._used() - self._cpu}
        ended = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        return {
            **found,
            "base": self._base,
            # Not `ru_maxrss`: over an exec it keeps what the process that forked had.
            "peak": _peak(os.getpid()),
            "child": max([ended, *map(_peak, _children())]),
        }

    def _used(self) -> float:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + ended.ru_utime + ended.ru_stime + sum(map(_time, _children()))


def _children() -> list[int]:
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(pid) for path in tasks for pid in path.read_text().split()]


def _time(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // _MB


def _signed(manifest: Any, unsigned: Path) -> Path:
    from compliance.packets import sealing, signing

    key = signing.own(unsigned.parent / "keys", slug="bench", name="만나배달")
    signed = unsigned.with_suffix(".signed")
    sealing.seal(manifest, "ko", unsigned, signed, key)
    unsigned.unlink()
    return signed


def _read(sha256: str) -> bytes:
    raise KeyError(sha256)  # no file of the sample is shown on a page


def _attached() -> Iterator[Any]:
    from compliance.packets.press.linking import Attachment

    block = os.urandom(_MB)
    for number in range(100):
        yield Attachment(f"f{number}.bin", _MB, "image/png", "Supplement", lambda: iter([block]))


def _single(manifest: Any) -> dict[str, Any]:
    """What it would cost as one document: the same sections, tables and numbers of pages in one HTML."""
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration

    from compliance.packets import drawing, render, tables
    from compliance.packets.fetcher import BASE, Locked
    from compliance.packets.press import compiling

    plan = render.plan(manifest, "ko")
    meter = _Meter()
    bodies = []
    for section in plan.sections:
        if section.form in tables.FORMS:
            flow = _Written(section.key)
            tables.FORMS[section.form](flow, section)  # type: ignore[arg-type]  # a Flow's verbs
            bodies.append(flow.html())
        elif not section.is_file:
            html = drawing.compose(section, "ko")
            bodies.append(html.partition("<body>")[2].partition("</body>")[0])
    style = drawing.style() + _WHOLE
    whole = f'<html lang="ko"><head><title>x</title><style>{style}</style></head><body>{"".join(bodies)}</body></html>'
    html = HTML(string=whole, base_url=BASE, url_fetcher=Locked(compiling._faces()))
    document = html.render(font_config=FontConfiguration())
    data = document.write_pdf(pdf_tags=True)
    return {
        "pages": len(document.pages),
        "sections": len(bodies),
        "compiled": len(bodies),
        "size": len(data),
        **meter.spent(),
    }


# What is stamped when sections are linked: running heads, page x of y, the page that a link leads to.
_WHOLE = """
section { break-before: page }
@page {
  @top-left { content: string(head); font: 7.4pt "Gatepass Sans" }
  @bottom-right { content: counter(page) " / " counter(pages); font: 7.4pt "Gatepass Sans" }
}
h1, .req-title { string-set: head content(text) }
a.ref { padding-right: 0 }
a.ref::after { content: " p. " target-counter(attr(href), page) }
.toc li { padding-right: 0 }
.toc a::after { content: leader(".") target-counter(attr(href), page) }
"""


class _Written:
    """A table's chapter as HTML, with the sizes and colours that `laying.Flow` draws it in."""

    def __init__(self, key: str) -> None:
        self._html = [f'<section id="{escape(key)}">']

    def html(self) -> str:
        return "".join([*self._html, "</section>"])

    def heading(self, text: str, label: str = "") -> None:
        self._html.append(f'<h1 data-label="{escape(label or text)}">{escape(text)}</h1>')

    def subheading(self, text: str) -> None:
        self._html.append(f"<h2>{escape(text)}</h2>")

    def paragraph(self, text: str, size: float = 9, ink: str = "inherit", after: float = 4) -> None:
        style = f"font-size: {size}pt; color: {ink}; margin-bottom: {after}mm"
        self._html.append(f'<p style="{style}">{escape(text)}</p>')

    def reserve(self, name: str, height: float = 14) -> None:
        self._html.append(f'<p id="{name}" style="height: {height}pt"></p>')

    def table(self, columns: Any, rows: Any) -> None:
        shares = "".join(f'<col style="width: {each.share:.1%}">' for each in columns)
        heads = "".join(f'<th scope="col">{escape(each.title)}</th>' for each in columns)
        self._html.append(f"<table><colgroup>{shares}</colgroup><thead><tr>{heads}</tr></thead>")
        for row in rows:
            cells = "".join(f"<td>{'<br>'.join(map(_spanned, cell))}</td>" for cell in row)
            self._html.append(f"<tr>{cells}</tr>")
        self._html.append("</table>")


def _spanned(span: Any) -> str:
    face = "; font-family: Gatepass Sans Bold" if span.face == "bold" else ""
    name = f' id="{escape(span.anchor)}"' if span.anchor else ""
    style = f"font-size: {span.size}pt; line-height: {span.leading}; color: {span.ink}{face}"
    text = f'<span{name} style="{style}">{escape(span.text)}</span>'
    if not span.link:
        return text
    return f'<a{" class=ref" if span.paged else ""} href="#{escape(span.link)}">{text}</a>'


if __name__ == "__main__":
    step, root, scale = sys.argv[1:]
    print(json.dumps(_child(step, Path(root), float(scale))))
