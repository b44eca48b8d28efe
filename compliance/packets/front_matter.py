"""What stands before the sheets: the page for a reader in a hurry, overview, diagrams, tables."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils.translation import pgettext

from compliance.packets.crossing import CLOSED_FINDINGS, CLOSED_TASKS, Crossings
from compliance.packets.editions import is_both
from compliance.packets.figures import UNMET, chapter, chosen, colour_of, figures
from compliance.packets.manifest_rows import Diagram, DiagramFile, Manifest
from compliance.packets.section import MOST_BYTES, Section
from compliance.packets.templatetags.packet import word
from compliance.shared.severity import Severity

# Requirements not met that the page for a reader in a hurry names; all stand in their chapter.
_NAMED, _NAMED_TWICE = 12, 5
# What a drawing may be.
DRAWN = {"application/pdf", "image/png", "image/jpeg", "image/webp", "image/svg+xml"}
_SEVERITIES = tuple(Severity.values)


def brief(manifest: Manifest, areas: list[dict[str, Any]]) -> Section:
    """On one page: what is asked, what is met, what is open, where the proof is."""
    rows = manifest["assessments"]
    unmet = [each for each in rows if each["verdict"] in UNMET]
    unmet.sort(key=lambda each: (UNMET.index(each["verdict"]), _rank(each["severity"])))
    open_findings = [each for each in manifest["findings"] if each["state"] not in CLOSED_FINDINGS]
    open_tasks = [each for each in manifest["tasks"] if each["state"] not in CLOSED_TASKS]
    today = manifest["as_of"][:10]
    submission = manifest.get("submission")
    named = _NAMED_TWICE if is_both() else _NAMED
    return chapter(
        "brief",
        pgettext("packet", "At a glance"),
        manifest=chosen(manifest, "application", "round"),
        total=figures(rows),
        areas=[chosen(each, "index", "code", "title", "evidence", "shade") for each in areas],
        unmet=[chosen(each, "code", "title", "verdict", "severity") for each in unmet[:named]],
        unmet_total=len(unmet),
        severities=[
            [each, count]
            for each, count in _by_severity(Counter(row["severity"] for row in open_findings))
        ],
        open_findings=len(open_findings),
        open_tasks=len(open_tasks),
        late_tasks=len([each for each in open_tasks if each["due"] and each["due"] < today]),
        gaps=len(manifest["gaps"]),
        accepted_risks=len(manifest["accepted_risks"]),
        asked=_asked(manifest),
        review=submission["review"] if submission else "full",
        kind=submission["kind"] if submission else "",
        proof=_proof(manifest),
    )


def _rank(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _by_severity(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: _rank(pair[0]))


def _asked(manifest: Manifest) -> dict[str, int]:
    """How many items the platform asked for after the former round, and how many are answered."""
    submission = manifest.get("submission")
    answers = submission["answers"] if submission else []
    return {
        "round": submission["answered_round"] if submission else 0,
        "all": len(answers),
        "answered": len([each for each in answers if each["answer"]]),
    }


def _proof(manifest: Manifest) -> list[dict[str, Any]]:
    """The chapters that prove something: anchor, title, how many entries."""
    evidence = {item["number"] for row in manifest["assessments"] for item in row["evidence"]}
    found = [
        ("trace", pgettext("packet", "Requirements and their proof"), len(manifest["assessments"])),
        ("evidence", pgettext("packet", "Evidence appendix"), len(evidence)),
        ("scans", pgettext("packet", "Scan summary"), len(manifest["scans"])),
        ("findings", pgettext("packet", "Findings"), len(manifest["findings"])),
        ("tasks", pgettext("packet", "Corrective-action statement"), len(manifest["tasks"])),
    ]
    return [{"key": key, "title": title, "count": count} for key, title, count in found]


def record(manifest: Manifest) -> Section:
    """The reviewer's own table: a row for each requirement, with boxes to mark."""
    return chapter(
        "record",
        pgettext("packet", "Record of the review"),
        rows=[chosen(each, "code", "title", "verdict") for each in manifest["assessments"]],
        manifest=chosen(manifest, "application", "organisation", "round"),
    )


def overview(manifest: Manifest, areas: int) -> Iterator[Section]:
    """Yield what the service is, then its diagrams, each on a page of its own."""
    yield chapter(
        "overview",
        pgettext("packet", "Service and integration overview"),
        manifest=chosen(
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
        drawn=[each["kind"] for each in _diagrams(manifest) if any(map(_is_drawn, each["files"]))],
        requirements=len(manifest["assessments"]),
        areas=areas,
    )
    for diagram in _diagrams(manifest):
        shown = [file for file in diagram["files"] if _is_drawn(file)]
        for place, file in enumerate(shown):
            yield _diagram(diagram, file, place)


def _diagrams(manifest: Manifest) -> list[Diagram]:
    submission = manifest.get("submission")
    return submission["diagrams"] if submission else []


def _is_drawn(file: DiagramFile) -> bool:
    """Whether a page can show it: packets of old do not have the files of diagrams."""
    return file.get("media_type") in DRAWN and file.get("size", 0) <= MOST_BYTES


def _diagram(diagram: Diagram, file: DiagramFile, place: int) -> Section:
    kind = word(diagram["kind"], "diagram")
    key = f"diagram-{diagram['kind']}" + (f"-{place + 1}" if place else "")
    return Section(
        key,
        kind if not place else f"{kind} {place + 1}",
        "diagram",
        0 if place else 2,
        {
            "file": chosen(file, "name", "sha256", "size", "media_type"),
            **chosen(diagram, "number", "title", "version"),
        },
        head=f"{pgettext('packet', 'Service and integration overview')} · {kind}",
    )


def summary(manifest: Manifest, areas: list[dict[str, Any]]) -> Section:
    everything = manifest["assessments"]
    total = {"title": pgettext("packet", "Total"), **figures(everything)}
    return chapter(
        "summary",
        pgettext("packet", "Summary by area"),
        areas=areas,
        total=total,
        cells={
            area["code"]: [
                [each["code"], each["verdict"]]
                for each in everything
                if each["area"] == area["code"]
            ]
            for area in areas
        },
        colour=colour_of(manifest),
    )


def trace(manifest: Manifest, crossed: Crossings) -> Section:
    """Requirement, evidence, scans, findings and tasks in one table, with their pages."""
    return chapter(
        "trace",
        pgettext("packet", "Requirements and their proof"),
        rows=[
            {
                **chosen(each, "code", "title", "verdict"),
                "evidence": [item["number"] for item in each["evidence"]],
                "checks": [
                    sum(check["counts"][name] for check in each["checks"])
                    for name in ("passed", "failed")
                ],
                "findings": [
                    [number, crossed.known[number]["state"] in CLOSED_FINDINGS]
                    for number in crossed.findings.get(each["code"], [])
                    if number in crossed.listed
                ],
                "tasks": [number for number in each["tasks"] if number in crossed.tasks],
            }
            for each in manifest["assessments"]
        ],
    )
