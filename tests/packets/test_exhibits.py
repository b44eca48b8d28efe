"""Evidence on pages: as it was handed in, in an archival document, with nothing active taken over."""

import io

import page
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from compliance.packets import render
from compliance.packets.contents import Section
from compliance.packets.press import linking, parts
from compliance.packets.press.metadata import About
from tests.packets.samples import make_evidence, make_file, make_manifest
from tests.packets.test_render import text_of
from tests.vault import samples

ABOUT = About("제목", "만나배달", "제출본", "ko", "2026-11-22T16:00:00+09:00", "ab" * 16)
PROFILES = [page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1]


def shown(data: bytes, media_type: str = "application/pdf") -> bytes:
    """The document of one exhibit."""
    file = {"name": "증적.pdf", "sha256": "0" * 64, "size": len(data), "media_type": media_type}
    inputs = {"file": file, "number": "EV-1", "title": "증적", "requirements": []}
    margin = "EV-1 · 증적" if media_type == "application/pdf" else ""
    section = Section("ev-EV-1", "증적", "exhibit", 0, inputs, margin=margin)
    part = render.compile_section(section, "ko", lambda _sha256: data)
    out = io.BytesIO()
    piece = linking.Piece(part, lambda base: parts.place(part, base), margin=margin)
    linking.link(out, [piece], ABOUT)
    return out.getvalue()


def is_archival(data: bytes) -> bool:
    # One exhibit alone begins with a heading of the second level, which PDF/UA would mind.
    found = [
        each.rule_id
        for profile in PROFILES
        for each in page.validate_pdf_bytes(data, profile=profile).failures
    ]
    return not [rule for rule in found if rule != "PDFUA1-HEADING-NESTING-001"]


def image(mode: str, size: tuple[int, int] = (300, 200), kind: str = "PNG", **more) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 0).save(out, kind, **more)
    return out.getvalue()


def paper(**more) -> bytes:
    """A PDF of two pages that was made by the press itself: its fonts are embedded."""
    data = render.render(make_manifest(assessments=[], **more), "ko", lambda _: b"")
    with pikepdf.open(io.BytesIO(data)) as document:
        del document.pages[2:]
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def test_pages_are_taken_over_as_they_are():
    data = shown(paper())
    assert is_archival(data)
    text = text_of(data)
    assert "GP-2026-0001" in text  # text, not a picture of it
    assert "EV-1 · 증적 · 1 / 2" in text


def test_nothing_active_comes_along():
    with pikepdf.open(io.BytesIO(paper())) as document:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        document.Root.OpenAction = script
        document.pages[0].AA = pikepdf.Dictionary(O=script)
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=script
        )
        document.pages[0].Annots = pikepdf.Array([document.make_indirect(note)])
        document.attachments["evil.exe"] = b"MZ"
        out = io.BytesIO()
        document.save(out)
    data = shown(out.getvalue())
    assert is_archival(data)
    with pikepdf.open(io.BytesIO(data)) as taken:
        assert list(taken.attachments) == []
        keys = {
            key for each in taken.objects if isinstance(each, pikepdf.Dictionary) for key in each
        }
        assert "/JS" not in keys
        assert "/OpenAction" not in keys


def test_fonts_that_are_not_embedded_are_printed_as_a_picture():
    data = shown(samples.pdf())
    assert is_archival(data)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_lies_as_its_reader_saw_it(turn):
    with pikepdf.open(io.BytesIO(paper())) as document:
        document.pages[1].Rotate = turn
        out = io.BytesIO()
        document.save(out)
    before, after = (
        pypdfium2.PdfDocument(out.getvalue()),
        pypdfium2.PdfDocument(shown(out.getvalue())),
    )
    try:
        assert after[1].get_size() == pytest.approx(before[1].get_size(), abs=1)
        one, two = (each[1].render(scale=0.2).to_pil().convert("L") for each in (before, after))
        dark = [sum(each.histogram()[:128]) for each in (one, two)]
        assert dark[1] == pytest.approx(dark[0], rel=0.5, abs=60)
    finally:
        before.close()
        after.close()


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGB", "PNG"), ("RGBA", "PNG"), ("P", "PNG"), ("L", "PNG"), ("1", "PNG"), ("I;16", "PNG"),
     ("RGB", "JPEG"), ("L", "JPEG"), ("CMYK", "JPEG"), ("RGBA", "WEBP")],
)  # fmt: skip
def test_images_of_every_kind_are_archival(mode, kind):
    data = shown(image(mode, kind=kind), "image/png")
    assert is_archival(data)
    with pikepdf.open(io.BytesIO(data)) as document:
        assert any(each.get("/Subtype") == "/Image" for each in document.objects
                   if isinstance(each, pikepdf.Stream))  # fmt: skip


def test_a_plain_jpeg_is_placed_byte_for_byte():
    jpeg = image("RGB", kind="JPEG")
    assert jpeg in shown(jpeg, "image/jpeg")


def locked() -> bytes:
    with pikepdf.open(io.BytesIO(paper())) as document:
        out = io.BytesIO()
        document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type", "said"),
    [
        (b"%PDF-1.7 nothing", "application/pdf", "쪽으로 보여 줄 수 없는 파일"),
        (b"\x89PNG\r\n\x1a\nbroken", "image/png", "쪽으로 보여 줄 수 없는 파일"),
    ],
)
def test_what_cannot_be_shown_is_named(data, media_type, said):
    assert said in text_of(shown(data, media_type))


def test_a_locked_file_is_named():
    assert "암호가 걸린 파일" in text_of(shown(locked()))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_an_image_of_a_hundred_megapixels_is_made_smaller():
    data = shown(image("1", (10_000, 10_000)), "image/png")
    assert is_archival(data)
    assert len(data) < 5_000_000


def test_the_appendix_leads_there_and_back():
    picture = image("RGB")
    evidence = make_evidence(
        "E-40", "설정 화면", make_file("증적/OI-NET-03/E-40_화면.png", picture)
    )
    manifest = make_manifest()
    manifest["assessments"][0]["evidence"] = [evidence]
    data = render.render(manifest, "ko", lambda _: picture)
    assert is_archival(data)
    with pikepdf.open(io.BytesIO(data)) as document:
        names = document.Root.Names.Dests.Names
        known = {str(names[place]) for place in range(0, len(names), 2)}
        notes = [note for each in document.pages for note in each.get("/Annots", [])]
        targets = {str(note.Dest) for note in notes if note.Subtype == "/Link"}
    assert "ev-E-40" in known & targets
    assert f"req-{manifest['assessments'][0]['code']}" in targets
