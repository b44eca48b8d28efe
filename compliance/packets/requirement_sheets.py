"""The sheets: the opening of an area and one sheet for each of its requirements."""

from collections.abc import Iterator
from typing import Any

from compliance.packets import words
from compliance.packets.crossing import Crossings
from compliance.packets.editions import Style
from compliance.packets.figures import chosen
from compliance.packets.manifest_rows import Assessment, Manifest
from compliance.packets.section import Section
from compliance.packets.templatetags.packet import told

# Findings that a sheet names; the rest are in the list of findings.
_FINDINGS = 12


def of_area(
    area: dict[str, Any], manifest: Manifest, crossed: Crossings, style: Style
) -> Iterator[Section]:
    """Yield the opening of an area and its requirements."""
    colour = words.AREA_COLOURS[area["shade"]]
    title = told(area["title"])
    head = f"{area['code']} {title}"
    mine = [each for each in manifest["assessments"] if each["area"] == area["code"]]
    rows = [
        {
            **chosen(each, "code", "title", "severity", "verdict"),
            "evidence": len(each["evidence"]),
        }
        for each in mine
    ]
    inputs = {"area": area, "rows": rows}
    yield Section(f"area-{area['index']}", title, "area", 1, inputs, head=head, colour=colour)
    for each in mine:
        yield _requirement(area, each, crossed, f"{head} · {each['code']}", style)


def _requirement(
    area: dict[str, Any], each: Assessment, crossed: Crossings, head: str, style: Style
) -> Section:
    numbers = crossed.findings.get(each["code"], [])
    inputs = {
        "area": chosen(area, "shade", "code", "title"),
        "each": each,
        "tasks": [
            chosen(
                crossed.tasks[number],
                *("number", "title", "state", "due", "verified_by", "closed_at"),
            )
            for number in each["tasks"]
            if number in crossed.tasks
        ],
        "findings": [
            chosen(crossed.known[number], "number", "title", "asset", "severity", "state")
            for number in numbers[:_FINDINGS]
            if number in crossed.listed
        ],
        "more_findings": max(0, len(numbers) - _FINDINGS),
        "boxes": style.boxes,
    }
    title = f"{each['code']} {told(each['title'])}"
    colour = words.AREA_COLOURS[area["shade"]]
    return Section(f"req-{each['code']}", title, "requirement", 2, inputs, head=head, colour=colour)
