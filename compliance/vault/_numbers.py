"""A stored number as its cell shows it: 3, not 3.0; 1.10 where the format has two decimals."""

import re
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

# Dates of the East Asian releases of Excel (ECMA-376 part 1, 18.8.30); openpyxl lists the others.
_EAST_ASIAN_DATES = {*range(27, 37), *range(50, 59)}
_PLAIN = re.compile(r"(?:[#,]*0[0,]*)(?:\.(0+))?(%?)")
# Colours, conditions, literal text and fillers of a format say nothing about its digits.
_DRESS = re.compile(r'\[[^\]]*\]|"[^"]*"|\\.|_.|\*.')


def builtin(number: int) -> str:
    """Return the format that a file names by number alone."""
    return "yyyy-mm-dd" if number in _EAST_ASIAN_DATES else BUILTIN_FORMATS.get(number, "General")


def shown(value: str, code: str, *, from_1904: bool = False) -> str:
    """Return *value* as text; a date as 2026-11-22, a day's time as 09:30."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > 30:
        return value
    if code != "General" and is_date_format(code):
        return _moment(number, code, from_1904) or _general(number)
    return _formatted(number, _DRESS.sub("", code.split(";")[0])) or _general(number)


def is_day(code: str) -> bool:
    """Whether the format shows a day and a month without a year: what "1-1" becomes in Excel."""
    bare = _DRESS.sub("", code.split(";")[0]).lower()
    return "d" in bare and "m" in bare and not set("yehs") & set(bare)


def _general(number: Decimal) -> str:
    """At most 15 digits count, as in the programs; what lies beyond is noise of binary numbers."""
    text = format(Decimal(format(number, ".15g")).normalize(), "f")
    return "0" if text == "-0" else text


def _formatted(number: Decimal, code: str) -> str:
    found = _PLAIN.fullmatch(code.strip())
    if found is None:
        return ""
    decimals = len(found[1] or "")
    value = number * 100 if found[2] else number
    grouping = "," if "," in code else ""
    text = f"{value:{grouping}.{decimals}f}{found[2]}"
    zeros = code.strip() if set(code.strip()) == {"0"} else ""
    return text.zfill(len(zeros))


def _moment(number: Decimal, code: str, from_1904: bool) -> str:  # noqa: FBT001
    epoch = CALENDAR_MAC_1904 if from_1904 else CALENDAR_WINDOWS_1900
    try:
        moment = from_excel(float(number), epoch)
    except (ValueError, OverflowError):
        return ""
    if isinstance(moment, datetime) and is_day(code):
        return f"{moment.month}-{moment.day}"
    if isinstance(moment, datetime):
        return moment.strftime("%Y-%m-%d" if moment.time() == time() else "%Y-%m-%d %H:%M")
    if isinstance(moment, timedelta):
        return str(moment)
    return str(moment.strftime("%H:%M"))
