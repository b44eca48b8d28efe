"""What was marked is gone from the copy: from its text, its pixels and its raw bytes."""

import io
import json
import re
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from compliance.vault.personal import finding, redacting
from compliance.vault.problems import Problem
from tests.vault.personal.test_reading import _HP, _OFFICE, _W, NUMBER, pdf_with
from tests.vault.samples import archive, photograph

pytestmark = pytest.mark.usefixtures("in_english")
KINDS = ["resident", "mobile", "mail", "account"]
DIGITS = NUMBER[-7:]


def redact(tmp_path, data, media_type, boxes=(), kinds=KINDS) -> bytes:
    source, made = tmp_path / "source", tmp_path / "made"
    source.write_bytes(data.encode() if isinstance(data, str) else data)
    redacting.redact(str(source), str(made), media_type, boxes, kinds)
    return made.read_bytes()


def everything_in(data: bytes) -> bytes:
    """The raw bytes, and every stream of them that inflates."""
    found = [data]
    for match in re.finditer(rb"stream\r?\n", data):
        try:
            found.append(zlib.decompressobj().decompress(data[match.end() :]))
        except zlib.error:
            continue
    return b"\n".join(found)


def text_of_pdf(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as pdf:
        return "\n".join(pdf[n].get_textpage().get_text_range() for n in range(len(pdf)))


def two_pages(shared: bool = True) -> bytes:
    """Two pages that share their resources, a form of the first page's text, a link and notes."""
    made = pikepdf.open(io.BytesIO(pdf_with(f"first {NUMBER} page")))
    other = pikepdf.open(io.BytesIO(pdf_with("second page stays")))
    made.pages.extend(other.pages)
    secret = made.make_stream(f"BT /F1 9 Tf (hidden {NUMBER}) Tj ET".encode())
    secret.Type, secret.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    secret.BBox = pikepdf.Array([0, 0, 9, 9])
    for page in made.pages:
        page.Resources.XObject = pikepdf.Dictionary(Secret=secret)
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Contents=NUMBER)
    back = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link)
    back.Dest = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])
    made.pages[1].Annots = pikepdf.Array([made.make_indirect(note), made.make_indirect(back)])
    with made.open_metadata() as metadata:
        metadata["dc:title"] = f"about {NUMBER}"
    made.docinfo["/Subject"] = NUMBER
    out = io.BytesIO()
    made.save(out, compress_streams=False)
    return out.getvalue()


def test_of_a_pdf_page_nothing_is_left_beneath_the_box(tmp_path):
    data = two_pages()
    assert NUMBER.encode() in data
    path = tmp_path / "find.pdf"
    path.write_bytes(data)
    boxes = [
        box for hit in finding.search(str(path), "application/pdf")["hits"] for box in hit["boxes"]
    ]
    made = redact(tmp_path, data, "application/pdf", boxes)
    assert DIGITS.encode() not in everything_in(made)
    assert "first" not in text_of_pdf(made), "the page is a picture"
    assert "second page stays" in text_of_pdf(made), "the other one is not"
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert "/Annots" not in pdf.pages[1]
        assert "/Metadata" not in pdf.Root
        assert not pdf.docinfo.get("/Subject")


def test_under_the_box_of_a_pdf_the_page_is_black(tmp_path):
    made = redact(tmp_path, two_pages(), "application/pdf", [[1, 0.1, 0.2, 0.6, 0.5]])
    with pypdfium2.PdfDocument(made) as pdf:
        image = pdf[0].render(scale=2).to_pil().convert("L")
    inner = image.crop(
        (
            int(image.width * 0.12),
            int(image.height * 0.24),
            int(image.width * 0.58),
            int(image.height * 0.46),
        )
    )
    assert inner.getextrema()[1] < 20


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_turned_page_is_covered_where_it_is_seen(tmp_path, rotate):
    data = pdf_with(f"id {NUMBER} end", rotate=rotate)
    path = tmp_path / "find.pdf"
    path.write_bytes(data)
    (hit,) = finding.search(str(path), "application/pdf")["hits"]
    made = redact(tmp_path, data, "application/pdf", hit["boxes"])
    with pypdfium2.PdfDocument(made) as pdf:
        image = pdf[0].render(scale=2).to_pil().convert("L")
        assert (pdf[0].get_width() > pdf[0].get_height()) == (rotate == 180)
    _page, left, top, right, bottom = hit["boxes"][0]
    middle = (int((left + right) / 2 * image.width), int((top + bottom) / 2 * image.height))
    assert image.getpixel(middle) < 20


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pixels_are_overwritten_and_metadata_is_gone(tmp_path, kind):
    image = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(image).rectangle((50, 20, 100, 60), fill="red")
    exif = Image.Exif()
    exif[270] = f"owner {NUMBER}"
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    media = f"image/{kind.lower()}"
    made = redact(tmp_path, out.getvalue(), media, [[1, 0.25, 0.2, 0.5, 0.6]])
    with Image.open(io.BytesIO(made)) as copy:
        assert not copy.getexif()
        assert not copy.info.get("exif")
        assert max(copy.convert("RGB").getpixel((75, 40))) < 20
        assert min(copy.convert("RGB").getpixel((150, 80))) > 235
    assert NUMBER.encode() not in made


