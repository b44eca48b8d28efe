"""Forms as three companies might hand them out, with what their people put into a workbook."""

import io
import re
import warnings
import zipfile

from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image as Picture

from compliance.exchange.layouts import Layout, Sheet

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# What openpyxl cannot write itself: a list on another sheet as Excel 2010 keeps it, a box to sign in.
X14 = (
    '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="1">'
    '<x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>코드!$A$2:$A$5</xm:f>'
    "</x14:formula1><xm:sqref>E5:E9</xm:sqref></x14:dataValidation></x14:dataValidations>"
    "</ext></extLst>"
)
SHAPE = (
    '<xdr:twoCellAnchor xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/'
    'spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    "<xdr:from><xdr:col>6</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>0</xdr:row>"
    "<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>8</xdr:col><xdr:colOff>0</xdr:colOff>"
    "<xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:sp macro='' textlink=''>"
    '<xdr:nvSpPr><xdr:cNvPr id="9" name="결재란"/><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr><xdr:txBody><a:bodyPr/><a:p>'
    "<a:r><a:t>결재</a:t></a:r></a:p></xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor>"
)
_LINE = Border(*[Side(style="thin")] * 4)

# The items of every form: (code, area, title, detail).
ITEMS = [
    ("N-01", "NET", "망분리", "업무망과 서비스망을 분리한다.\n방화벽으로 통제한다."),
    ("N-02", "NET", "접근통제", "관리자 접속을 제한한다."),
    ("S-01", "SRV", "전용 서버", "연동 서버를 전용으로 둔다."),
    ("S-02", "SRV", "보안 설정", "최소한의 보안 설정을 유지한다."),
    ("S-03", "SRV", "백신", "악성코드를 탐지한다."),
]


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return out.getvalue()


def read(content: bytes) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl says that it does not know Excel 2010's lists
        return load_workbook(io.BytesIO(content), rich_text=True)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _logo() -> Image:
    out = io.BytesIO()
    Picture.new("RGB", (120, 40), "#2ac1bc").save(out, "PNG")
    out.seek(0)
    return Image(out)


def _extras(book: Workbook, sheet: Worksheet) -> None:
    """What people add around the rows: a count, a comment, colours, paper, a list of words."""
    sheet["K1"] = '=COUNTIF(E5:E9,"이행")'
    sheet["B5"].comment = Comment("꼭 채우세요", "심사팀")
    sheet.conditional_formatting.add(
        "E5:E9",
        CellIsRule(operator="equal", formula=['"미이행"'], fill=PatternFill(bgColor="F8CBAD")),
    )
    sheet.column_dimensions["F"].width = 60
    sheet.row_dimensions[7].height = 90
    sheet.freeze_panes = "C5"
    sheet.print_title_rows = "3:4"
    sheet.page_setup.orientation = "landscape"
    codes = book.create_sheet("코드")
    for row, word in enumerate(["결과", "이행", "부분이행", "미이행", "해당없음"], start=1):
        codes.cell(row, 1, word)


def _with_what_excel_writes(files: dict[str, bytes]) -> dict[str, bytes]:
    files[SHEET] = files[SHEET].replace(b"</worksheet>", f"{X14}</worksheet>".encode())
    drawing = next(name for name in files if name.startswith("xl/drawings/drawing"))
    text = files[drawing].decode()
    end = text.rindex("</")
    files[drawing] = f"{text[:end]}{SHAPE}{text[end:]}".encode()
    files["xl/printerSettings/printerSettings1.bin"] = bytes(range(64))
    return files


def checklist() -> tuple[bytes, Layout]:
    """A Korean checklist: logo, two-row merged header, merged areas, lists, rich text, a sign box."""
    book = Workbook()
    sheet = book.active
    sheet.title = "보안 점검표"
    sheet["A1"] = CellRichText(
        "배달 연동 ", TextBlock(InlineFont(b=True, color="FFFF0000"), "보안")
    )
    sheet.merge_cells("A1:D1")
    sheet.add_image(_logo(), "E1")
    sheet["A3"], sheet["B3"], sheet["C3"], sheet["E3"] = "구분", "번호", "요구사항", "자가점검"
    sheet["C4"], sheet["D4"] = "항목", "세부내용"
    for column, title in zip("EFGHI", ["결과", "이행내용", "증적", "담당자", "비고"], strict=True):
        sheet[f"{column}4"] = title
    for area in ("A3:A4", "B3:B4", "C3:D3", "E3:I3"):
        sheet.merge_cells(area)
    for row, (code, area, title, detail) in enumerate(ITEMS, start=5):
        for column, text in zip("ABCD", (area, code, title, detail), strict=True):
            sheet[f"{column}{row}"] = text
        for column in "ABCDEFGHI":
            cell = sheet[f"{column}{row}"]
            cell.border, cell.font = _LINE, Font(name="맑은 고딕", size=10)
            cell.alignment = Alignment(wrap_text=column in "DF", vertical="top")
        sheet[f"E{row}"].fill = PatternFill("solid", fgColor="FFF2CC")
    sheet["F6"] = "작성 예: 접속 기록 화면을 붙이세요."
    sheet.merge_cells("A5:A6")
    sheet.merge_cells("A7:A9")
    _extras(book, sheet)
    files = _with_what_excel_writes(parts(saved(book)))
    rows = {item[0]: [row] for row, item in enumerate(ITEMS, start=5)}
    columns = {
        "area": 1, "code": 2, "title": 3, "detail": 4, "answer": 5, "implementation": 6,
        "evidence_given": 7, "owner": 8, "remark": 9,
    }  # fmt: skip
    return packed(files), Layout([Sheet("보안 점검표", 4, columns, rows)])


