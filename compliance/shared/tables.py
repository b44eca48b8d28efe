"""Tables that leave the portal as CSV, and texts that no spreadsheet may run."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# What begins a formula, in half and in full width: an input method writes the latter.
_FORMULA = "=+-@＝＋－＠"
_SPACES = "\t\r\n \u00a0\u3000\ufeff\u200b"
# Inside a text a line like "- 관리자 계정 분리" is an item of a list. A reader that falls apart at
# line breaks could run one with an exclamation mark or a pipe (DDE), so those are not spared.
_ITEM = re.compile(r"[-+－＋][ \t\u00a0\u3000]+[^|!=]*$")


def neutral(value: object) -> str:
    """Return *value* as text that a spreadsheet shows and never runs (a formula gets a quote).

    The first sign decides, spaces and line breaks before it aside; in later lines a list's bullet
    ("- …") stays as it is.
    """
    text = "" if value is None else str(value)
    if text[:1] in {"\t", "\r"} or _begins_formula(text):
        text = f"'{text}"
    if "\n" not in text and "\r" not in text:
        return text
    first, *others = re.split(r"(\r\n|\r|\n)", text)
    return first + "".join(_line(each) for each in others)


def plain(text: str) -> str:
    """Return *text* as it was before `neutral`: each quote that only stands guard is taken off."""
    if "'" not in text:
        return text
    return "".join(_unguarded(each) for each in re.split(r"(\r\n|\r|\n)", text))


def _unguarded(line: str) -> str:
    rest = line[1:]
    guards = line[:1] == "'" and (rest[:1] == "\t" or _begins_formula(rest))
    return rest if guards else line


def _begins_formula(text: str) -> bool:
    return text.lstrip(_SPACES)[:1] in set(_FORMULA)


def _line(line: str) -> str:
    begins = _begins_formula(line) or line[:1] == "\t"
    return f"'{line}" if begins and not _ITEM.match(line.lstrip(_SPACES)) else line


def to_csv(header: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """Return UTF-8 with a byte-order mark, without which Korean Excel reads it as CP949."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([neutral(cell) for cell in header])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
