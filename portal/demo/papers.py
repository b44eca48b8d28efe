"""The made-up company's evidence: diagrams, captures, documents, exports. Drawn, not copied."""

import io
import textwrap
from collections.abc import Callable, Sequence
from datetime import date

import pylopdf_fonts_ko
from PIL import Image, ImageDraw, ImageFont

from compliance.shared.tables import to_csv

INK, PALE, LINE, ACCENT = "#1f2937", "#f3f4f6", "#9ca3af", "#0f766e"
Paper = Callable[[str, Sequence[str], date], bytes]


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(pylopdf_fonts_ko.sans_path()), size)


def document(title: str, lines: Sequence[str], day: date) -> bytes:
    """Return a one-page A4 PDF with a heading, numbered paragraphs and an approval box."""
    image = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(image)
    draw.text((110, 120), "바른걸음 주식회사", font=_font(26), fill=LINE)
    top = 260
    for part in _wrapped(title, 24):
        draw.text((110, top), part, font=_font(42), fill=INK)
        top += 60
    draw.line((110, top + 10, 1130, top + 10), fill=ACCENT, width=4)
    draw.text((110, top + 30), f"시행일 {day:%Y-%m-%d}", font=_font(26), fill=LINE)
    for column, label in enumerate(("작성", "검토", "승인")):
        left = 800 + column * 110
        draw.rectangle((left, 110, left + 110, 220), outline=LINE, width=2)
        draw.text((left + 30, 116), label, font=_font(24), fill=INK)
    top += 110
    for number, line in enumerate(lines, start=1):
        draw.text((110, top), f"{number}.", font=_font(30), fill=ACCENT)
        for part in _wrapped(line, 32):
            draw.text((170, top), part, font=_font(30), fill=INK)
            top += 50
        top += 24
    draw.text((560, 1660), "- 1 -", font=_font(24), fill=LINE)
    out = io.BytesIO()
    image.save(out, "PDF", resolution=150, title=title)
    return out.getvalue()


def capture(title: str, lines: Sequence[str], day: date) -> bytes:
    """Return a full-screen capture as PNG: address bar, signed-in person, date and time."""
    image = Image.new("RGB", (1600, 900), PALE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1600, 64), fill="#e5e7eb")
    draw.rounded_rectangle((120, 12, 1180, 52), 18, fill="white")
    draw.text((140, 17), "https://console.bareun.example/security", font=_font(22), fill=INK)
    draw.text((1210, 17), f"minsu · {day:%Y-%m-%d} 14:05", font=_font(22), fill=INK)
    draw.text((60, 100), title, font=_font(38), fill=INK)
    for row, line in enumerate(lines):
        top = 180 + row * 78
        draw.rounded_rectangle((60, top, 1540, top + 64), 10, fill="white", outline="#d1d5db")
        draw.text((84, top + 16), line, font=_font(26), fill=INK)
        draw.rounded_rectangle((1400, top + 14, 1510, top + 50), 16, fill=ACCENT)
        draw.text((1428, top + 17), "적용", font=_font(22), fill="white")
    return _png(image)


def network(title: str, lines: Sequence[str], day: date) -> bytes:
    """Return a diagram of zones with a firewall between each, as PNG; *lines* are its notes."""
    zones = (
        ("플랫폼", ("주문 API", "고정 IP 2개")),
        ("DMZ", ("연동 서버 2대", "웹 방화벽")),
        ("내부망", ("배차 서버 4대", "로그 서버")),
        ("DB망", ("주문 DB 2대", "백업 저장소")),
    )
    return _diagram(title, lines, day, zones, between="FW")


def data_flow(title: str, lines: Sequence[str], day: date) -> bytes:
    """Return the way of an order's data from receipt to destruction, as PNG; *lines* are its notes."""
    zones = (
        ("수신", ("주문번호, 품목", "안심번호, 주소")),
        ("배차", ("가맹점, 라이더", "위치 기반 배정")),
        ("배달", ("라이더 앱 표시", "완료 시각 기록")),
        ("파기", ("24시간 뒤 가림", "90일 뒤 삭제")),
    )
    return _diagram(title, lines, day, zones, between="▶")


def _diagram(
    title: str,
    lines: Sequence[str],
    day: date,
    zones: Sequence[tuple[str, Sequence[str]]],
    between: str,
) -> bytes:
    image = Image.new("RGB", (1600, 1000), "white")
    draw = ImageDraw.Draw(image)
    draw.text((60, 40), title, font=_font(40), fill=INK)
    draw.text((60, 100), f"기준일 {day:%Y-%m-%d}", font=_font(24), fill=LINE)
    for number, (name, inside) in enumerate(zones):
        left, top = 60 + number * 390, 190
        draw.rounded_rectangle((left, top, left + 310, top + 380), 16, fill=PALE, outline=ACCENT)
        draw.text((left + 24, top + 18), name, font=_font(30), fill=ACCENT)
        for row, each in enumerate(inside):
            box = (left + 24, top + 80 + row * 140, left + 286, top + 190 + row * 140)
            draw.rounded_rectangle(box, 10, fill="white", outline=LINE, width=2)
            middle = ((box[0] + box[2]) // 2, (box[1] + box[3]) // 2)
            draw.text(middle, each, font=_font(26), fill=INK, anchor="mm")
        if number + 1 < len(zones):
            draw.line((left + 310, top + 190, left + 390, top + 190), fill=INK, width=4)
            draw.rectangle((left + 325, top + 165, left + 375, top + 215), fill="#b45309")
            middle = (left + 350, top + 190)
            draw.text(middle, between, font=_font(24), fill="white", anchor="mm")
    top = 620
    for line in lines:
        for row, part in enumerate(_wrapped(line, 80)):
            draw.text(
                (60 if row else 40, top), part if row else f"· {part}", font=_font(28), fill=INK
            )
            top += 44
        top += 10
    return _png(image)


def listing(title: str, lines: Sequence[str], day: date) -> bytes:
    """Return a register as CSV that Korean Excel opens."""
    rows = [[number, line, day.isoformat(), "정상"] for number, line in enumerate(lines, start=1)]
    return to_csv(["번호", title, "확인일", "상태"], rows)


def output(title: str, lines: Sequence[str], day: date) -> bytes:
    """Return a command's output as text."""
    head = f"# {title}\n# 수집 {day:%Y-%m-%d} 14:05 KST\n"
    return (head + "\n".join(lines) + "\n").encode()


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width) or [""]


# Evidence kind of the profile → how the demo makes one, and the name's ending.
FORMS: dict[str, tuple[Paper, str]] = {
    "network_diagram": (network, "png"),
    "data_flow_diagram": (data_flow, "png"),
    "asset_inventory": (listing, "csv"),
    "ip_register": (listing, "csv"),
    "account_list": (listing, "csv"),
    "vendor_list": (listing, "csv"),
    "deletion_log": (listing, "csv"),
    "firewall_ruleset": (output, "txt"),
    "config_export": (output, "txt"),
    "log_sample": (output, "txt"),
    "db_query_result": (output, "txt"),
    "db_schema": (output, "txt"),
    "code_snippet": (output, "txt"),
    "config_screenshot": (capture, "png"),
    "monitoring_report": (capture, "png"),
    "photo": (capture, "png"),
}


def paper_of(kind: str) -> tuple[Paper, str]:
    return FORMS.get(kind, (document, "pdf"))