def test_a_photograph_of_a_phone_becomes_a_jpeg(tmp_path):
    made = redact(tmp_path, photograph(), "image/heic", [(1, 0, 0, 0.5, 1)])
    with Image.open(io.BytesIO(made)) as copy:
        assert (copy.format, copy.size) == ("JPEG", (64, 48))
        assert max(copy.getpixel((8, 24))) < 20
        assert copy.getpixel((56, 24))[0] > 150


def test_text_is_masked_in_its_own_character_set(tmp_path):
    made = redact(tmp_path, f"주민번호 {NUMBER}\r\n끝\r\n".encode("cp949"), "text/plain")
    assert made.decode("cp949") == "주민번호 900101-1******\r\n끝\r\n"


def test_only_the_chosen_kinds_are_masked(tmp_path):
    made = redact(tmp_path, f"{NUMBER} 010-2345-6789", "text/plain", kinds=["mobile"])
    assert made.decode() == f"{NUMBER} 010-****-6789"


def test_a_table_by_its_columns(tmp_path):
    made = redact(tmp_path, f"이름,계좌,번호\n홍,신한 110-123-456789,{NUMBER}\n", "text/csv")
    assert made.decode() == "이름,계좌,번호\n홍,신한 110-***-******,900101-1******\n"


def test_json_numbers_too(tmp_path):
    made = redact(tmp_path, json.dumps({"a": [9001011234568, True, None, "x"]}), "application/json")
    assert json.loads(made) == {"a": ["900101-1******", True, None, "x"]}


def test_a_mail_becomes_a_text(tmp_path):
    mail = f"From: 길동 <gildong@naver.com>\nSubject: x\n\n{NUMBER}\n"
    made = redact(tmp_path, mail, "message/rfc822").decode()
    assert "gi***@naver.com" in made
    assert DIGITS not in made


def test_a_workbook_stays_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["이름", "휴대폰", "은행", "계좌"])
    sheet.append(["홍길동", 1023456789, "신한은행", "110-123-456789"])
    sheet.append([NUMBER, "=B2", "", ""])
    sheet["A2"].comment = openpyxl.comments.Comment(f"본인 {NUMBER}", "k")
    out = io.BytesIO()
    book.save(out)
    made = redact(tmp_path, out.getvalue(), f"{_OFFICE}.spreadsheetml.sheet")
    copy = openpyxl.load_workbook(io.BytesIO(made)).active
    assert [cell.value for cell in copy[2]] == [
        "홍길동",
        "010-****-6789",
        "신한은행",
        "110-***-******",
    ]
    assert copy["A3"].value == "900101-1******"
    assert "900101-1******" in copy["A2"].comment.text
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        everything = b"".join(packed.read(name) for name in packed.namelist())
    assert DIGITS.encode() not in everything
    assert b"1023456789" not in everything


def test_a_document_though_the_number_is_cut_to_runs(tmp_path):
    runs = "".join(f"<w:r><w:t>{part}</w:t></w:r>" for part in ("번호 90010", "1-12", "34568 끝"))
    body = f'<w:document xmlns:w="{_W}"><w:body><w:p>{runs}</w:p></w:body></w:document>'
    links = '<Relationships><Relationship Target="mailto:gildong@naver.com"/></Relationships>'
    data = archive(**{"word/document.xml": body, "word/_rels/document.xml.rels": links})
    made = redact(tmp_path, data, f"{_OFFICE}.wordprocessingml.document")
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        text = re.sub(r"<[^>]+>", "", packed.read("word/document.xml").decode()).strip()
        assert text.strip() == "번호 900101-1****** 끝"
        assert b"gildong" not in packed.read("word/_rels/document.xml.rels")


def test_a_hangul_document(tmp_path):
    body = f'<hs:sec xmlns:hs="s" xmlns:hp="{_HP}"><hp:p><hp:run><hp:t>{NUMBER}</hp:t></hp:run></hp:p></hs:sec>'
    parts = {"Contents/section0.xml": body, "Preview/PrvText.txt": NUMBER}
    data = archive(mimetype="application/hwp+zip", **parts)
    made = redact(tmp_path, data, "application/hwp+zip")
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        assert packed.namelist() == ["mimetype", "Contents/section0.xml"]
        assert b"900101-1******" in packed.read("Contents/section0.xml")


def test_other_formats_are_refused(tmp_path):
    with pytest.raises(Problem, match="cannot be redacted"):
        redact(tmp_path, b"x", "application/x-hwp")


def test_the_original_is_untouched(tmp_path):
    redact(tmp_path, NUMBER, "text/plain")
    assert Path(tmp_path / "source").read_text() == NUMBER
