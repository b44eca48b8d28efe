"""Text is found in every format, with its place; nothing unmasked leaves."""

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from compliance.vault.personal import finding, pictures
from tests.services.need import missing
from tests.vault.ole import hwp
from tests.vault.samples import archive

NUMBER, MASKED = "900101-1234568", "900101-1******"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_HP = "http://www.hancom.co.kr/hwpml/2011/paragraph"


def search(tmp_path: Path, data: bytes | str, media_type: str) -> list[tuple]:
    path = tmp_path / "file"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    result = finding.search(str(path), media_type)
    assert result["readable"]
    assert NUMBER not in json.dumps(result)
    assert sum(result["counts"].values()) == len(result["hits"])
    return [(hit["kind"], hit["masked"], hit["place"]) for hit in result["hits"]]


def xlsx(*rows, title="명단"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_text_by_line(tmp_path):
    text = "x\n" * 900 + f"user {NUMBER}\n"
    assert search(tmp_path, text, "text/plain") == [("resident", MASKED, {"line": 901})]


def test_cp949_text(tmp_path):
    data = f"주민번호 {NUMBER}\n".encode("cp949")
    assert search(tmp_path, data, "text/plain")[0][1] == MASKED


def test_csv_by_row_and_column(tmp_path):
    text = f"이름,주민번호,계좌,주문번호\n홍길동,{NUMBER},신한 110-123-456789,2611203000123\n"
    assert search(tmp_path, text, "text/csv") == [
        ("resident", MASKED, {"row": 2, "column": "주민번호"}),
        ("account", "110-***-******", {"row": 2, "column": "계좌"}),
    ]


def test_json_by_path(tmp_path):
    data = json.dumps({"users": [{"phone": "010-1234-5678"}, {"rrn": [NUMBER, 9001011234568]}]})
    assert search(tmp_path, data, "application/json") == [
        ("mobile", "010-****-5678", {"path": "users[0].phone"}),
        ("resident", MASKED, {"path": "users[1].rrn[0]"}),
        ("resident", MASKED, {"path": "users[1].rrn[1]"}),
    ]


def test_json_lines(tmp_path):
    data = '{"a": 1}\n{"tel": "010-1234-5678"}\n'
    assert search(tmp_path, data, "application/json")[0][2] == {"path": "tel"}


def test_xlsx_by_sheet_and_cell(tmp_path):
    data = xlsx(["이름", "휴대폰", "카드"], ["홍길동", 1012345678, 4111111111111111])
    assert search(tmp_path, data, f"{_OFFICE}.spreadsheetml.sheet") == [
        ("mobile", "010-****-5678", {"sheet": "명단", "cell": "B2"}),
        ("card", "4111-****-****-1111", {"sheet": "명단", "cell": "C2"}),
    ]


def test_docx_by_paragraph_though_cut_to_runs(tmp_path):
    runs = "".join(f"<w:r><w:t>{part}</w:t></w:r>" for part in ("주민번호 90010", "1-12", "34568"))
    body = f'<w:document xmlns:w="{_W}"><w:body><w:p/><w:p>{runs}</w:p></w:body></w:document>'
    header = f'<w:hdr xmlns:w="{_W}"><w:p><w:r><w:t>010-1234-5678</w:t></w:r></w:p></w:hdr>'
    data = archive(**{"word/document.xml": body, "word/header1.xml": header})
    assert search(tmp_path, data, f"{_OFFICE}.wordprocessingml.document") == [
        ("resident", MASKED, {"paragraph": 1}),
        ("mobile", "010-****-5678", {"part": "header1", "paragraph": 1}),
    ]


def test_pptx_by_slide(tmp_path):
    slide = f'<p:sld xmlns:p="p" xmlns:a="{_A}"><a:p><a:r><a:t>{NUMBER}</a:t></a:r></a:p></p:sld>'
    data = archive(**{"ppt/slides/slide7.xml": slide})
    assert search(tmp_path, data, f"{_OFFICE}.presentationml.presentation") == [
        ("resident", MASKED, {"slide": 7, "paragraph": 1}),
    ]


def test_hwpx_by_paragraph(tmp_path):
    body = f'<hs:sec xmlns:hs="s" xmlns:hp="{_HP}"><hp:p><hp:run><hp:t>{NUMBER}</hp:t></hp:run></hp:p></hs:sec>'
    data = archive(**{"mimetype": "application/hwp+zip", "Contents/section0.xml": body})
    assert search(tmp_path, data, "application/hwp+zip") == [("resident", MASKED, {"paragraph": 1})]


def test_hwp_by_paragraph(tmp_path):
    data = hwp("개인정보 처리 방침", f"주민번호 {NUMBER}")
    assert search(tmp_path, data, "application/x-hwp") == [("resident", MASKED, {"paragraph": 2})]


def test_mail_in_header_body_and_attachment(tmp_path):
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["From"], mail["Subject"] = "길동 <gildong@naver.com>", "명단"
    mail.set_content(f"첨부합니다. {NUMBER}\n")
    mail.add_attachment(b"name,phone\na,010-1234-5678\n", "text", "csv", filename="list.csv")
    hits = search(tmp_path, mail.as_bytes(), "message/rfc822")
    assert [(kind, place.get("part") or place.get("file")) for kind, _m, place in hits] == [
        ("mail", "header"),
        ("resident", "body"),
        ("mobile", "list.csv"),
    ]


def test_members_of_an_archive(tmp_path):
    data = archive(**{"OI-DAT-01/a.txt": NUMBER, "b.xlsx": xlsx(["x", NUMBER])})
    assert search(tmp_path, data, "application/zip") == [
        ("resident", MASKED, {"file": "OI-DAT-01/a.txt", "line": 1}),
        ("resident", MASKED, {"file": "b.xlsx", "sheet": "명단", "cell": "B1"}),
    ]


def pdf_with(text: str, *, rotate: int = 0) -> bytes:
    """A page with a line of text, by the PDF's own standard font."""
    import pikepdf

    made = pikepdf.new()
    page = made.add_blank_page(page_size=(400, 300))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1)
    font.BaseFont = pikepdf.Name.Helvetica
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = made.make_stream(f"BT /F1 18 Tf 40 200 Td ({text}) Tj ET".encode())
    page.Rotate = rotate
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize("rotate", [0, 90])
def test_pdf_by_page_with_the_box_of_the_number(tmp_path, rotate):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_with(f"id {NUMBER} end", rotate=rotate))
    (hit,) = finding.search(str(path), "application/pdf")["hits"]
    assert (hit["masked"], hit["place"]) == (MASKED, {"page": 1})
    ((page, left, top, right, bottom),) = hit["boxes"]
    assert page == 1
    if rotate == 0:
        assert 0.1 < left < 0.2 < right < 0.6
        assert 0.25 < top < bottom < 0.4
    else:
        assert 0.1 < top < 0.2 < bottom < 0.6


