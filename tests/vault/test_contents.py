"""What stands in documents, shown without their program."""

import io
import zipfile
from email.message import EmailMessage

import openpyxl
import pytest

from compliance.shared.errors import Refused
from compliance.vault import inspection, previews, services
from compliance.vault.archive_names import name_of
from tests.vault import samples
from tests.vault.test_previews import store

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
H = "http://www.hancom.co.kr/hwpml/2011/paragraph"


def docx(body):
    return samples.office(
        "word/document.xml",
        **{"word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'},
    )


def test_paragraphs_of_a_docx_tables_too(manna):
    body = (
        "<w:p><w:r><w:t>방화벽 </w:t></w:r><w:r><w:t>정책</w:t></w:r></w:p><w:p/>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>칸</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    blob = store(manna, "a.docx", docx(body))
    assert previews.kind_of(blob) == "document"
    assert previews.paragraphs(blob) == ["방화벽 정책", "칸"]


def test_slides_in_their_order(manna):
    def slide(text):
        return f'<p:sld xmlns:p="x" xmlns:a="{A}"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>'

    made = samples.office(
        "ppt/presentation.xml",
        **{f"ppt/slides/slide{n}.xml": slide(f"{n}쪽") for n in (10, 2, 1)},
    )
    blob = store(manna, "a.pptx", made)
    assert previews.paragraphs(blob) == ["— 1 —", "1쪽", "— 2 —", "2쪽", "— 10 —", "10쪽"]


def test_sections_of_an_hwpx(manna):
    section = f'<hs:sec xmlns:hs="x" xmlns:hp="{H}"><hp:p><hp:run><hp:t>한글 문서</hp:t></hp:run></hp:p></hs:sec>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/hwp+zip")
        archive.writestr("Contents/section0.xml", section)
    assert previews.paragraphs(store(manna, "a.hwpx", out.getvalue())) == ["한글 문서"]


def test_paragraphs_of_an_hwp(manna):
    blob = store(manna, "a.hwp", samples.hwp("방화벽 운영지침", "", "모든 통신은 기본 차단한다."))
    assert previews.kind_of(blob) == "document"
    assert previews.paragraphs(blob) == ["방화벽 운영지침", "모든 통신은 기본 차단한다."]


def test_a_header_is_told_from_the_text(manna):
    page = f'<w:hdr xmlns:w="{W}"><w:p><w:r><w:t>대외비</w:t></w:r></w:p></w:hdr>'
    body = f'<w:document xmlns:w="{W}"><w:p><w:r><w:t>본문</w:t></w:r></w:p></w:document>'
    parts = {"word/document.xml": body, "word/header1.xml": page}
    made = samples.office("word/document.xml", **parts)
    assert previews.paragraphs(store(manna, "a.docx", made)) == ["본문", "— header1 —", "대외비"]


def test_an_external_entity_is_not_read(manna, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("비밀")
    body = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><w:document xmlns:w="{W}"><w:p><w:t>&e;</w:t></w:p></w:document>'
    made = samples.office("word/document.xml", **{"word/document.xml": body})
    # The gate refuses it; what shows documents does not rely on that.
    with pytest.raises(Refused):
        store(manna, "a.docx", made)
    media = inspection.FORMATS["docx"].media_type
    blob = services.store_output(manna, made, media_type=media)
    assert "비밀" not in "".join(previews.paragraphs(blob))


def test_every_sheet_of_a_workbook(manna):
    book = openpyxl.Workbook()
    book.active.title = "점검"
    book.active.append(["항목", None, "결과"])
    other = book.create_sheet("목록")
    for n in range(300):
        other.append([n])
    book.create_sheet("빈 시트")
    out = io.BytesIO()
    book.save(out)
    first, second, third = previews.sheets(store(manna, "a.xlsx", out.getvalue()))
    assert (first.name, first.rows, first.whole) == ("점검", [["항목", "", "결과"]], True)
    assert (len(second.rows), second.whole) == (200, False)
    assert third.rows == []


def test_a_mail_shows_headers_text_and_what_hangs_on_it(manna):
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@x.example", "b@x.example", "방화벽 승인"
    made.set_content("승인합니다.\n")
    made.add_attachment(samples.pdf(), maintype="application", subtype="pdf", filename="정책.pdf")
    shown = previews.mail(store(manna, "a.eml", made.as_bytes()))
    assert ("Subject", "방화벽 승인") in shown.headers
    assert shown.text.strip() == "승인합니다."
    assert [each.name for each in shown.attachments] == ["정책.pdf"]
    assert shown.attachments[0].size == len(samples.pdf())


def test_a_mail_of_html_alone_is_text(manna):
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@x.example", "b@x.example", "x"
    made.set_content("<p>본문</p><script>alert(1)</script>", subtype="html")
    shown = previews.mail(store(manna, "a.eml", made.as_bytes()))
    assert shown.text == "본문"


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.xlsx", "a.hwpx", "a.eml"])
def test_what_cannot_be_read_has_no_preview(manna, name):
    broken = {
        "a.docx": samples.office("word/document.xml", **{"word/document.xml": b"<not"}),
        "a.pptx": samples.office("ppt/presentation.xml", **{"ppt/slides/slide1.xml": b"\0"}),
        "a.xlsx": samples.office("xl/workbook.xml"),
        "a.hwpx": samples.archive(mimetype="application/hwp+zip", **{"Contents/section0.xml": "x"}),
        "a.eml": b"From: a\nTo: b\nContent-Type: text/plain; charset=martian\n\n\xb0\xa1",
    }
    blob = store(manna, name, broken[name])
    if name == "a.eml":
        assert previews.mail(blob).text == "가"
    elif name == "a.xlsx":
        assert previews.sheets(blob) == []
    else:
        assert [each for each in previews.paragraphs(blob) if "—" not in each] == []


@pytest.mark.parametrize("codec", ["cp949", "utf-8"])
def test_names_without_a_flag(codec):
    entry = zipfile.ZipInfo("x")
    entry.filename = "증적/OI-NET-03 방화벽.txt".encode(codec).decode("cp437")
    assert name_of(entry) == "증적/OI-NET-03 방화벽.txt"
