"""Genuine small files of every allowed kind, and hostile ones, made here."""

import base64
import io
import struct
import zipfile
import zlib

import openpyxl
import pikepdf
from PIL import Image

from tests.vault.ole import hwp, ole


def pdf(pages: int = 1, *, javascript: bool = False, password: str = "") -> bytes:
    made = pikepdf.new()
    for _number in range(pages):
        made.add_blank_page(page_size=(200, 200))
    if javascript:
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    out = io.BytesIO()
    lock = pikepdf.Encryption(owner=password, user=password) if password else False
    made.save(out, encryption=lock)
    return out.getvalue()


def launching_pdf() -> bytes:
    made = pikepdf.new()
    made.add_blank_page(page_size=(200, 200))
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, A=action)
    made.pages[0].Annots = pikepdf.Array([note])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def image(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind)
    return out.getvalue()


def huge_png() -> bytes:
    """A PNG whose header claims 100,000 × 100,000 pixels."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def heic() -> bytes:
    return struct.pack(">I4s4sI4s", 20, b"ftyp", b"heic", 0, b"mif1") + struct.pack(
        ">I4s", 8, b"mdat"
    )


# 64 × 48 pixels of one red, written by libheif's encoder, which the product does not have.
_PHOTOGRAPH = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAXttZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABnwABAAAAAAAAAB0AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA+2lwcnAAAADbaXBjbwAAAHZodmNDAQNwAAAAAAAAAAAAHvAA/P34"
    "+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5"
    "uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAA"
    "AAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAADnBpeGkAAAAAAQgAAAAYaXBtYQAAAAAA"
    "AAABAAEFgQIDBYQAAAAlbWRhdAAAABkoAa8TgPUngT//2JUf/tz54fd2dfnny1PA"
)


def photograph() -> bytes:
    return base64.b64decode(_PHOTOGRAPH)


def archive(**members: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


def office(main: str, **more: bytes) -> bytes:
    return archive(**{"[Content_Types].xml": "<Types/>", main: "<document/>", **more})


def xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["항목", "결과"])
    book.active.append(["U-01", "양호"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bomb() -> bytes:
    """300 MB of zeros in a ZIP of 300 kB."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("zeros", "w") as file,
    ):
        for _number in range(300):
            file.write(b"\0" * 1024 * 1024)
    return out.getvalue()


GENUINE = {
    "방화벽 정책.pdf": pdf(),
    "캡처.png": image(),
    "사진.jpg": image("JPEG"),
    "그림.webp": image("WEBP"),
    "폰.heic": heic(),
    "목록.xlsx": xlsx(),
    "지침.docx": office("word/document.xml"),
    "발표.pptx": office("ppt/presentation.xml"),
    "보고.hwpx": archive(mimetype="application/hwp+zip"),
    "보고.hwp": hwp("점검 결과 양호"),
    "묶음.zip": archive(**{"OI-NET-03/a.txt": "a"}),
    "점검.csv": "항목,결과\nU-01,양호\n".encode(),
    "점검-949.csv": "항목,결과\nU-01,양호\n".encode("cp949"),
    "출력.txt": "PowerShell 출력\r\n".encode("utf-16"),
    "sshd.conf": b"PermitRootLogin no\n",
    "auth.log": b"Nov 22 sshd[1]: \x1b[31mFailed\x1b[0m\n",
    "trivy.json": b'{"Results": []}',
    "nmap.xml": b'<?xml version="1.0"?><!-- nmap --><nmaprun/>',
    "values.yaml": b"replicas: 2\n",
    "결재.eml": b"From: a@example.com\r\nTo: b@example.com\r\nSubject: ok\r\n\r\nyes",
}
HOSTILE = {
    "html": ("page.pdf", b"<!doctype html><script>alert(1)</script>", "HTML"),
    "html-in-txt": ("page.txt", b"  <!-- x --> <html><body>", "HTML"),
    "svg": ("image.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "svg-in-xml": ("image.xml", b'<?xml version="1.0"?><svg onload="alert(1)"/>', "SVG"),
    "program": ("tool.pdf", b"MZ\x90\0" + b"\0" * 100, "program"),
    "elf": ("tool.txt", b"\x7fELF" + b"\0" * 100, "program"),
    "script": ("run.conf", b"#!/bin/sh\nrm -rf /\n", "script"),
    "exe-name": ("tool.exe", b"MZ", "not taken"),
    "html-name": ("page.html", b"<html>", "not taken"),
    "no-extension": ("README", b"hello", "not taken"),
    "zero-byte-pdf": ("empty.pdf", b"", "empty"),
    "truncated-pdf": ("cut.pdf", pdf()[:200], "broken"),
    "encrypted-pdf": ("locked.pdf", pdf(password="geheim"), "password"),
    "javascript-pdf": ("live.pdf", pdf(javascript=True), "JavaScript"),
    "launching-pdf": ("run.pdf", launching_pdf(), "starts programs"),
    "pdf-and-zip": ("poly.pdf", pdf() + archive(a="a"), "after the end"),
    "png-and-html": ("poly.png", image() + b"<script>alert(1)</script>", "after the end"),
    "jpeg-and-zip": ("poly.jpg", image("JPEG") + archive(a="a"), "after the end"),
    "webp-and-js": ("poly.webp", image("WEBP") + b"alert(1)//", "after the end"),
    "gif-as-png": ("anim.png", b"GIF89a" + b"\0" * 50, "GIF"),
    "pixel-flood": ("flood.png", huge_png(), "million pixels"),
    "cut-png": ("cut.png", image()[:-20], "broken"),
    "zip-slip": ("slip.zip", archive(**{"../../etc/passwd": "x"}), "lead out"),
    "zip-absolute": ("abs.zip", archive(**{"C:\\windows\\x": "x"}), "lead out"),
    "zip-tail": ("tail.zip", archive(a="a") + b"tail", "after the end"),
    "zip-cut": ("cut.zip", archive(a="a")[:-30], "broken"),
    "zip-as-docx": ("plain.docx", archive(a="a"), "not the document"),
    "macro": ("macro.docx", office("word/document.xml", **{"word/vbaProject.bin": b"x"}), "macros"),
    "doc-as-hwp": ("old.hwp", ole({"WordDocument": b"x"}), "not a Hangul"),
    "png-as-jpeg": ("x.jpg", image(), "PNG"),
    "binary-as-txt": ("x.txt", b"abc\0\1\2\3", "unknown"),
    "control-as-log": ("x.log", b"abc\1\2\3\n", "not readable"),
    "text-as-eml": ("x.eml", b"hello there\n", "not a saved e-mail"),
}
