"""Writing text anew with masks in place of what was found, format by format."""

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lxml import etree

from compliance.vault.personal import blocks, detecting, office, plain, structured
from compliance.vault.personal.hits import Hit

_LEFT_OUT = ("docprops/thumbnail", "docprops/custom.xml", "preview/")
_ATTRIBUTES = {"Target", "instr", "href", "tooltip"}
_LONGEST_FIELD = 1_000_000

Kinds = set[str]


def masked(text: str, kinds: Kinds, *, lead: str = "", around: str = "") -> str:
    """Return *text* with hits of *kinds* masked; *lead* and *around* as in a Piece."""
    hits = _hits(text, kinds, lead, around)
    return detecting.mask(text, hits) if hits else text


def _hits(text: str, kinds: Kinds, lead: str, around: str) -> list[Hit]:
    shift = len(lead)
    return [
        Hit(hit.kind, hit.start - shift, hit.end - shift, hit.masked)
        for hit in detecting.find(lead + text, around)
        if hit.kind in kinds and hit.start >= shift
    ]


def text(source: Path, target: Path, kinds: Kinds) -> None:
    codec = plain.codec_of(source)
    with (
        source.open(encoding=codec, errors="replace", newline="") as file,
        target.open("w", encoding=_written(source, codec), newline="") as out,
    ):
        for piece in plain.blocks(file):
            out.write(masked(piece.text, kinds))


def _written(source: Path, codec: str) -> str:
    """A mark at the beginning is written only where there was one."""
    with source.open("rb") as file:
        return codec if codec != "utf-8-sig" or file.read(3) == b"\xef\xbb\xbf" else "utf-8"


def table(source: Path, target: Path, kinds: Kinds) -> None:
    csv.field_size_limit(_LONGEST_FIELD)
    codec = plain.codec_of(source)
    with (
        source.open(encoding=codec, errors="replace", newline="") as file,
        target.open("w", encoding=_written(source, codec), newline="") as out,
    ):
        sample = file.read(4096)
        file.seek(0)
        delimiter = max(",\t;", key=sample.count)
        ending = "\r\n" if "\r\n" in sample else "\n"
        writer = csv.writer(out, delimiter=delimiter, lineterminator=ending)
        header: list[str] = []
        for number, row in enumerate(csv.reader(file, delimiter=delimiter)):
            header = header or row
            writer.writerow(_row(row, header if number else [], kinds))


def _row(row: list[str], header: list[str], kinds: Kinds) -> list[str]:
    around = " ".join(row)[:1000]
    leads = [f"{title}: " if title else "" for title in header] + [""] * len(row)
    return [
        masked(cell, kinds, lead=lead, around=around)
        for cell, lead in zip(row, leads, strict=False)
    ]


