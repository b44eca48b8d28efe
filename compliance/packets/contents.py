"""The document's table of contents as data: which sections, from which templates, with what."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext

from compliance.packets import manifest as manifests
from compliance.packets import words
from compliance.packets.manifest import Assessment, Manifest, Task
from compliance.packets.templatetags.packet import told
from compliance.remediation.progress import age_labels
from compliance.requirements.selectors import Score
from compliance.shared.severity import Severity
from compliance.shared.templatetags.charts import Segment, verdict_segments
from compliance.shared.templatetags.work_charts import SEVERITY_COLOURS

# The colour of an area is its place in the profile: rule of the running head, chapter opening, chips.
AREA_COLOURS = ("#1f4e8c", "#0b7285", "#8a5a00", "#5f3dc4", "#a61e4d", "#2b6a30")
CLOSED_FINDINGS = {"fixed", "false_positive"}


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the document that could be drawn alone. *level* is its depth in the contents."""

    key: str
    title: str
    template: str
    level: int = 1
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Area:
    """An area with what the document says of it."""

    index: int
    code: str
    title: str
    colour: str
    assessments: list[Assessment]
    counts: dict[str, int]

    @property
    def segments(self) -> list[Segment]:
        return verdict_segments(self.counts, _labels())

    @property
    def cells(self) -> list[int]:
        return [self.counts.get(verdict, 0) for verdict in words.VERDICTS]

    @property
    def percent(self) -> int:
        """Readiness, by the one rule that list, chart and API follow."""
        return Score(self.counts).percent

    @property
    def evidence(self) -> int:
        return sum(len(each["evidence"]) for each in self.assessments)


@dataclass(frozen=True, slots=True)
class Shared:
    """What more than one section needs."""

    manifest: Manifest
    digest: str
    areas: list[Area]
    totals: Area
    missing: list[str]
    tasks: dict[str, Task]


def shared(manifest: Manifest, missing: list[str]) -> Shared:
    assessments = manifest["assessments"]
    areas = [
        _area(index, area["code"], told(area["title"]), assessments)
        for index, area in enumerate(manifest["areas"])
    ]
    everything = Area(
        len(areas), "", pgettext("packet", "Total"), "#1f2933", assessments, _counted(assessments)
    )
    tasks = {task["number"]: task for task in manifest["tasks"]}
    return Shared(manifest, manifests.digest(manifest), areas, everything, missing, tasks)


def sections(about: Shared) -> list[Section]:
    """Return the sections of the document in order; the contents page lists those after itself."""
    body = [*_body(about)]
    context = {"shared": about, "manifest": about.manifest}
    front = [
        Section("cover", "", "packets/pdf/cover.html", 0, context),
        Section(
            "contents",
            pgettext("packet", "Contents"),
            "packets/pdf/toc.html",
            0,
            {**context, "listed": body},
        ),
    ]
    return [*front, *body]


def _body(about: Shared) -> Iterator[Section]:
    manifest = about.manifest
    context: dict[str, Any] = {"shared": about, "manifest": manifest}

    def chapter(key: str, title: str, **more: Any) -> Section:
        return Section(key, title, f"packets/pdf/{key}.html", 1, {**context, **more})

    yield chapter("overview", pgettext("packet", "Service and integration overview"))
    submission = manifest.get("submission")
    if submission and submission["answered_round"]:
        yield chapter("answers", pgettext("packet", "Answers to the supplement request"))
    yield chapter("summary", pgettext("packet", "Summary by area"), verdicts=_labels())
    for area in about.areas:
        yield Section(
            f"area-{area.index}", area.title, "packets/pdf/area.html", 1, {**context, "area": area}
        )
        for each in area.assessments:
            yield _requirement(context, area, each)
    yield chapter("scans", pgettext("packet", "Scan summary"))
    yield chapter(
        "open", pgettext("packet", "Open items and accepted risks"), **_open_items(manifest)
    )
    yield chapter("tasks", pgettext("packet", "Corrective-action statement"), **_progress(manifest))
    yield chapter("attestation", pgettext("packet", "Confirmation"))
    yield chapter("files", pgettext("packet", "Hash manifest"), files=manifests.files(manifest))


def _requirement(context: dict[str, Any], area: Area, each: Assessment) -> Section:
    about: Shared = context["shared"]
    tasks = [about.tasks[number] for number in each["tasks"] if number in about.tasks]
    more = {"area": area, "each": each, "tasks": tasks}
    title = f"{each['code']} {told(each['title'])}"
    template = "packets/pdf/requirement.html"
    return Section(f"req-{each['code']}", title, template, 2, {**context, **more})


def _open_items(manifest: Manifest) -> dict[str, Any]:
    """Everything that the applicant itself says is not done, in one place."""
    unmet = {"partial", "not_met", "inconclusive", "not_checked"}
    return {
        "unmet": [each for each in manifest["assessments"] if each["verdict"] in unmet],
        "open_findings": [f for f in manifest["findings"] if f["state"] not in CLOSED_FINDINGS],
        "closed_findings": [f for f in manifest["findings"] if f["state"] in CLOSED_FINDINGS],
    }


def _area(index: int, code: str, title: str, assessments: list[Assessment]) -> Area:
    mine = [each for each in assessments if each["area"] == code]
    colour = AREA_COLOURS[index % len(AREA_COLOURS)]
    return Area(index, code, title, colour, mine, _counted(mine))


def _counted(assessments: list[Assessment]) -> dict[str, int]:
    return Counter(each["verdict"] for each in assessments)


def _labels() -> "dict[str, str | Promise]":
    return words.VERDICTS


def _progress(manifest: Manifest) -> dict[str, Any]:
    """The charts of the tasks; packets of old have none."""
    known = manifest.get("progress")
    if known is None:
        return {"progress": None}
    rows = list(zip(age_labels(), known["ages"], strict=True))
    first = date.fromisoformat(known["first"])
    severities = list(zip(Severity.labels, SEVERITY_COLOURS, strict=True))
    return {"progress": known, "first": first, "ages": rows, "severities": severities}
