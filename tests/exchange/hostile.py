"""Workbooks that do more than hold text, or that grow when they are read."""

import io
import zipfile

from tests.exchange import workbooks


def altered(content=None, *, add=None, replace=None):
    """Return the workbook with parts added, or with text of a part replaced: {part: (old, new)}."""
    source = zipfile.ZipFile(io.BytesIO(content or workbooks.two_row_header()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.infolist():
            data = source.read(entry)
            old, new = (replace or {}).get(entry.filename, (b"", b""))
            archive.writestr(entry.filename, data.replace(old, new, 1) if old else data)
        for name, data in (add or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
RELS = "xl/worksheets/_rels/sheet1.xml.rels"
_EXTERNAL = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" TargetMode="External" Target="file:///c:/x.xlsx" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s"/>'
    b"</Relationships>"
)
LINKED = altered(add={RELS: _EXTERNAL % b"externalLinkPath"})
CLICKABLE = altered(add={RELS: _EXTERNAL % b"hyperlink"})


def bomb():
    """200 MB of one row after another, packed to a fraction."""
    row = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>' + b"A" * 30_000 + b"</t></is></c></row>"
    rows = b"".join(row % (n, n) for n in range(10, 2_500))
    return altered(replace={SHEET: (b"</sheetData>", rows + b"</sheetData>")})


def wide_merge():
    old = b"<mergeCells count="
    new = b'<mergeCells x="" count='
    content = altered(replace={SHEET: (old, new)})
    return altered(
        content,
        replace={SHEET: (b"</mergeCells>", b'<mergeCell ref="J1:XFD1048576"/></mergeCells>')},
    )


HOSTILE = {
    "macros": (altered(add={"xl/vbaProject.bin": b"x"}), "macros"),
    "old macros": (altered(add={"xl/macrosheets/sheet1.xml": b"<x/>"}), "macros"),
    "macro type": (
        altered(replace={"[Content_Types].xml": (b"spreadsheetml.sheet.main", b"macroEnabled.main")}),
        "macros",
    ),
    "external link part": (altered(add={"xl/externalLinks/externalLink1.xml": b"<x/>"}), "links"),
    "external relation": (LINKED, "links"),
    "data connection": (altered(add={"xl/connections.xml": b"<x/>"}), "links"),
    "embedded object": (altered(add={"xl/embeddings/oleObject1.bin": b"x"}), "embedded"),
    "control": (altered(add={"xl/activeX/activeX1.xml": b"<x/>"}), "embedded"),
    "dde": (
        altered(replace={SHEET: (b"</sheetData>", b'<row r="10"><c r="A10"><f>cmd|\'/c calc\'!A0</f></c></row></sheetData>')}),
        "DDE",
    ),
    "entities": (
        altered(replace={SHEET: (b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet')}),
        "entities",
    ),
    "late entities": (
        altered(replace={SHEET: (b"<worksheet", b"<!--" + b" " * 9000 + b'--><!DOCTYPE x [<!ENTITY a "b">]><worksheet')}),
        "entities",
    ),
    "bomb": (bomb(), "large"),
    "huge merge": (wide_merge(), "large"),
    "broken sheet": (altered(replace={SHEET: (b"<sheetData>", b"<sheetData><row")}), "broken"),
    "doubled part": (altered(add={"XL/workbook.xml": b"<x/>"}), "broken"),
    "no sheet": (altered(replace={"xl/workbook.xml": (b"<sheet ", b"<shed ")}), "broken"),
    "cut off": (workbooks.two_row_header()[:-200], "archive"),
}  # fmt: skip
