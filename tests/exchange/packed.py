"""Workbooks written part by part, as programs other than Excel and openpyxl write them."""

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
ROWS = [["번호", "요구사항", "이행여부"], ["1", "방화벽을 둔다"], ["2", "망을 나눈다"]]


def cell(text, reference=""):
    place = f' r="{reference}"' if reference else ""
    return f'<c{place} t="inlineStr"><is><t>{text}</t></is></c>'


def rows(*, referenced=True, lower=False):
    """The rows of `ROWS`; cells and rows may leave out where they stand."""
    out = []
    for number, texts in enumerate(ROWS, 1):
        letters = "abc" if lower else "ABC"
        places = [f"{letters[at]}{number}" if referenced else "" for at in range(len(texts))]
        inside = "".join(cell(text, place) for text, place in zip(texts, places, strict=True))
        out.append(f'<row r="{number}">{inside}</row>' if referenced else f"<row>{inside}</row>")
    return "".join(out)


def sheet(data, main=MAIN):
    return f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>'


def workbook(
    content=None,
    *,
    book="xl/workbook.xml",
    part="xl/worksheets/sheet1.xml",
    target="",
    main=MAIN,
    relations=RELATIONS,
    add=None,
    without=(),
):
    """Return the bytes. *target*: how the workbook names its sheet, absolute where not given."""
    folder, _slash, name = book.rpartition("/")
    link = f'<Relationship Id="r1" Type="{relations}/%s" Target="%s"/></Relationships>'
    links = f'<Relationships xmlns="{_PACKAGE}/relationships">{link}'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
        f'PartName="/{book}" ContentType="{_SPREADSHEET}.sheet.main+xml"/><Override '
        f'PartName="/{part}" ContentType="{_SPREADSHEET}.worksheet+xml"/></Types>',
        "_rels/.rels": links % ("officeDocument", book),
        book: f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        '<sheet name="점검표" sheetId="1" r:id="r1"/></sheets></workbook>',
        f"{folder}/_rels/{name}.rels": links % ("worksheet", target or f"/{part}"),
        part: content or sheet(rows(), main),
        **(add or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for path, text in parts.items():
            if path not in without:
                package.writestr(path, text)
    return out.getvalue()
