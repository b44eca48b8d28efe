"""Diagrams: a page each, lying where they are wide, vectors where they came as such, fetching nothing."""

import io

import page
import pikepdf
import pypdfium2
import pytest

from compliance.packets import render
from compliance.packets.press import linking, parts, vectors
from compliance.packets.section import Section
from tests.packets.samples import SVG, make_picture
from tests.packets.test_exhibits import ABOUT, is_archival, locked, paper
from tests.packets.test_render import text_of


def diagram(data: bytes, media_type: str, form: str = "diagram") -> bytes:
    file = {"name": "구성도.svg", "sha256": "ab" * 32, "size": len(data), "media_type": media_type}
    inputs = {"file": file, "number": "E-50", "title": "구성도", "version": 2}
    section = Section("diagram-network_diagram", "네트워크 구성도", form, 2, inputs)
    part = render.compile_section(section, "ko", lambda _sha256: data)
    out = io.BytesIO()
    linking.link(out, [linking.Piece(part, lambda base: parts.place(part, base))], ABOUT)
    return out.getvalue()


def sizes(data: bytes) -> list[tuple[float, float]]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [each.get_size() for each in document]
    finally:
        document.close()


def svg(wide: int, tall: int, inner: str = '<rect width="9" height="9"/>') -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {wide} {tall}">{inner}</svg>'
    ).encode()


@pytest.mark.parametrize(("shape", "lies"), [((900, 400), True), ((400, 900), False)])
@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_wide_diagram_lies(shape, lies, kind):
    data = svg(*shape) if kind == "svg" else make_picture(shape)
    ((wide, tall),) = sizes(diagram(data, "image/svg+xml" if kind == "svg" else "image/png"))
    assert (wide > tall) == lies
    assert sorted((wide, tall)) == pytest.approx([595.28, 841.89], abs=1)


def test_it_says_number_title_version_and_digest():
    text = text_of(diagram(make_picture(), "image/png"))
    for said in ("네트워크 구성도", "E-50", "v2", "ab" * 32):
        assert said in text


def pictures_in(data: bytes) -> int:
    with pikepdf.open(io.BytesIO(data)) as document:
        streams = [each for each in document.objects if isinstance(each, pikepdf.Stream)]
        return len([each for each in streams if each.get("/Subtype") == "/Image"])


def test_an_svg_stays_a_drawing_with_its_words():
    data = diagram(SVG, "image/svg+xml")
    assert is_archival(data)
    assert pictures_in(data) == 0
    assert "연동 서버" in text_of(data)


def test_a_pdf_stays_a_drawing_with_its_words():
    data = diagram(paper(), "application/pdf")
    assert is_archival(data)
    assert pictures_in(data) == 0
    assert "GP-2026-0001" in text_of(data)
    assert len(sizes(data)) == 2


def test_a_diagram_with_a_password_leaves_a_note():
    assert "암호가 걸린 파일" in text_of(diagram(locked(), "application/pdf"))


@pytest.mark.parametrize("data", [b"<svg", b"<html/>", svg(0, 0), svg(1, 9000), b"\x00" * 100])
def test_what_is_no_drawing_leaves_a_note(data):
    assert "쪽으로 보여 줄 수 없는 파일" in text_of(diagram(data, "image/svg+xml"))


FETCHING = [
    '<image href="http://127.0.0.1:9/a.png" width="9" height="9"/>',
    '<image xlink:href="file:///etc/passwd" width="9" height="9"/>',
    '<use xlink:href="http://127.0.0.1:9/a.svg#x"/>',
    '<style>@import url(http://127.0.0.1:9/a.css); rect{fill:url(http://127.0.0.1:9/a)}</style>',
    '<style>@font-face{font-family:x;src:url(file:///etc/passwd)}</style>',
    '<rect width="9" height="9" fill="url(http://127.0.0.1:9/a#b)"/>',
    '<rect width="9" height="9" style="fill:url(\'file:///etc/passwd\')"/>',
    '<rect width="9" height="9" style="fill:u\\72l(http://127.0.0.1:9/a)"/>',
    '<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="http://127.0.0.1:9/"/></foreignObject>',
    '<filter id="f"><feImage href="http://127.0.0.1:9/a.png"/></filter><rect filter="url(#f)" width="9" height="9"/>',
    '<script href="http://127.0.0.1:9/a.js">alert(1)</script>',
    '<rect width="9" height="9" onload="alert(1)"/>',
]  # fmt: skip


@pytest.mark.parametrize("inner", FETCHING)
def test_an_svg_that_fetches_opens_nothing(inner):
    """The renderer stops at any address, so that a drawing that is drawn named none."""
    kept = vectors.clean(svg(100, 50, inner + '<text x="9" y="20">남은 글</text>'))[0].decode()
    for word in ("127.0.0.1", "passwd", "script", "onload", "foreignObject", "import"):
        assert word not in kept
    assert "남은 글" in text_of(
        diagram(svg(100, 50, inner + '<text x="9" y="20">남은 글</text>'), "image/svg+xml")
    )


def test_entities_of_an_svg_are_refused():
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + svg(
        9, 9, "<text>&b;</text>"
    )
    with pytest.raises(vectors.Undrawable):
        vectors.clean(bomb)


@pytest.mark.parametrize(
    "inner",
    [
        '<g id="a"><use href="#a"/></g>',
        '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
        "".join(
            f'<g id="g{n}">' + f'<use href="#g{n + 1}"/>' * 10 + "</g>" for n in range(8)
        ) + '<g id="g8"><rect width="1" height="1"/></g>',
        "<g>" * 200 + "</g>" * 200,
    ],
)  # fmt: skip
def test_an_svg_that_would_never_end_is_refused(inner):
    with pytest.raises(vectors.Undrawable):
        vectors.clean(svg(9, 9, inner))


def test_its_own_fonts_and_missing_glyphs_do_not_come_along():
    kept = vectors.clean(
        svg(99, 9, '<text font-family="Arial">가☐<tspan font-weight="bold">나</tspan></text>')
    )[0]
    text = kept.decode()
    assert "Arial" not in text
    assert "[U+2610]" in text
    assert 'font-family="Gatepass Sans Bold"' in text


def test_the_drawing_is_the_same_bytes_every_time():
    assert vectors.as_pdf(SVG) == vectors.as_pdf(SVG)


def test_an_svg_among_the_evidence_is_drawn_too():
    file_form = diagram(SVG, "image/svg+xml", form="exhibit")
    assert "연동 서버" in text_of(file_form)
    report = page.validate_pdf_bytes(file_form, profile=page.ValidationProfile.PDF_A_3A)
    assert report.is_compliant
