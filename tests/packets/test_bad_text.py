"""Bad input in what people write: nothing is lost, nothing is run or opened, no letter is a box."""

import io
import re
import time

import page
import pytest

from compliance.packets import render
from compliance.packets.editions import CLOSE, OPEN
from compliance.packets.press import linking, parts
from tests.packets.samples import both, make_assessment, make_check, make_manifest, make_task
from tests.packets.test_editions import drawn
from tests.packets.test_exhibits import ABOUT
from tests.packets.test_render import draw, fonts_of, glyphs_of, text_of

OWN_FONTS = {"GatepassSans-Regular", "GatepassSansBold", "GatepassSerif-Regular"}


def sheet(edition: str = "ko", **more) -> bytes:
    """The document of one requirement's sheet."""
    manifest = make_manifest(assessments=[make_assessment(**more)])
    section = next(
        each for each in render.plan(manifest, edition).sections if each.form == "requirement"
    )
    part = render.compile_section(section, edition, lambda _sha256: b"")
    out = io.BytesIO()
    linking.link(out, [linking.Piece(part, lambda base: parts.place(part, base))], ABOUT)
    return out.getvalue()


def letters(data: bytes) -> str:
    return re.sub(r"\s+", "", text_of(data))


@pytest.mark.parametrize("text", ["가" * 200_000, "a" * 200_000, "낱말 " * 66_667, "&" * 50_000])
def test_a_statement_of_two_hundred_thousand_characters_loses_none(text):
    begun = time.process_time()
    found = letters(sheet(implementation=text))
    assert found.count(text[0]) >= text.count(text[0])
    # Generous: it grows with the length, where a square of it would take minutes.
    assert time.process_time() - begun < 60


def test_a_word_without_spaces_stays_on_the_page():
    import pypdfium2

    document = pypdfium2.PdfDocument(sheet(implementation="x" * 5000, reason="/" * 3000))
    try:
        for each in document:
            wide = each.get_size()[0]
            words = each.get_textpage()
            for index in range(words.count_rects()):
                assert words.get_rect(index)[2] <= wide - 50
    finally:
        document.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("완료 😀👩‍💻", "[U+1F600]"),
        ("확인 ☑", "[U+2611]"),
        ("العربية", "[U+0627]"),
        ("עברית", "[U+05E2]"),
        ("가\u202e나", "[U+202E]"),
        ("\ue000", "[U+E000]"),
        (f"{OPEN}몰래{CLOSE}", "몰래"),
        ("\u0000\u0007", "[U+0007]"),
    ],
)
def test_a_letter_without_a_glyph_is_named_never_a_box(text, said):
    drawn_ = draw(make_manifest(scope=text), "ko")
    assert said in text_of(drawn_.pdf)
    assert 0 not in glyphs_of(drawn_.pdf)
    assert fonts_of(drawn_.pdf) == OWN_FONTS
    if said.startswith("[U+"):
        assert chr(int(said[3:-1], 16)) in drawn_.missing


def test_letters_without_a_glyph_are_named_in_the_remarks():
    data = draw(make_manifest(scope="서명 ☐ 확인"), "ko").pdf
    assert "U+2610 BALLOT BOX" in text_of(data)


@pytest.mark.parametrize("text", ["ᄒᆞᆫ글", "나랏〮말〯ᄊᆞ미", "ꥠᅡ"])
def test_old_hangul_is_drawn_or_named(text):
    data = sheet(implementation=text)
    assert 0 not in glyphs_of(data)
    for profile in (page.ValidationProfile.PDF_A_3A,):
        report = page.validate_pdf_bytes(data, profile=profile)
        assert report.is_compliant, [(each.rule_id, each.message) for each in report.failures]


EVIL = [
    '<img src="http://127.0.0.1:9/a.png">',
    '<link rel="stylesheet" href="file:///etc/passwd">',
    "<style>@import url(http://127.0.0.1:9/a.css)</style>",
    '"><script>alert(1)</script>',
    "</p></div><h1>새 제목</h1>",
    "background: url(file:///etc/passwd)",
    "@import 'http://127.0.0.1:9/x'; } * { display: none }",
    '<svg><image href="http://127.0.0.1:9/a.png"/></svg>',
    "<!-- --><![CDATA[x]]>&lt;b&gt;",
    "{{ settings.SECRET_KEY }}{% load static %}",
]


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("edition", ["ko", "ko-en"])
def test_markup_and_style_from_outside_stay_letters(evil, edition):
    text = letters(
        sheet(edition, implementation=evil, reason=evil, owner=evil, title=both(evil, evil + "!"))
    )
    assert text.count(re.sub(r"\s+", "", evil)) >= 4


@pytest.mark.parametrize("evil", EVIL)
def test_a_task_card_keeps_markup_as_letters(evil):
    task = make_task(title=evil, defect=evil, before=evil, plan=evil, basis=evil, assignee=evil)
    section = next(
        each for each in render.plan(make_manifest(tasks=[task]), "ko").sections
        if each.form == "tasks"
    )  # fmt: skip
    html = render.compose(section, "ko")
    assert "<script" not in html
    assert "<img" not in html
    assert "<style>@" not in html


@pytest.mark.parametrize("text", ["긴 칸 " * 6000, "줄\n" * 700, "가" * 30_000])
def test_a_cell_taller_than_a_page_goes_on_overleaf(text):
    task = make_task(before=text, after="조치함", plan="계획")
    manifest = make_manifest(tasks=[task])
    section = next(each for each in render.plan(manifest, "ko").sections if each.form == "tasks")
    part = render.compile_section(section, "ko", lambda _sha256: b"")
    assert len(part.sheets) > 2
    out = io.BytesIO()
    linking.link(out, [linking.Piece(part, lambda base: parts.place(part, base))], ABOUT)
    assert letters(out.getvalue()).count(text[0]) >= text.count(text[0])


def test_a_row_that_should_not_break_but_is_taller_than_a_page_loses_nothing():
    check = make_check(failing=["가" * 20_000])
    assert letters(sheet(checks=[check])).count("가") >= 20_000


def test_a_document_of_bad_texts_is_archival_in_two_languages():
    evil = "<b>☐😀\u202e" + "w" * 3000
    manifest = make_manifest(
        scope=evil,
        service=evil,
        assessments=[make_assessment(title=both(evil, evil), implementation=evil)],
        tasks=[make_task(title=evil, defect=evil)],
    )
    data = drawn((manifest, _Anything()), "ko-en")
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        report = page.validate_pdf_bytes(data, profile=profile)
        assert report.is_compliant, [(each.rule_id, each.message) for each in report.failures]


class _Anything(dict[str, bytes]):
    def __missing__(self, key: str) -> bytes:
        return b"%PDF-1.7 nothing"