def json_(source: Path, target: Path, kinds: Kinds) -> None:
    """Documents one after the other stay so; how they were indented is not kept."""
    content = source.read_text(plain.codec_of(source)).lstrip("\ufeff")
    decoder, at, parts = json.JSONDecoder(), 0, []
    while at < len(content):
        if content[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(content, at)
        parts.append(_value(value, kinds, ""))
    indent = 2 if len(parts) == 1 else None
    lines = (json.dumps(each, ensure_ascii=False, indent=indent) for each in parts)
    target.write_text("\n".join(lines) + "\n", "utf-8")


def _value(value: Any, kinds: Kinds, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _value(each, kinds, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_value(each, kinds, key) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    told = str(value)
    new = masked(told, kinds, lead=f"{key}: " if key else "")
    return value if new == told else new


def mail(source: Path, target: Path, kinds: Kinds) -> None:
    """A plain text of headers and bodies; attachments are uploaded by themselves."""
    with target.open("w", encoding="utf-8") as out:
        for piece in structured.read_mail(source, lambda _extension: None):
            out.write(masked(piece.text.replace("\r\n", "\n"), kinds) + "\n")


def document(source: Path, target: Path, kinds: Kinds) -> None:
    _parts(source, target, lambda _name, root: _mask_root(root, kinds))


def workbook(source: Path, target: Path, kinds: Kinds) -> None:
    """A cell is judged with its column and row; shared strings are then masked where they stand."""
    with zipfile.ZipFile(source) as archive:
        shared = office.shared_strings(archive)
        sheets = {name for _title, name in office.sheets(archive)}
        marks: dict[int, list[Hit]] = {}
        roots = {name: blocks.parse(archive, name) for name in sorted(sheets)}
    for root in roots.values():
        if root is not None:
            _mask_sheet(root, shared, kinds, marks)

    def change(name: str, root: Any) -> Any:
        if name in sheets:
            return roots[name]
        if name == "xl/sharedStrings.xml":
            _mask_shared(root, marks)
        return _mask_root(root, kinds)

    _parts(source, target, change)


def _parts(source: Path, target: Path, change: Callable[[str, Any], Any]) -> None:
    """Copy the archive with every XML part changed, without previews of the old content."""
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            name = entry.filename
            if name.lower().startswith(_LEFT_OUT) or entry.is_dir():
                continue
            data = old.read(entry)
            if name.lower().endswith((".xml", ".rels", ".vml", ".hpf")):
                root = blocks.parse(old, name)
                if root is not None:
                    data = etree.tostring(
                        change(name, root), xml_declaration=True, encoding="UTF-8", standalone=True
                    )
            stored = name == "mimetype"
            new.writestr(name, data, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)


def _mask_root(root: Any, kinds: Kinds) -> Any:
    seen: set[int] = set()
    for block in blocks.blocks(root):
        seen.update(map(id, block.nodes))
        hits = _hits(block.text, kinds, "", blocks.row_text(block))
        if hits:
            write_over(block, hits)
    for element in root.iter():
        if id(element) not in seen and element.text and isinstance(element.tag, str):
            element.text = masked(element.text, kinds)
        for name, value in element.attrib.items() if isinstance(element.tag, str) else ():
            if name.rpartition("}")[2] in _ATTRIBUTES:
                element.set(name, masked(value, kinds))
    return root


def write_over(block: blocks.Block, hits: list[Hit]) -> None:
    """Put masks over the runs of a paragraph: the first run that a hit touches gets all of it."""
    at = 0
    for node in block.nodes:
        own = blocks.text_of(node)
        start, end, at = at, at + len(own), at + len(own)
        if blocks.local(node) in blocks.SPACES:
            continue
        parts, here = [], start
        for hit in hits:
            if hit.end <= start or hit.start >= end:
                continue
            parts.append(own[here - start : max(hit.start, start) - start])
            if hit.start >= start:
                parts.append(hit.masked)
            here = min(hit.end, end)
        node.text = "".join([*parts, own[here - start :]])


def _mask_sheet(root: Any, shared: list[str], kinds: Kinds, marks: dict[int, list[Hit]]) -> None:
    headers: dict[str, str] = {}
    for row in root.iter("{*}row"):
        cells = [cell for cell in row if blocks.local(cell) == "c"]
        texts = {cell.get("r", ""): office.value_of(cell, shared) for cell in cells}
        around = " ".join(text for text in texts.values() if text)[:1000]
        for cell in cells:
            told = texts[cell.get("r", "")]
            header = headers.get(office.column_of(cell.get("r", "")), "")
            hits = _hits(told, kinds, f"{header}: " if header else "", around)
            if hits:
                _mask_cell(cell, told, hits, marks)
        headers = office.headers_of(texts, headers)


def _mask_cell(cell: Any, told: str, hits: list[Hit], marks: dict[int, list[Hit]]) -> None:
    value = next((each for each in cell if blocks.local(each) == "v"), None)
    if cell.get("t") == "s" and value is not None:
        marks[int(value.text)] = hits
        return
    for each in list(cell):
        cell.remove(each)  # a formula would bring the number back
    cell.set("t", "inlineStr")
    space = cell.tag.rpartition("}")[0] + "}" if "}" in cell.tag else ""
    inline = etree.SubElement(etree.SubElement(cell, f"{space}is"), f"{space}t")
    inline.text = detecting.mask(told, hits)


def _mask_shared(root: Any, marks: dict[int, list[Hit]]) -> None:
    for number, item in enumerate(root):
        if number in marks:
            nodes = [node for node in item.iter() if blocks.local(node) == "t"]
            write_over(blocks.Block(item, nodes), marks[number])
