"""Three companies' ways of writing the same kind of list, made here with openpyxl."""

import csv
import io

import openpyxl
from openpyxl.worksheet.datavalidation import DataValidation

TWO_ROW_HEADER = [
    ["보안 점검표 (2027년)", "", "", "", "", "", "", ""],
    ["구분", "번호", "요구사항", "세부내용", "중요도", "점검결과", "", "비고"],
    ["", "", "", "", "", "이행여부(Y/N/N-A)", "이행내용", ""],
    ["네트워크", "1.1", "외부 연결 구간을 방화벽으로 나눈다", "방화벽 정책을 문서로 둔다", "상", "Y", "방화벽 2대 이중 구성", ""],
    ["", "1.10", "원격 접속은 승인된 단말만 허용한다", "VPN과 2단계 인증을 쓴다\n접속 기록을 남긴다", "중", "", "", ""],
    ["", "", "", "예외 접속은 대장으로 관리한다", "", "", "", ""],
    ["개인정보", "2.1", "주문 정보는 30일 뒤 지운다", "", "상", "N", "", "협의 필요"],
    ["", "", "", "", "", "", "", ""],
    ["위와 같이 점검하였음을 확인합니다", "", "", "", "", "", "", ""],
]  # fmt: skip


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def two_row_header():
    """Company 1: a title row, a header of two merged rows, areas and a number merged downwards."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "점검표"
    for row in TWO_ROW_HEADER:
        sheet.append([cell or None for cell in row])
    for area in ("A1:H1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:E3", "F2:G2", "H2:H3", "A4:A6",
                 "B5:B6", "C5:C6", "A9:H9"):  # fmt: skip
        sheet.merge_cells(area)
    choices = DataValidation(type="list", formula1='"Y,N,N/A"')
    sheet.add_data_validation(choices)
    choices.add("F4:F7")
    return saved(book)


def two_row_csv(encoding="cp949"):
    """The CSV twin of company 1, as Korean Excel writes it."""
    out = io.StringIO()
    csv.writer(out).writerows(TWO_ROW_HEADER)
    return out.getvalue().encode(encoding)


def sheets_per_area():
    """Company 2: a cover, a hidden sheet of codes, one sheet an area, several lines in a cell."""
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "표지"
    cover["B3"] = "협력사 보안 점검"
    cover["B5"] = "작성일"
    for area, rows in {
        "서버": [("SRV/1", "운영 서버를 따로 둔다", "- 개발 서버와 나눈다\n- 접근을 기록한다"), ("SRV/2", "패치를 한 달 안에 넣는다", "")],
        "로그": [("LOG/1", "접속 기록을 1년 보관한다", "위변조를 막는다")],
    }.items():  # fmt: skip
        sheet = book.create_sheet(area)
        sheet.append([f"{area} 보안"])
        sheet.append(
            ["항목번호", "점검항목", "점검기준", "이행 여부", "조치내용", "증빙자료", "담당자"]
        )
        for code, title, detail in rows:
            sheet.append([code, title, detail or None])
    hidden = book.create_sheet("코드")
    hidden.sheet_state = "hidden"
    hidden.append(["번호", "요구사항"])
    hidden.append(["X", "숨김"])
    return saved(book)


def english_sections():
    """Company 3: English, rings and crosses, rows that only name a section, no numbers."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Vendor checklist"
    sheet.append(["Security Requirement", "Guidance", "Required", "Result (○/△/×)", "Comments"])
    for row in (
        ["Access control"],
        ["Accounts belong to one person", "No shared accounts", "must", "○", "SSO for everyone"],
        ["Leavers lose access within a day", None, "should", "×", None],
        ["Logging"],
        ["Access to personal data is logged", "Keep the log for a year", "must", None, None],
    ):
        sheet.append(row)
    sheet.merge_cells("A2:E2")
    sheet.merge_cells("A5:E5")
    sheet.append([])
    sheet.append(["", "", "", "", "Signed by:"])
    return saved(book)
