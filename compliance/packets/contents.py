"""The document's table of contents as data: which sections, made from what."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.utils.translation import pgettext

from compliance.packets import manifest as manifests
from compliance.packets import words
from compliance.packets.manifest import Assessment, Manifest, Task
from compliance.packets.section import MOST_BYTES, Section
from compliance.packets.templatetags.packet import told
from compliance.remediation.progress import age_labels
from compliance.requirements.selectors import Score
from compliance.shared.severity import Severity
from compliance.shared.templatetags.work_charts import SEVERITY_COLOURS

CLOSED_FINDINGS = {"fixed", "false_positive"}
# Cards of tasks that one section holds: a task that changes costs its own section alone.
_TASKS = 25
# The document shows so many findings; all of them stand in the table beside it.
SHOWN_FINDINGS = 300
# What pages can show as it was handed in.
PLACED = {"application/pdf", "image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"}
UNMET = {"partial", "not_met", "inconclusive", "not_checked"}


def sections(manifest: Manifest, missing: Sequence[str]) -> list[Section]:
    """Return the sections of the document in order; the contents page lists those after itself."""
    body = [*_body(manifest, missing)]
    listed = [{"key": each.key, "title": each.title, "level": each.level} for each in body]
    cover = _only(
        manifest,
        "application",
        "approved",
        "as_of",
        "contact",
        "frozen_at",
        "frozen_by",
        "organisation",
        "prepared",
        "profile",
        "reviewed",
        "round",
    )
    title = pgettext("packet", "Contents")
    return [
        Section("cover", "", "cover", 0, {"manifest": cover}),
        Section(
            "contents",
            title,
            "toc",
            0,
            {"listed": [each for each in listed if each["level"]]},
            head=title,
        ),
        *body,
    ]


def _body(manifest: Manifest, missing: Sequence[str]) -> Iterator[Section]:
    areas = [_area(index, each, manifest) for index, each in enumerate(manifest["areas"])]
    yield _chapter(
        "overview",
        pgettext("packet", "Service and integration overview"),
        manifest=_only(
            manifest,
            "integration",
            "mapping_sets",
            "organisation",
            "out_of_scope",
            "profile",
            "scope",
            "service",
            "submission",
            "traffic",
        ),
        requirements=len(manifest["assessments"]),
        areas=len(areas),
    )
    submission = manifest.get("submission")
    if submission and submission["answered_round"]:
        title = pgettext("packet", "Answers to the supplement request")
        yield _chapter("answers", title, submission=submission)
    yield _summary(manifest, areas)
    for area in areas:
        yield from _of_area(area, manifest)
    scans = pgettext("packet", "Scan summary")
    yield _chapter("scans", scans, scans=manifest["scans"])
    yield from _open_items(manifest)
    yield from _progress(manifest)
    yield from _tasks(manifest)
    yield from _appendix(manifest)
    yield _chapter(
        "attestation",
        pgettext("packet", "Confirmation"),
        manifest=_only(
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
    yield _chapter(
        "files",
        pgettext("packet", "Hash manifest"),
        hash=manifest["hash"],
        files=manifests.files(manifest),
        missing=list(missing),
    )


def _chapter(key: str, title: str, form: str = "", level: int = 1, **inputs: Any) -> Section:
    return Section(key, title, form or key, level, inputs, head=title)


def _summary(manifest: Manifest, areas: list[dict[str, Any]]) -> Section:
    everything = manifest["assessments"]
    total = {
        "title": pgettext("packet", "Total"),
        **_figures(everything),
    }
    return _chapter(
        "summary",
        pgettext("packet", "Summary by area"),
        areas=areas,
        total=total,
        figures={name: len(manifest[name]) for name in ("scans", "findings", "tasks")}
        | {"accepted_risks": len(manifest["accepted_risks"])},
    )


def _of_area(area: dict[str, Any], manifest: Manifest) -> Iterator[Section]:
    """Yield the opening of an area and its requirements."""
    colour = words.AREA_COLOURS[area["shade"]]
    title = told(area["title"])
    head = f"{area['code']} {title}"
    mine = [each for each in manifest["assessments"] if each["area"] == area["code"]]
    rows = [
        {
            **{name: each[name] for name in ("code", "title", "severity", "verdict")},
            "evidence": len(each["evidence"]),
        }
        for each in mine
    ]
    inputs = {"area": area, "rows": rows}
    yield Section(f"area-{area['index']}", title, "area", 1, inputs, head=head, colour=colour)
    tasks = {task["number"]: task for task in manifest["tasks"]}
    for each in mine:
        yield _requirement(area, each, tasks, f"{head} · {each['code']}", colour)


def _requirement(
    area: dict[str, Any], each: Assessment, tasks: dict[str, Task], head: str, colour: str
) -> Section:
    inputs = {
        "area": {name: area[name] for name in ("shade", "code", "title")},
        "each": each,
        "tasks": [
            {
                name: tasks[number][name]
                for name in ("number", "title", "state", "due", "verified_by", "closed_at")
            }
            for number in each["tasks"]
            if number in tasks
        ],
    }
    title = f"{each['code']} {told(each['title'])}"
    key = f"req-{each['code']}"
    return Section(key, title, "requirement", 2, inputs, head=head, colour=colour)


def _open_items(manifest: Manifest) -> Iterator[Section]:
    """Everything that the applicant itself says is not done, in one place."""
    title = pgettext("packet", "Open items and accepted risks")
    yield _chapter(
        "open",
        title,
        unmet=[
            {name: each[name] for name in ("code", "title", "verdict", "reason")}
            for each in manifest["assessments"]
            if each["verdict"] in UNMET
        ],
        gaps=manifest["gaps"],
        accepted_risks=manifest["accepted_risks"],
        duties=manifest.get("duties", []),
    )
    findings = manifest["findings"]
    still = [each for each in findings if each["state"] not in CLOSED_FINDINGS]
    closed = [each for each in findings if each["state"] in CLOSED_FINDINGS]
    yield _chapter(
        "findings",
        pgettext("packet", "Findings"),
        open=still[:SHOWN_FINDINGS],
        open_total=len(still),
        closed=closed[:SHOWN_FINDINGS],
        closed_total=len(closed),
    )


def _progress(manifest: Manifest) -> Iterator[Section]:
    """Yield the charts of the tasks; packets of old have none."""
    known = manifest.get("progress")
    if known is None or not manifest["tasks"]:
        return
    yield _chapter(
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


def _tasks(manifest: Manifest) -> Iterator[Section]:
    """Yield the 보완조치 내역서; only its first section has a title."""
    title = pgettext("packet", "Corrective-action statement")
    tasks = manifest["tasks"]
    yield _chapter("tasks", title, tasks=tasks[:_TASKS])
    for start in range(_TASKS, len(tasks), _TASKS):
        more = tasks[start : start + _TASKS]
        key = f"tasks-{start // _TASKS + 1}"
        yield Section(key, "", "tasks", 0, {"tasks": more}, head=title)


def _appendix(manifest: Manifest) -> Iterator[Section]:
    """Yield the list of all evidence, then what can be shown on pages."""
    items = _exhibits(manifest)
    title = pgettext("packet", "Evidence appendix")
    yield _chapter("evidence", title, items=items)
    for item in items:
        for place, file in enumerate(each for each in item["files"] if each["placed"]):
            key = f"ev-{item['number']}" + (f"-{place + 1}" if place else "")
            paper = file["media_type"] == "application/pdf"
            yield Section(
                key,
                f"{item['number']} {item['title']}",
                "exhibit",
                0,
                {
                    "file": file,
                    **{name: item[name] for name in ("number", "title", "requirements")},
                },
                head=f"{title} · {item['number']}",
                margin=f"{item['number']} · {item['title']}" if paper else "",
            )


def _exhibits(manifest: Manifest) -> list[dict[str, Any]]:
    """Return each evidence once, with the requirements that it proves."""
    found: dict[str, dict[str, Any]] = {}
    for assessment in manifest["assessments"]:
        for each in assessment["evidence"]:
            item = found.setdefault(
                each["number"],
                {
                    "number": each["number"],
                    "title": each["title"],
                    "requirements": [],
                    "files": [_shown(file) for file in each["files"]],
                },
            )
            item["requirements"].append(assessment["code"])
    return [found[number] for number in sorted(found)]


def _shown(file: manifests.File) -> dict[str, Any]:
    """A file with whether pages show it: pictures and PDFs that the document carries."""
    shown = file["embedded"] and file["media_type"] in PLACED and file["size"] <= MOST_BYTES
    names = ("name", "sha256", "size", "media_type", "path")
    everything = cast(dict[str, Any], file)
    return {**{name: everything[name] for name in names}, "placed": shown}


def _area(index: int, area: Any, manifest: Manifest) -> dict[str, Any]:
    mine = [each for each in manifest["assessments"] if each["area"] == area["code"]]
    return {
        "index": index,
        "shade": index % words.SHADES,
        "code": area["code"],
        "title": area["title"],
        **_figures(mine),
    }


def _figures(assessments: Sequence[Assessment]) -> dict[str, Any]:
    counts = Counter(each["verdict"] for each in assessments)
    return {
        "counts": dict(counts),
        "cells": [counts.get(verdict, 0) for verdict in words.VERDICTS],
        "requirements": len(assessments),
        "evidence": sum(len(each["evidence"]) for each in assessments),
        # Readiness, by the one rule that list, chart and API follow.
        "percent": Score(counts).percent,
    }


def _only(manifest: Manifest, *names: str) -> dict[str, Any]:
    """Return the parts of the manifest that a section shows; an older one may lack some."""
    everything = cast(dict[str, Any], manifest)
    return {name: everything[name] for name in names if name in everything}
