"""XLSX by cell; DOCX, PPTX and HWPX by paragraph; HWP 5 by paragraph."""

import re
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import olefile
from lxml import etree

from compliance.vault import _hangul
from compliance.vault.personal import blocks
from compliance.vault.personal.pieces import Piece, Unreadable
from compliance.vault.problems import Problem

_PARA_TEXT = 67
_LONG = 0xFFF
# Controls of one character; all other ones below 32 take eight.
_SINGLE = {0, 10, 13, 24, 25, 26, 27, 28, 29, 30, 31}
_REST = re.compile(r"xl/(comments\d*|drawings/drawing\d+|threadedComments/.+)\.xml$")
_LETTERS = re.compile(r"^[A-Z]+")


def read_docx(path: Path) -> Iterator[Piece]:
    yield from _paragraphs(
        path, r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\d*\.xml"
    )


def read_hwpx(path: Path) -> Iterator[Piece]:
    yield from _paragraphs(path, r"Contents/section\d+\.xml")


def read_pptx(path: Path) -> Iterator[Piece]:
    with zipfile.ZipFile(path) as archive:
        for name in _named(archive, r"ppt/(slides|notesSlides)/\w+?\d+\.xml"):
            more = {"part": "notes"} if "notes" in name else {}
            for piece in _part(archive, name):
                yield piece.within(slide=blocks.number_in(name), **more)


def _paragraphs(path: Path, pattern: str) -> Iterator[Piece]:
    with zipfile.ZipFile(path) as archive:
        for name in _named(archive, pattern):
            part = name.rpartition("/")[2].removesuffix(".xml")
            plain = part == "document" or part.startswith("section")
            for piece in _part(archive, name):
                yield piece if plain else piece.within(part=part)


def _named(archive: zipfile.ZipFile, pattern: str) -> list[str]:
    names = [each for each in archive.namelist() if re.fullmatch(pattern, each)]
    return sorted(names, key=lambda each: (blocks.number_in(each), each))


def _part(archive: zipfile.ZipFile, name: str) -> Iterator[Piece]:
    root = blocks.parse(archive, name)
    if root is None:
        return
    for number, block in enumerate(blocks.blocks(root), 1):
        yield Piece(block.text, {"paragraph": number}, around=blocks.row_text(block))


def read_xlsx(path: Path) -> Iterator[Piece]:
    with zipfile.ZipFile(path) as archive:
        shared = shared_strings(archive)
        for title, name in sheets(archive):
            yield from _sheet(archive, name, title, shared)
        for name in archive.namelist():
            if _REST.match(name):
                part = name.rpartition("/")[2].removesuffix(".xml")
                yield from (piece.within(part=part) for piece in _part(archive, name))


def sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Return (title, part) of the sheets, as far as the workbook says which is which."""
    book = next((n for n in archive.namelist() if re.fullmatch(r"xl/workbook\d*\.xml", n)), "")
    relations = f"xl/_rels/{book.rpartition('/')[2]}.rels"
    parts = set(archive.namelist())
    root = blocks.parse(archive, book) if book else None
    links = blocks.parse(archive, relations) if relations in parts else None
    targets = {
        each.get("Id"): each.get("Target", "") for each in (links if links is not None else ())
    }
    found = []
    for each in root.iter() if root is not None else ():
        if blocks.local(each) == "sheet":
            link = next((v for k, v in each.attrib.items() if k.endswith("}id")), "")
            target = targets.get(link, "").lstrip("/")
            found.append(
                (each.get("name", ""), target if target.startswith("xl/") else f"xl/{target}")
            )
    known = [(title, part) for title, part in found if part in parts]
    left = [
        n for n in _named(archive, r"xl/worksheets/\w+\.xml") if n not in {p for _t, p in known}
    ]
    return known + [(name.rpartition("/")[2], name) for name in left]


def shared_strings(archive: zipfile.ZipFile) -> list[str]:
    name = "xl/sharedStrings.xml"
    if name not in archive.namelist():
        return []
    root = blocks.parse(archive, name)
    if root is None:
        raise Unreadable
    return [
        "".join(node.text or "" for node in each.iter() if blocks.local(node) == "t")
        for each in root
    ]


def _sheet(archive: zipfile.ZipFile, name: str, title: str, shared: list[str]) -> Iterator[Piece]:
    headers: dict[str, str] = {}
    with archive.open(name) as file:
        for _event, row in etree.iterparse(
            file, tag="{*}row", resolve_entities=False, no_network=True, huge_tree=False
        ):
            cells = [(c.get("r", ""), value_of(c, shared)) for c in row if blocks.local(c) == "c"]
            filled = [(place, text) for place, text in cells if text]
            yield from _cells(filled, title, headers)
            headers = headers_of(dict(filled), headers)
            row.clear()


def value_of(cell: Any, shared: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(node.text or "" for node in cell.iter() if blocks.local(node) == "t")
    value = next((each.text or "" for each in cell if blocks.local(each) == "v"), "")
    if kind == "s" and value.isdigit():
        return shared[int(value)] if int(value) < len(shared) else ""
    return _whole(value) if kind == "n" else value


def _whole(value: str) -> str:
    """Spreadsheets write large whole numbers as 4.111E+15."""
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if number.is_integer() and abs(number) < 1e17 else value


def _cells(cells: list[tuple[str, str]], title: str, headers: dict[str, str]) -> Iterator[Piece]:
    around = " ".join(text for _place, text in cells)[:1000]
    for place, text in cells:
        if any(char.isdigit() or char == "@" for char in text):
            header = headers.get(column_of(place), "")
            lead = f"{header}: " if header else ""
            yield Piece(text, {"sheet": title, "cell": place}, lead=lead, around=around)


def headers_of(texts: dict[str, str], before: dict[str, str]) -> dict[str, str]:
    """A row of words names the columns below it; any other row leaves the names as they were."""
    filled = {place: text for place, text in texts.items() if text}
    if len(filled) < 2 or any(char.isdigit() for text in filled.values() for char in text):
        return before
    return {column_of(place): text[:60] for place, text in filled.items()}


def column_of(place: str) -> str:
    found = _LETTERS.match(place)
    return found[0] if found else ""


def read_hwp(path: Path) -> Iterator[Piece]:
    """The text records of every section."""
    numbers = count(1)
    try:
        with olefile.OleFileIO(path) as ole:
            compressed = bool(_hangul.header_flags(ole) & _hangul.COMPRESSED)
            names = [each for each in ole.listdir() if each[0] == "BodyText"]
            for name in sorted(names, key=lambda each: (len(each[-1]), each[-1])):
                data = _hangul.content_of(ole, name, compressed=compressed)
                for text in _hwp_texts(data):
                    yield Piece(text, {"paragraph": next(numbers)})
    except (OSError, Problem) as fault:
        raise Unreadable from fault


def _hwp_texts(data: bytes) -> Iterator[str]:
    at = 0
    while at + 4 <= len(data):
        head = int.from_bytes(data[at : at + 4], "little")
        size, at = head >> 20, at + 4
        if size == _LONG:
            size, at = int.from_bytes(data[at : at + 4], "little"), at + 4
        if head & 0x3FF == _PARA_TEXT:
            yield _hwp_text(data[at : at + size])
        at += size


def _hwp_text(data: bytes) -> str:
    chars, at = [], 0
    while at + 2 <= len(data):
        code = int.from_bytes(data[at : at + 2], "little")
        if code >= 32:
            chars.append(data[at : at + 2])
        else:
            chars.append(b"\t\0" if code == 9 else b"\n\0" if code in (10, 13) else b"")
        at += 2 if code >= 32 or code in _SINGLE else 16
    return b"".join(chars).decode("utf-16-le", "replace").rstrip("\n")
