"""The sections that are long tables: findings, and the hash manifest."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import pgettext, pgettext_lazy

from compliance.packets import fonts
from compliance.packets.press import exhibits
from compliance.packets.press.laying import FAINT, HASH, QUIET, Cell, Column, Flow, Span
from compliance.packets.press.parts import Part
from compliance.packets.section import Section
from compliance.packets.templatetags.packet import halves, size, word


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
        if section.margin:
            return exhibits.document(section.key, data, alt, checked)
        flow = _captioned(section)
        exhibits.image(flow, data, alt)
    except exhibits.Unplaceable as reason:
        flow = _captioned(section)
        flow.paragraph(str(_NOTES[str(reason)]))
    return flow.finish()


def _captioned(section: Section) -> Flow:
    inputs, flow = section.inputs, Flow(section.key)
    title = fonts.visible(f"{inputs['number']} {inputs['title']}")
    flow.entry(title, title)
    about = f"{inputs['file']['name']} · {size(inputs['file']['size'])}"
    flow.spans([_span(about, 7.6, ink=QUIET), _span(inputs["file"]["sha256"], 6.35, ink=HASH)], 1)
    flow.spans([_span(code, 7.6, link=f"req-{code}") for code in inputs["requirements"]])
    return flow


def _evidence(flow: Flow, section: Section) -> None:
    flow.heading(section.title)
    items = section.inputs["items"]
    if not items:
        none = pgettext("packet", "No evidence belongs to this application.")
        flow.paragraph(none, ink=FAINT)
        return
    columns = [
        Column(pgettext("packet", "Number"), 0.11),
        Column(pgettext("packet", "Evidence"), 0.30),
        Column(pgettext("packet", "Requirement"), 0.15),
        Column(pgettext("packet", "File"), 0.30),
        Column(pgettext("packet", "Where"), 0.14),
    ]
    flow.table(columns, (_item(each) for each in items))


def _item(each: dict[str, Any]) -> list[Cell]:
    anchor = f"ev-{each['number']}"
    placed = any(file["placed"] for file in each["files"])
    led = {"link": anchor} if placed else {"anchor": anchor}
    number = _span(each["number"], 8, face="bold", **led)
    names = [_span(file["name"], 7.6) for file in each["files"]]
    where = [
        _span(
            pgettext("packet", "on pages") if file["placed"] else pgettext("packet", "as a file"),
            7.6,
        )
        for file in each["files"]
    ]
    links = [_span(code, 7.6, link=f"req-{code}") for code in each["requirements"]]
    return [[number], [_span(each["title"])], links, names, where]


def _findings(flow: Flow, section: Section) -> None:
    inputs = section.inputs
    flow.heading(section.title)
    flow.subheading(pgettext("packet", "Open findings"))
    _listed(flow, inputs["open"], inputs["open_total"], pgettext("packet", "No findings are open."))
    flow.subheading(pgettext("packet", "Findings closed since"))
    none = pgettext("packet", "No findings were closed.")
    _listed(flow, inputs["closed"], inputs["closed_total"], none)


def _listed(flow: Flow, findings: list[dict[str, Any]], total: int, none: str) -> None:
    if not findings:
        flow.paragraph(none, ink=FAINT)
        return
    columns = [
        Column(pgettext("packet", "Number"), 0.11),
        Column(pgettext("packet", "Finding"), 0.30),
        Column(pgettext("packet", "Asset"), 0.20),
        Column(pgettext("packet", "Severity"), 0.11),
        Column(pgettext("packet", "State"), 0.12),
        Column(pgettext("packet", "Requirement"), 0.16),
    ]
    flow.table(columns, (_finding(each) for each in findings))
    if total > len(findings):
        told = pgettext(
            "packet", "The first %(shown)d of %(total)d; all of them stand in manifest.json."
        )
        flow.paragraph(told % {"shown": len(findings), "total": total}, 7.6, QUIET)


def _finding(each: dict[str, Any]) -> list[Cell]:
    title = [_span(each["title"])]
    if each["path"]:
        title.append(_span(each["path"], 7, ink=QUIET))
    links = [_span(code, 7.6, link=f"req-{code}") for code in each["requirements"]]
    return [
        [_span(each["number"], face="bold")],
        title,
        [_span(each["asset"], 7.6)],
        [_span(word(each["severity"], "severity"), 7.6)],
        [_span(word(each["state"], "finding"), 7.6)],
        links or [_span("–", 7.6)],
    ]


def _files(flow: Flow, section: Section) -> None:
    inputs = section.inputs
    flow.heading(section.title)
    flow.paragraph(f"{pgettext('packet', 'Hash algorithm')}: {inputs['hash']}", after=1)
    flow.reserve("stamp-manifest")
    flow.reserve("stamp-checkpoint")
    flow.reserve("stamp-checkpoint-hash", 20)
    flow.paragraph(
        pgettext(
            "packet",
            "The ZIP beside this document holds every file under the path below; "
            "“sha256sum -c SHA256SUMS” checks them all. A file marked “ZIP only” is too large "
            "to be embedded in this document.",
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
        flow.table(columns, (_file(each) for each in inputs["files"]))
    else:
        flow.paragraph(pgettext("packet", "This packet has no files."), ink=FAINT)
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
    flow.subheading(pgettext("packet", "Characters without a glyph"))
    flow.paragraph(
        pgettext(
            "packet",
            "The fonts of this document cannot draw these characters; "
            "in the text they stand as [U+…]:",
        ),
        after=1,
    )
    flow.paragraph(", ".join(missing), 7.6)


def _span(text: str, size: float = 8, **more: Any) -> Span:
    """A span of text from outside: what has no glyph is named, what breaks lines is a space."""
    return Span(" ".join(fonts.visible(text).split()), size, **more)


FORMS: dict[str, Callable[[Flow, Section], None]] = {
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
