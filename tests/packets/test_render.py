"""Drawing is a pure function of the manifest: the same bytes twice, no boxes, nothing fetched."""

import io
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pypdfium2
import pytest
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from compliance.packets import fonts
from compliance.packets import render as rendering
from compliance.packets.fetcher import BASE, Locked
from compliance.packets.press.store import Store
from tests.packets.samples import make_assessment, make_manifest, make_submission, read_sample

OURS = {"GatepassSans-Regular", "GatepassSansBold", "GatepassSerif-Regular"}


class Drawn(NamedTuple):
    pdf: bytes
    pages: int
    missing: list[str]
    told: list[tuple[int, int, str]]


def draw(manifest, edition) -> Drawn:
    told: list[tuple[int, int, str]] = []
    made = rendering.plan(manifest, edition)
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        rendering.compile_missing(
            made,
            store,
            read_sample,
            lambda now: told.append((now.finished, len(now.there), now.name)),
        )
        drawn = rendering.link(made, store, out, read_sample)
    return Drawn(out.getvalue(), drawn.pages, drawn.missing, told)


def render(manifest, edition) -> bytes:
    return rendering.render(manifest, edition, read_sample)


@pytest.fixture(scope="module")
def drawing():
    return draw(make_manifest(), "ko")


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def glyphs_of(pdf: bytes) -> set[int]:
    """Every glyph id that any page draws; all fonts are Identity-H, two bytes a glyph."""
    found: set[int] = set()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) not in {"Tj", "TJ"}:
                    continue
                parts = operands[0] if str(operator) == "TJ" else [operands[0]]
                for part in parts:
                    if isinstance(part, pikepdf.String):
                        raw = bytes(part)
                        found |= {
                            int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)
                        }
    return found


def fonts_of(pdf: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return {
            str(each.FontName).split("+")[-1].rstrip(",")
            for each in document.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor"
        }


def test_the_same_manifest_is_the_same_bytes(drawing):
    assert render(make_manifest(), "ko") == drawing.pdf


def test_another_manifest_is_another_document(drawing):
    assert render(make_manifest(scope="다른 범위"), "ko") != drawing.pdf


def test_no_page_draws_a_missing_glyph(drawing):
    glyphs = glyphs_of(drawing.pdf)
    assert len(glyphs) > 100
    assert 0 not in glyphs


def test_only_the_packets_own_fonts_are_used(drawing):
    assert fonts_of(drawing.pdf) == OURS


def test_a_character_without_a_glyph_is_named_and_reported():
    assert fonts.missing_glyphs("가☐😀") == ["☐", "😀"]
    drawn = draw(make_manifest(scope="범위 ☐ 확인 😀"), "ko")
    text = text_of(drawn.pdf)
    assert drawn.missing == ["☐", "😀"]
    assert "[U+2610]" in text
    assert "[U+1F600]" in text
    assert "GRINNING FACE" in text
    assert 0 not in glyphs_of(drawn.pdf)
    assert fonts_of(drawn.pdf) == OURS


def test_hangul_in_pieces_is_composed():
    assert fonts.visible("\u1100\u1161") == "가"


def test_the_story_is_all_there(drawing):
    text = re.sub(r"\s+", "", text_of(drawing.pdf))
    for words in (
        "GP-2026-0001",
        "만나배달",
        "배달의민족",
        "제1차",
        "비공식참조프로파일입니다.",
        "OI-NET-03",
        "영역마다방화벽을두고",
        "E-30",
        "차지연",
        "Nmap7.93",
        "보완조치내역서",
        "정책118번을폐기하고",
        "확인서",
        "서명또는인",
        "한눈에보기",
        "근거추적표",
        "라이더앱의화면마스킹은",
    ):
        assert words in text, words


def test_each_file_stands_in_the_hash_manifest(drawing):
    text = re.sub(r"\s+", "", text_of(drawing.pdf))
    digest = make_manifest()["assessments"][0]["evidence"][0]["files"][0]["sha256"]
    assert text.count(digest[:32]) >= 2


def test_the_english_edition_speaks_english():
    text = text_of(render(make_manifest(), "en"))
    assert "Access control of the order-integration segment" in text
    assert "Corrective-action statement" in text
    assert "보완조치 내역서" not in text


def test_the_contents_and_the_outline_lead_to_the_pages(drawing):
    with pikepdf.open(io.BytesIO(drawing.pdf)) as document:
        with document.open_outline() as outline:
            titles = [item.title for item in outline.root]
        links = [
            note
            for page in document.pages
            for note in page.get("/Annots", [])
            if note.get("/Subtype") == "/Link"
        ]
    assert "영역별 총괄표" in titles
    assert len(links) > 8


def test_markup_in_a_statement_stays_text():
    evil = '<img src="file:///etc/passwd"><b>굵게</b> @import url(http://127.0.0.1/x)'
    made = rendering.plan(make_manifest(scope=evil), "ko")
    (overview,) = [each for each in made.sections if each.key == "overview"]
    html = rendering.compose(overview, "ko")
    assert "<img" not in html
    assert "&lt;b&gt;" in html
    assert evil in text_of(render(make_manifest(scope=evil), "ko")).replace("\r\n", "")


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1/x", "data:,x"])
def test_the_renderer_may_open_nothing_else(address):
    html = HTML(string=f'<img src="{address}">', base_url=BASE, url_fetcher=Locked({}))
    with pytest.raises(FatalURLFetchingError, match="may not open"):
        html.write_pdf()


def test_a_statement_of_twenty_thousand_letters_without_a_space_is_drawn():
    long = make_assessment(implementation="가" * 20_000)
    drawn = draw(make_manifest(assessments=[long]), "ko")
    assert text_of(drawn.pdf).count("가") >= 20_000


def test_an_empty_application_says_so_in_words():
    bare = make_manifest(
        assessments=[],
        scans=[],
        findings=[],
        tasks=[],
        gaps=[],
        scope="",
        mapping_sets=[],
        submission=make_submission(scope_items=[], personal_data="", diagrams=[]),
    )
    text = text_of(render(bare, "ko"))
    assert "입력된 내용이 없습니다." in text
    assert "이 제출본에는 파일이 없습니다." in text


def test_progress_names_each_section(drawing):
    done, totals, names = zip(*drawing.told, strict=True)
    assert list(done) == sorted(done)
    assert set(totals) == {done[-1]}
    assert "영역별 총괄표" in names
