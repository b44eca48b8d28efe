"""What stands behind the sheets: scans, open items, tasks, the evidence itself, confirmation, files."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import pgettext

from compliance.packets import manifest as manifests
from compliance.packets import manifest_rows
from compliance.packets.crossing import SHOWN_FINDINGS, Crossings, parted
from compliance.packets.figures import UNMET, chapter, chosen
from compliance.packets.manifest_rows import Manifest
from compliance.packets.section import MOST_BYTES, Section
from compliance.remediation.progress import age_labels
from compliance.shared.severity import Severity
from compliance.shared.templatetags.work_charts import SEVERITY_COLOURS

# Cards of tasks that one section holds: a task that changes costs its own section alone.
_TASKS = 25
# What pages can show as it was handed in.
_PAPER = {"application/pdf"}
PLACED = _PAPER | {
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/gif",
    "image/bmp",
    "image/svg+xml",
}


def chapters(manifest: Manifest, missing: Sequence[str], crossed: Crossings) -> Iterator[Section]:
    yield chapter("scans", pgettext("packet", "Scan summary"), scans=manifest["scans"])
    yield from _open_items(manifest, crossed)
    yield from _progress(manifest)
    yield from _tasks(manifest, crossed)
    yield from _appendix(manifest, crossed)
    yield _confirmation(manifest)
    yield chapter(
        "files",
        pgettext("packet", "Hash manifest"),
        hash=manifest["hash"],
        files=manifests.files(manifest),
        missing=list(missing),
    )


def _open_items(manifest: Manifest, crossed: Crossings) -> Iterator[Section]:
    """Everything that the applicant itself says is not done, in one place."""
    title = pgettext("packet", "Open items and accepted risks")
    known = {each["code"] for each in manifest["assessments"]}
    yield chapter(
        "open",
        title,
        unmet=[
            chosen(each, "code", "title", "verdict", "reason")
            for each in manifest["assessments"]
            if each["verdict"] in UNMET
        ],
        gaps=manifest["gaps"],
        accepted_risks=[
            {**each, "listed": each["requirement"] in known} for each in manifest["accepted_risks"]
        ],
        duties=manifest.get("duties", []),
    )
    still, closed = parted(manifest["findings"])
    yield chapter(
        "findings",
        pgettext("packet", "Findings"),
        open=[_finding(each, known, crossed) for each in still[:SHOWN_FINDINGS]],
        open_total=len(still),
        closed=[_finding(each, known, crossed) for each in closed[:SHOWN_FINDINGS]],
        closed_total=len(closed),
    )


def _finding(row: manifest_rows.Finding, known: set[str], crossed: Crossings) -> dict[str, Any]:
    return {
        **chosen(row, "number", "title", "asset", "severity", "state", "path"),
        "requirements": [[each, each in known] for each in dict.fromkeys(row["requirements"])],
        "tasks": crossed.mending.get(row["number"], []),
    }


def _progress(manifest: Manifest) -> Iterator[Section]:
    """Yield the charts of the tasks; packets of old have none."""
    known = manifest.get("progress")
    if known is None or not manifest["tasks"]:
        return
    yield chapter(
        "progress",
        pgettext("packet", "Progress of the corrective actions"),
        first=known["first"],
        open=known["open"],
        ages=[[str(label), each] for label, each in zip(age_labels(), known["ages"], strict=True)],
        severities=[
            [str(label), colour]
            for label, colour in zip(Severity.labels, SEVERITY_COLOURS, strict=True)
        ],
    )


def _tasks(manifest: Manifest, crossed: Crossings) -> Iterator[Section]:
    """Yield the 보완조치 내역서; only its first section has a title."""
    title = pgettext("packet", "Corrective-action statement")
    codes = {each["code"] for each in manifest["assessments"]}
    tasks = [_task(each, codes, crossed) for each in manifest["tasks"]]
    yield chapter("tasks", title, tasks=tasks[:_TASKS])
    for start in range(_TASKS, len(tasks), _TASKS):
        more = tasks[start : start + _TASKS]
        key = f"tasks-{start // _TASKS + 1}"
        yield Section(key, "", "tasks", 0, {"tasks": more}, head=title)


def _task(task: manifest_rows.Task, codes: set[str], crossed: Crossings) -> dict[str, Any]:
    finding = task.get("finding", "")
    return {
        **task,
        "listed": task["requirement"] in codes,
        "proof": [[number, number in crossed.evidence] for number in task["evidence"]],
        "mends": [finding, finding in crossed.listed] if finding else [],
    }


def _appendix(manifest: Manifest, crossed: Crossings) -> Iterator[Section]:
    """Yield the list of all evidence, then what can be shown on pages."""
    items = _exhibits(manifest, crossed)
    title = pgettext("packet", "Evidence appendix")
    yield chapter("evidence", title, items=items)
    for item in items:
        for place, file in enumerate(each for each in item["files"] if each["placed"]):
            key = f"ev-{item['number']}" + (f"-{place + 1}" if place else "")
            paper = file["media_type"] in _PAPER
            yield Section(
                key,
                f"{item['number']} {item['title']}",
                "exhibit",
                0,
                {"file": file, **chosen(item, "number", "title", "requirements")},
                head=f"{title} · {item['number']}",
                margin=f"{item['number']} · {item['title']}" if paper else "",
            )


def _exhibits(manifest: Manifest, crossed: Crossings) -> list[dict[str, Any]]:
    """Return each evidence once, with the requirements that it proves and the tasks it closes."""
    found: dict[str, dict[str, Any]] = {}
    for assessment in manifest["assessments"]:
        for each in assessment["evidence"]:
            item = found.setdefault(
                each["number"],
                {
                    "number": each["number"],
                    "title": each["title"],
                    "requirements": [],
                    "tasks": crossed.proving.get(each["number"], []),
                    "files": [_shown(file) for file in each["files"]],
                },
            )
            item["requirements"].append(assessment["code"])
    return [found[number] for number in sorted(found)]


def _shown(file: manifest_rows.File) -> dict[str, Any]:
    """A file with whether pages show it: pictures and PDFs that the document carries."""
    shown = file["embedded"] and file["media_type"] in PLACED and file["size"] <= MOST_BYTES
    return {**chosen(file, "name", "sha256", "size", "media_type", "path"), "placed": shown}


def _confirmation(manifest: Manifest) -> Section:
    submission = manifest.get("submission")
    return chapter(
        "attestation",
        pgettext("packet", "Confirmation and sign-off"),
        manifest=chosen(
            manifest,
            "application",
            "approved",
            "as_of",
            "organisation",
            "prepared",
            "reviewed",
            "round",
        ),
        attestation=submission["attestation"] if submission else {},
    )
