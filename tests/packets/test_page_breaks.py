"""Where pages and lines end: no box alone, no single row overleaf, no head of a column cut in a word."""

import io
import re

import pypdfium2
import pytest
from weasyprint.formatting_structure.boxes import LineBox, TableCellBox, TextBox

from compliance.packets import render, tables, words
from compliance.packets.drawing import compose, style
from compliance.packets.editions import STYLES, flat, speaking
from compliance.packets.press.breaking import broken
from compliance.packets.press.compiling import laid_out
from compliance.packets.press.keeping import kept
from compliance.packets.press.laying import HEAD_SIZE, PAD, Cell, Column, Flow, Span
from compliance.packets.press.shaping import shape
from tests.packets.samples import make_assessment, make_manifest, make_second_round


def sections_of(edition):
    manifest = make_second_round()[0]
    manifest["assessments"][0]["verdict"] = "inconclusive"
    manifest["findings"][0]["severity"] = "info"
    return render.plan(manifest, edition).sections


class _Tables(Flow):
    """Notes the heads of the tables that are written, and the words of their cells."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.texts: list[tuple[Column, Span]] = []

    def table(self, columns, rows):
        self.texts += [(each, Span(each.title, HEAD_SIZE, "bold")) for each in columns]
        shown = [*rows]
        for row in shown:
            self.texts += [(columns[at], span) for at, cell in enumerate(row) for span in cell]
        super().table(columns, shown)


@pytest.mark.parametrize("edition", STYLES)
def test_no_word_of_a_head_or_a_verdict_is_cut_in_drawn_tables(edition):
    texts = []
    with speaking(edition):
        known = {flat(str(each)) for book in words.BOOKS.values() for each in book.values()}
        for section in sections_of(edition):
            if section.form in tables.FORMS:
                flow = _Tables(section.key)
                tables.FORMS[section.form](flow, section)
                texts += flow.texts
    heads = [(column, span) for column, span in texts if span.text == column.title]
    said = [(column, span) for column, span in texts if span.text in known]
    assert len(heads) >= 20
    assert len(said) >= 4
    for column, span in heads + said:
        lines = broken(shape(span.text, span.face), span.size, column.wide - 2 * PAD)
        found = [word for line in lines for word in "".join(each.text for each in line).split()]
        assert found == span.text.split()


@pytest.mark.parametrize("edition", STYLES)
def test_no_word_of_a_head_is_cut_in_composed_tables(edition):
    count, cut = 0, []
    for section in sections_of(edition):
        if section.is_file or section.form in tables.FORMS or section.picture:
            continue
        for head in heads_in(compose(section, edition)):
            count += 1
            shown = {word for line in lines_of(head) for word in line.split()}
            wanted = "\n".join(head.element.itertext()).split()
            cut += [(section.key, word) for word in wanted if word not in shown]
    assert count > 50
    assert not cut


def heads_in(html):
    for sheet in laid_out(html, style()).pages:
        for box in sheet._page_box.descendants():
            if isinstance(box, TableCellBox) and box.element_tag == "th":
                yield box


def lines_of(box):
    for line in box.descendants():
        if isinstance(line, LineBox):
            yield "".join(each.text for each in line.descendants() if isinstance(each, TextBox))


def test_the_last_rows_are_kept_together():
    assert [*kept(range(6), 3)] == [[0], [1], [2], [3, 4, 5]]
    assert [*kept(range(3), 3)] == [[0], [1], [2]]
    assert [*kept([], 3)] == []


def texts_of(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    return [each.get_textpage().get_text_range() for each in document]


def drawn_rows(count: int) -> list[int]:
    """How many rows stand on each page of a table of *count* rows."""
    flow = Flow("t")
    flow.heading("표")
    rows: list[list[Cell]] = [[[Span(f"row{number}")]] for number in range(count)]
    flow.table([Column("머리", 1)], rows)
    pages = texts_of(linked(flow.finish()))
    assert all("머리" in text for text in pages)
    return [len(re.findall(r"row\d+", text)) for text in pages]


def test_no_row_stands_alone_on_the_last_page():
    full = drawn_rows(70)[0]
    assert drawn_rows(full) == [full]
    assert drawn_rows(full + 1) == [full - 2, 3]
    assert drawn_rows(full + 3) == [full, 3]
    assert drawn_rows(2 * full + 1)[-1] >= 3


def linked(part) -> bytes:
    from compliance.packets.press import linking
    from compliance.packets.press.metadata import About
    from compliance.packets.press.parts import place

    out = io.BytesIO()
    about = About("-", "-", "-", "ko", "2000-01-01T00:00:00+00:00", "0" * 32)
    linking.link(out, [linking.Piece(part, lambda base: place(part, base))], about)
    return out.getvalue()


@pytest.mark.parametrize("lines", range(18, 40, 3))
def test_the_verdict_box_never_stands_alone(lines):
    """However long a sheet is, something of it stands on the page of the box."""
    manifest = make_manifest()
    words = "\n".join(f"점검 {number}번 줄" for number in range(lines))
    manifest["assessments"] = [
        make_assessment(implementation=words, evidence=manifest["assessments"][0]["evidence"])
    ]
    (sheet,) = (
        each for each in render.plan(manifest, "ko-review").sections if each.form == "requirement"
    )
    pages = texts_of(linked(render.compile_section(sheet, "ko-review", lambda _digest: b"")))
    (page,) = (text for text in pages if "심사자 판정" in text)
    assert page.index("심사자 판정") > len("점검결과")