def questionnaire() -> tuple[bytes, Layout]:
    """An English questionnaire: a sheet an area, protected, answer cells merged, one computed."""
    book = Workbook()
    book.remove(book.active)
    sheets = []
    for area in ("NET", "SRV"):
        sheet = book.create_sheet(f"{area} Q's")
        sheet.append(["Ref", "Question", "Response", "Comment", None, "Owner"])
        items = [item for item in ITEMS if item[1] == area]
        rows: dict[str, list[int]] = {}
        for row, (code, _area, title, _detail) in enumerate(items, start=2):
            sheet.cell(row, 1, code)
            sheet.cell(row, 2, title)
            sheet.merge_cells(start_row=row, end_row=row, start_column=4, end_column=5)
            for column in (3, 4, 5):
                sheet.cell(row, column).protection = Protection(locked=False)
            rows[code] = [row]
        listed = DataValidation(type="list", formula1='"Yes,No,N/A"', allow_blank=True)
        listed.add(f"C2:C{len(items) + 1}")
        sheet.add_data_validation(listed)
        sheet.protection.sheet = True
        columns = {"code": 1, "title": 2, "answer": 3, "implementation": 5, "owner": 6}
        sheets.append(Sheet(sheet.title, 1, columns, rows))
    book["SRV Q's"]["C4"] = '=IF(C2="Yes","Yes","No")'
    return saved(book), Layout(sheets)


def split_rows() -> tuple[bytes, Layout]:
    """Details over several rows, one answer cell a code merged down, none for the second code."""
    book = Workbook()
    sheet = book.active
    sheet.title = "점검"
    sheet.append(["번호", "요구사항", "세부", "답변", "내용"])
    rows: dict[str, list[int]] = {}
    at = 2
    for code, _area, title, _detail in ITEMS:
        rows[code] = [at, at + 1]
        sheet.cell(at, 1, code)
        sheet.cell(at, 2, title)
        sheet.cell(at, 3, "가")
        sheet.cell(at + 1, 3, "나")
        if code not in {"S-02", "S-03"}:
            sheet.merge_cells(start_row=at, end_row=at + 1, start_column=4, end_column=4)
        at += 2
    sheet.merge_cells("D8:D11")
    columns = {"code": 1, "title": 2, "detail": 3, "answer": 4, "implementation": 5}
    return saved(book), Layout([Sheet("점검", 1, columns, rows)])


CSV_HEADER = '구분,번호,요구사항,"세부 내용",결과,이행내용,증적,담당자,비고\r\n'


def table(encoding: str = "cp949") -> tuple[bytes, Layout]:
    """The checklist's twin as Korean Excel saves a CSV: CP949, CRLF, quotes where needed."""
    lines = ["배달 연동 보안 점검표,,,,,,,,\r\n", CSV_HEADER]
    for code, area, title, detail in ITEMS:
        lines.append(f'{area},{code},{title},"{detail}","",,,,\r\n')
    rows = {item[0]: [row] for row, item in enumerate(ITEMS, start=3)}
    columns = {
        "area": 1, "code": 2, "title": 3, "detail": 4, "answer": 5, "implementation": 6,
        "evidence_given": 7, "owner": 8, "remark": 9,
    }  # fmt: skip
    layout = Layout([Sheet("", 2, columns, rows)], encoding=encoding, delimiter=",")
    return "".join(lines).encode(encoding), layout


def raw_cell(content: bytes, reference: str, part: str = SHEET) -> str:
    """The XML of one cell, as it stands in the file."""
    found = re.search(
        rf'<c r="{reference}"[^>]*?(/>|>.*?</c>)', parts(content)[part].decode(), re.DOTALL
    )
    return found.group(0) if found else ""
