"""Text of a PDF with the place of every character; scanned pages by OCR."""

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from compliance.vault.personal import pictures
from compliance.vault.personal.pieces import Box, Piece, Unreadable

# A page with less text than this is a picture of a page.
_SCANNED = 12
_MOST_SCANNED = 30
_DOTS = 200 / 72
_SIDE = 100_000
_LINE = 0.004


def read(path: Path) -> Iterator[Piece]:
    scanned = 0
    try:
        with pypdfium2.PdfDocument(path) as pdf:
            for number in range(1, len(pdf) + 1):
                page = pdf[number - 1]
                texts = page.get_textpage()
                text = texts.get_text_range()
                if len(text.strip()) >= _SCANNED:
                    yield _piece(page, texts, text, number)
                elif scanned < _MOST_SCANNED and pictures.is_installed():
                    scanned += 1
                    yield from pictures.lines_of(page.render(scale=_DOTS).to_pil(), number)
                texts.close()
                page.close()
    except pypdfium2.PdfiumError as fault:
        raise Unreadable from fault
    yield from _notes(path)


def _piece(page: Any, texts: Any, text: str, number: int) -> Piece:
    """Boxes are asked for while the piece is at hand: the page is closed after it."""

    def boxes_of(start: int, end: int) -> list[Box]:
        boxes: list[Box] = []
        for at in range(start, end):
            box = _on_page(page, texts.get_charbox(at, loose=True), number)
            if box[3] <= box[1] or box[4] <= box[2]:
                continue  # a space or a line end has no body
            if boxes and _goes_on(boxes[-1], box):
                boxes[-1] = _joined(boxes[-1], box)
            else:
                boxes.append(box)
        return boxes

    return Piece(text, {"page": number}, boxes_of=boxes_of)


def _goes_on(line: Box, box: Box) -> bool:
    """The same line, written across the page or, on a turned one, along it."""
    return abs(line[2] - box[2]) < _LINE or abs(line[1] - box[1]) < _LINE


def _on_page(page: Any, box: tuple[float, float, float, float], number: int) -> Box:
    """Turn points of the PDF to parts of the page as it is shown, turned and cut as it says."""
    left, bottom, right, top = box
    first, second = _shown(page, left, top), _shown(page, right, bottom)
    xs, ys = sorted((first[0], second[0])), sorted((first[1], second[1]))
    return (number, xs[0], ys[0], xs[1], ys[1])


def _shown(page: Any, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, _SIDE, _SIDE, 0, x, y, across, down)
    return (
        min(max(across.value / _SIDE, 0.0), 1.0),
        min(max(down.value / _SIDE, 0.0), 1.0),
    )


def _joined(one: Box, other: Box) -> Box:
    return (one[0], min(one[1], other[1]), min(one[2], other[2]), max(one[3], other[3]),
            max(one[4], other[4]))  # fmt: skip


def _notes(path: Path) -> Iterator[Piece]:
    """Comments and filled fields are no part of a page's text."""
    with pikepdf.open(path, suppress_warnings=True) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            for note in page.get("/Annots", []):
                for key in ("/Contents", "/V"):
                    value = note.get(key) if isinstance(note, pikepdf.Dictionary) else None
                    if isinstance(value, pikepdf.String):
                        yield Piece(str(value), {"page": number, "part": "note"})
