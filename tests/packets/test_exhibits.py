"""Evidence on pages: as it was handed in, in an archival document, with nothing active taken over."""

import io

import page
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageCms

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


def changed(change) -> bytes:
    """The paper after *change*(document)."""
    with pikepdf.open(io.BytesIO(paper())) as document:
        change(document)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def size_of(data: bytes, index: int = 0) -> tuple[float, float]:
    document = pypdfium2.PdfDocument(data)
    try:
        return document[index].get_size()
    finally:
        document.close()


def ink_of(data: bytes, index: int = 0) -> int:
    """Dark pixels of a page."""
    document = pypdfium2.PdfDocument(data)
    try:
        return sum(document[index].render(scale=0.4).to_pil().convert("L").histogram()[:128])
    finally:
        document.close()


def test_a_page_is_cut_where_its_reader_saw_it_cut():
    def crop(document):
        document.pages[0].CropBox = [100, 400, 400, 800]
        document.pages[0].TrimBox = [0, 0, 595, 842]

    assert size_of(shown(changed(crop))) == pytest.approx((300, 400), abs=1)


@pytest.mark.parametrize("box", [[0, 0, 1190.55, 841.89], [0, 0, 200, 2000], [-50, -80, 250, 120]])
def test_pages_of_any_size_keep_it(box):
    def resize(document):
        document.pages[0].MediaBox = box

    data = shown(changed(resize))
    assert is_archival(data)
    assert size_of(data) == pytest.approx((box[2] - box[0], box[3] - box[1]), abs=1)


def test_a_turned_page_with_a_crop_box_lies_as_its_reader_saw_it():
    def turn(document):
        document.pages[0].CropBox = [100, 400, 400, 800]
        document.pages[0].Rotate = 90

    data = changed(turn)
    assert size_of(shown(data)) == pytest.approx(size_of(data), abs=1)
    assert ink_of(shown(data)) == pytest.approx(ink_of(data), rel=0.5, abs=60)


def test_a_page_with_nothing_on_it_is_there():
    def empty(document):
        document.add_blank_page(page_size=(300, 300))

    assert size_of(shown(changed(empty)), 2) == pytest.approx((300, 300), abs=1)


def test_what_somebody_wrote_into_a_form_is_still_seen():
    def fill(document):
        form = document.make_stream(b"0 0 0 rg 0 0 300 300 re f", BBox=[0, 0, 300, 300],
                                    Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)  # fmt: skip
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[100, 100, 400, 400], F=4,
            AP=pikepdf.Dictionary(N=form),
        )  # fmt: skip
        document.pages[0].Annots = pikepdf.Array([document.make_indirect(note)])

    assert ink_of(shown(changed(fill))) > ink_of(shown(paper())) + 5000


def test_hidden_layers_stay_hidden():
    def hide(document):
        layer = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("secret"))
        )
        document.Root.OCProperties = pikepdf.Dictionary(
            OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer], Order=[layer])
        )
        sheet = document.pages[0]
        sheet.Resources.Properties = pikepdf.Dictionary(Hidden=layer)
        sheet.contents_add(b"/OC /Hidden BDC 0 0 0 rg 0 0 500 800 re f EMC")

    data = shown(changed(hide))
    assert is_archival(data)
    assert ink_of(data) < 30_000


def test_a_document_of_two_thousand_pages_is_named_and_not_drawn():
    with pikepdf.new() as document:
        for _ in range(2000):
            document.add_blank_page()
        out = io.BytesIO()
        document.save(out)
    assert "쪽으로 싣기에는 너무" in text_of(shown(out.getvalue())) or "너무" in text_of(
        shown(out.getvalue())
    )


def test_a_file_whose_table_of_objects_is_broken_is_mended_or_named():
    data = paper().replace(b"startxref", b"startxxxx")
    text = text_of(shown(data))
    assert "GP-2026-0001" in text or "쪽으로 보여 줄 수 없는 파일" in text


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off_is_mended_or_named(share):
    data = paper()
    text = text_of(shown(data[: int(len(data) * share)]))
    assert text.strip()


def test_a_web_page_that_is_called_pdf_is_named():
    assert "쪽으로 보여 줄 수 없는 파일" in text_of(
        shown(b"<html><script>alert(1)</script></html>")
    )


def pixel(data: bytes, at: tuple[float, float] = (0.5, 0.5)) -> tuple[int, int, int]:
    """The colour in the middle of the first image of a document."""
    with pikepdf.open(io.BytesIO(data)) as document:
        (found,) = [
            pikepdf.PdfImage(each)
            for each in document.objects
            if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image"
        ]
        picture = found.as_pil_image().convert("RGB")
    return picture.getpixel((int(picture.width * at[0]), int(picture.height * at[1])))


def close(one: tuple[int, ...], two: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, two, strict=True))


def filled(mode: str, colour, kind: str = "PNG", **more) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (60, 40), colour).save(out, kind, **more)
    return out.getvalue()


def test_sixteen_bits_keep_their_brightness():
    assert close(pixel(shown(filled("I;16", 32896), "image/png")), (128, 128, 128))


def test_what_is_transparent_stands_on_white():
    assert pixel(shown(filled("RGBA", (0, 0, 0, 0)), "image/png")) == (255, 255, 255)


def test_inks_become_the_colours_they_make():
    red = pixel(shown(filled("CMYK", (0, 255, 255, 0), "JPEG"), "image/jpeg"))
    assert red[0] > 180
    assert max(red[1:]) < 90


def test_a_colour_profile_is_followed():
    """A profile that swaps red and blue: whoever ignores it shows the wrong one."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for old, new in ((b"rXYZ", b"tXYZ"), (b"bXYZ", b"rXYZ"), (b"tXYZ", b"bXYZ")):
        profile = profile.replace(old, new)
    for coding in ("ascii", "utf-16-be"):
        profile = profile.replace("sRGB".encode(coding), "swap".encode(coding))
    plain = filled("RGB", (200, 30, 30), "JPEG", quality=95)
    told = filled("RGB", (200, 30, 30), "JPEG", quality=95, icc_profile=profile)
    assert not close(pixel(shown(plain, "image/jpeg")), pixel(shown(told, "image/jpeg")))


def test_a_broken_colour_profile_is_passed_over():
    data = filled("RGB", (200, 30, 30), "JPEG", quality=95, icc_profile=b"no profile at all")
    assert close(pixel(shown(data, "image/jpeg")), (200, 30, 30))


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photograph_stands_as_the_camera_was_held(turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    data = shown(filled("RGB", (9, 9, 9), "JPEG", exif=exif), "image/jpeg")
    with pikepdf.open(io.BytesIO(data)) as document:
        (found,) = [each for each in document.objects if isinstance(each, pikepdf.Stream)
                    and each.get("/Subtype") == "/Image"]  # fmt: skip
        size = (int(found.Width), int(found.Height))
    assert size == ((40, 60) if turn > 4 else (60, 40))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_photograph_of_a_hundred_megapixels_is_made_smaller():
    out = io.BytesIO()
    Image.new("RGB", (10_000, 10_000), (9, 99, 9)).save(out, "JPEG")
    data = shown(out.getvalue(), "image/jpeg")
    assert is_archival(data)
    assert len(data) < 8_000_000