def picture_of(text: str) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (900, 200), "white")
    ImageDraw.Draw(image).text((40, 80), text, fill="black", font=ImageFont.load_default(36))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_pictures_by_ocr(tmp_path):
    if not pictures.is_installed():
        missing("tesseract with Korean", "tesseract-ocr tesseract-ocr-kor")
    path = tmp_path / "a.png"
    path.write_bytes(picture_of(f"user {NUMBER} 010-2345-6789"))
    found = finding.search(str(path), "image/png")
    assert [hit["masked"] for hit in found["hits"]] == [MASKED, "010-****-6789"]
    (_page, left, top, right, bottom) = found["hits"][0]["boxes"][0]
    assert 0 < left < right < 1
    assert 0.3 < top < bottom < 0.7


def test_what_cannot_be_read_says_so(tmp_path):
    path = tmp_path / "a.heic"
    path.write_bytes(b"x")
    assert finding.search(str(path), "image/heic") == {"readable": False}


def test_a_broken_archive_is_unreadable_not_a_fault(tmp_path):
    path = tmp_path / "a.docx"
    path.write_bytes(b"PK\x03\x04 broken")
    assert finding.search(str(path), f"{_OFFICE}.wordprocessingml.document") == {"readable": False}


def test_many_hits_are_counted_and_kept_up_to_a_number(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("010-2345-6789\n" * 1500)
    result = finding.search(str(path), "text/plain")
    assert (result["counts"], len(result["hits"])) == ({"mobile": 1500}, finding.MOST_HITS)


def test_a_cell_of_a_missing_shared_string_is_empty(tmp_path):
    sheet = '<worksheet xmlns="x"><sheetData><row><c r="A1" t="s"><v>99</v></c></row></sheetData></worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("xl/worksheets/sheet1.xml", sheet)
    assert search(tmp_path, out.getvalue(), f"{_OFFICE}.spreadsheetml.sheet") == []
