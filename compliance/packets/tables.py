"""The sections that are drawn without a style sheet: long tables, diagrams, and exhibits."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import pgettext, pgettext_lazy

from compliance.packets import fonts
from compliance.packets.editions import flat, parted
from compliance.packets.press import diagrams, exhibits
from compliance.packets.press.laying import FAINT, HASH, INK, QUIET, Cell, Column, Flow, Span
from compliance.packets.press.parts import Part
from compliance.packets.section import Section
from compliance.packets.templatetags.packet import halves, size, told, word

# Numbers that a cell of the table of proof names; the sheet names all.
_NAMED = 8


def draw(section: Section) -> Part:
    """Draw a section whose form is one of FORMS."""
    flow = Flow(section.key)
    FORMS[section.form](flow, section)
    return flow.finish()


def exhibit(section: Section, data: bytes, checked: Callable[[Part], bool]) -> Part:
    """Show a file of evidence; where that cannot be, say so on a page of its own."""
    inputs = section.inputs
    alt = f"{inputs['number']} {inputs['title']}: {inputs['file']['name']}"
    try:
        if section.form == "diagram":
            said = diagrams.Said(_diagram_title(section), _caption(inputs["file"]), alt)
            media_type = inputs["file"]["media_type"]
            return diagrams.draw(section.key, data, media_type, said, checked)
        if inputs["file"]["media_type"] == diagrams.SVG:
            said = diagrams.Said(
                f"{inputs['number']} {inputs['title']}", _caption(inputs["file"]), alt
            )
            return diagrams.draw(section.key, data, diagrams.SVG, said, checked)
        if section.margin:
            return exhibits.document(section.key, data, alt, checked)
        flow = _captioned(section)
        exhibits.image(flow, data, alt)
    except exhibits.Unplaceable as reason:
        flow = _captioned(section)
        flow.paragraph(flat(str(_NOTES[str(reason)])))
    return flow.finish()


def _diagram_title(section: Section) -> str:
    inputs = section.inputs
    title = f"{flat(section.title)} · {inputs['number']} v{inputs['version']} {inputs['title']}"
    return fonts.visible(title)


def _caption(file: dict[str, Any]) -> list[Span]:
    about = f"{file['name']} · {size(file['size'])}"
    return [_span(about, 7.6, ink=QUIET), _span(f"SHA-256 {file['sha256']}", 6.35, ink=HASH)]


def _captioned(section: Section) -> Flow:
    inputs, flow = section.inputs, Flow(section.key)
    title = fonts.visible(f"{inputs['number']} {inputs['title']}")
    flow.entry(title, title)
    flow.spans(_caption(inputs["file"]), 1)
    codes = inputs.get("requirements", [])
    if codes:
        flow.spans([_lead(code, f"req-{code}") for code in codes])
    return flow


def _lead(text: str, anchor: str, **more: Any) -> Span:
    """A span that leads to *anchor*, with the number of its page behind it."""
    return _span(text, 7.6, link=anchor, paged=True, **more)


def _headed(flow: Flow, section: Section) -> None:
    korean, english = parted(section.title)
    flow.heading(fonts.visible(korean), fonts.visible(flat(section.title)))
    if english:
        flow.under(fonts.visible(english))


def _sub(flow: Flow, text: str) -> None:
    flow.subheading(fonts.visible(flat(text)))


def _trace(flow: Flow, section: Section) -> None:
    """Requirement, verdict, evidence, scans, findings and tasks, each with its page."""
    _headed(flow, section)
    columns = [
        Column(pgettext("packet", "Requirement"), 0.28),
        Column(pgettext("packet", "Verdict"), 0.12),
        Column(pgettext("packet", "Evidence"), 0.17),
        Column(pgettext("packet", "Scan: pass / fail"), 0.11),
        Column(pgettext("packet", "Findings"), 0.16),
        Column(pgettext("packet", "Corrective actions"), 0.16),
    ]
    rows = section.inputs["rows"]
    if rows:
        flow.table(_plain(columns), (_traced(each) for each in rows))
    else:
        flow.paragraph(flat(pgettext("packet", "There are no requirements.")), ink=FAINT)


def _traced(each: dict[str, Any]) -> list[Cell]:
    passed, failed = each["checks"]
    findings = [
        _lead(number, f"find-{number}", ink=QUIET if closed else INK)
        for number, closed in each["findings"]
    ]
    return [
        [_lead(each["code"], f"req-{each['code']}", face="bold"), _span(told(each["title"]), 7.6)],
        [_span(word(each["verdict"], "verdict"), 7.6)],
        _some([_lead(number, f"ev-{number}") for number in each["evidence"]]),
        [_span(f"{passed}/{failed}" if passed or failed else "–", 7.6)],
        _some(findings),
        _some([_lead(number, f"task-{number}") for number in each["tasks"]]),
    ]


def _some(spans: list[Span]) -> list[Span]:
    """As many spans as a cell takes, and how many there are besides."""
    more = len(spans) - _NAMED
    if more > 0:
        return [*spans[:_NAMED], _span(f"+ {more}", 7, ink=QUIET)]
    return spans or [_span("–", 7.6)]


def _plain(columns: list[Column]) -> list[Column]:
    return [replace(each, title=fonts.visible(flat(each.title))) for each in columns]


def _evidence(flow: Flow, section: Section) -> None:
    _headed(flow, section)
    items = section.inputs["items"]
    if not items:
        none = pgettext("packet", "No evidence belongs to this application.")
        flow.paragraph(flat(none), ink=FAINT)
        return
    columns = [
        Column(pgettext("packet", "Number"), 0.11),
        Column(pgettext("packet", "Evidence"), 0.29),
        Column(pgettext("packet", "Requirement and task"), 0.19),
        Column(pgettext("packet", "File"), 0.27),
        Column(pgettext("packet", "Where"), 0.14),
    ]
    flow.table(_plain(columns), (_item(each) for each in items))


def _item(each: dict[str, Any]) -> list[Cell]:
    anchor = f"ev-{each['number']}"
    placed = any(file["placed"] for file in each["files"])
    led = {"link": anchor} if placed else {"anchor": anchor}
    number = _span(each["number"], 8, face="bold", **led)
    names = [_span(file["name"], 7.6) for file in each["files"]]
    links = [_lead(code, f"req-{code}") for code in each["requirements"]]
    links += [_lead(task, f"task-{task}") for task in each["tasks"]]
    return [[number], [_span(each["title"])], links, names, [*_where(each, anchor)]]


def _where(each: dict[str, Any], anchor: str) -> Iterator[Span]:
    """Yield, for each file, the page it begins on, or that it is enclosed as a file."""
    place = 0
    for file in each["files"]:
        if file["placed"]:
            place += 1
            yield _lead(pgettext("packet", "on"), f"{anchor}-{place}" if place > 1 else anchor)
        else:
            yield _span(pgettext("packet", "as a file"), 7.6)


def _findings(flow: Flow, section: Section) -> None:
    inputs = section.inputs
    _headed(flow, section)
    counted = pgettext(
        "packet",
        "Each weakness of an asset stands here once, and only where it touches a requirement of "
        "this packet; the chapter “Scan summary” counts every result of the tools, of any severity.",
    )
    flow.paragraph(flat(counted), 8, QUIET, after=2)
    _sub(flow, pgettext("packet", "Open findings"))
    _listed(flow, inputs["open"], inputs["open_total"], pgettext("packet", "No findings are open."))
    _sub(flow, pgettext("packet", "Findings closed since"))
    none = pgettext("packet", "No findings were closed.")
    _listed(flow, inputs["closed"], inputs["closed_total"], none)


def _listed(flow: Flow, findings: list[dict[str, Any]], total: int, none: str) -> None:
    if not findings:
        flow.paragraph(flat(none), ink=FAINT)
        return
    columns = [
        Column(pgettext("packet", "Number"), 0.10),
        Column(pgettext("packet", "Finding"), 0.29),
        Column(pgettext("packet", "Asset"), 0.19),
        Column(pgettext("packet", "Severity"), 0.11),
        Column(pgettext("packet", "State"), 0.12),
        Column(pgettext("packet", "Requirement and task"), 0.19),
    ]
    flow.table(_plain(columns), (_finding(each) for each in findings))
    if total > len(findings):
        said = pgettext(
            "packet", "The first %(shown)d of %(total)d; all of them stand in manifest.json."
        )
        flow.paragraph(flat(said % {"shown": len(findings), "total": total}), 7.6, QUIET)


def _finding(each: dict[str, Any]) -> list[Cell]:
    title = [_span(each["title"])]
    if each["path"]:
        title.append(_span(each["path"], 7, ink=QUIET))
    links = [
        _lead(code, f"req-{code}") if known else _span(code, 7.6)
        for code, known in each["requirements"]
    ]
    links += [_lead(task, f"task-{task}") for task in each["tasks"]]
    return [
        [_span(each["number"], face="bold", anchor=f"find-{each['number']}")],
        title,
        [_span(each["asset"], 7.6)],
        [_span(word(each["severity"], "severity"), 7.6)],
        [_span(word(each["state"], "finding"), 7.6)],
        links or [_span("–", 7.6)],
    ]


def _files(flow: Flow, section: Section) -> None:
    inputs = section.inputs
    _headed(flow, section)
    flow.paragraph(f"{flat(pgettext('packet', 'Hash algorithm'))}: {inputs['hash']}", after=1)
    flow.reserve("stamp-manifest")
    flow.reserve("stamp-checkpoint")
    flow.reserve("stamp-checkpoint-hash", 20)
    flow.paragraph(
        flat(
            pgettext(
                "packet",
                "The ZIP beside this document holds every file under the path below; "
                "“sha256sum -c SHA256SUMS” checks them all. A file marked “ZIP only” is too large "
                "to be embedded in this document.",
            )
        ),
        7.6,
        QUIET,
    )
    if inputs["files"]:
        columns = [
            Column(pgettext("packet", "Path"), 0.58),
            Column(pgettext("packet", "Size"), 0.15, right=True),
            Column("SHA-256", 0.27),
        ]
        flow.table(_plain(columns), (_file(each) for each in inputs["files"]))
    else:
        flow.paragraph(flat(pgettext("packet", "This packet has no files.")), ink=FAINT)
    _without_glyph(flow, inputs["missing"])


def _file(each: dict[str, Any]) -> list[Cell]:
    weight = [_span(size(each["size"]), 7.6)]
    if not each["embedded"]:
        weight.append(_span(pgettext("packet", "ZIP only"), 7, ink=QUIET))
    return [
        [_span(each["path"], 7.6)],
        weight,
        [_span(half, 6.35, ink=HASH, leading=1.4) for half in halves(each["sha256"])],
    ]


def _without_glyph(flow: Flow, missing: list[str]) -> None:
    if not missing:
        return
    _sub(flow, pgettext("packet", "Characters without a glyph"))
    flow.paragraph(
        flat(
            pgettext(
                "packet",
                "The fonts of this document cannot draw these characters; "
                "in the text they stand as [U+…]:",
            )
        ),
        after=1,
    )
    flow.paragraph(", ".join(missing), 7.6)


def _span(text: str, size: float = 8, **more: Any) -> Span:
    """A span of text from outside: what has no glyph is named, what breaks lines is a space."""
    return Span(" ".join(fonts.visible(flat(text)).split()), size, **more)


# Forms that show a file.
SHOWN = {"exhibit", "diagram"}
FORMS: dict[str, Callable[[Flow, Section], None]] = {
    "trace": _trace,
    "findings": _findings,
    "files": _files,
    "evidence": _evidence,
}
_NOTES = {
    "encrypted": pgettext_lazy(
        "packet", "This file is locked with a password. It is enclosed as it was handed in."
    ),
    "broken": pgettext_lazy(
        "packet", "This file cannot be shown on pages. It is enclosed as it was handed in."
    ),
    "large": pgettext_lazy(
        "packet", "This file is too large for pages. It is enclosed as it was handed in."
    ),
}
