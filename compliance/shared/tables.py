"""Tables that leave the portal as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(value: object) -> str:
    """Return *value* as text that a spreadsheet shows and never runs (a formula gets a quote)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def to_csv(header: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """Return UTF-8 with a byte-order mark, without which Korean Excel reads it as CP949."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([neutral(cell) for cell in header])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
