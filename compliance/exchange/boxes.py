"""Cells that offer their answers with boxes to tick: "☐ 예  ☑ 아니오", "[ ] Yes [x] No"."""

import re
from dataclasses import dataclass

# What an empty box becomes when it is ticked; the ticked ones become empty again.
_TICKED = {"☐": "☑", "□": "■", "◻": "◼", "▢": "▣", "○": "●", "[ ]": "[v]", "( )": "(v)"}
_EMPTY = {
    **{ticked: empty for empty, ticked in _TICKED.items()},
    "☒": "☐", "☑": "☐", "✅": "☐", "✔": "☐", "✓": "☐", "▣": "□",
}  # fmt: skip
_BOX = re.compile(r"[☐☑☒□■▢▣◻◼✅✔✓○●]|\[\s*[vVxXoO√✓✔]?\s*\]|\(\s*[vVxXoO√✓✔]?\s*\)")
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that a cell offers: its *word*, where its box stands, and whether it is ticked."""

    word: str
    begin: int
    end: int
    ticked: bool


def options(text: str) -> list[Option]:
    """Return what the cell offers, [] when it is no list of boxes with words after them."""
    found = list(_BOX.finditer(text))
    if len(found) < FEWEST:
        return []
    ends = [each.start() for each in found[1:]] + [len(text)]
    offered = [
        Option(
            text[box.end() : end].strip(" \t\r\n,/·|"), box.start(), box.end(), _is_ticked(box[0])
        )
        for box, end in zip(found, ends, strict=True)
    ]
    whole = all(each.word for each in offered) and not text[: found[0].start()].strip()
    return offered if whole else []


def chosen(text: str) -> str:
    """Return the word of the one ticked box; *text* itself where there are no boxes."""
    offered = options(text)
    if not offered:
        return text
    ticked = [each.word for each in offered if each.ticked]
    return ticked[0] if len(ticked) == 1 else ""


def ticked(text: str, word: str) -> str:
    """Return *text* with the box before *word* ticked and the others empty."""
    parts, at = [], 0
    for each in options(text):
        box = text[each.begin : each.end]
        parts += [text[at : each.begin], _tick(box) if each.word == word else _untick(box)]
        at = each.end
    return "".join([*parts, text[at:]])


def _kind(box: str) -> str:
    return f"{box[0]} {box[-1]}" if box[0] in "[(" else box


def _is_ticked(box: str) -> bool:
    if box[0] in "[(":
        return bool(box[1:-1].strip())
    return box not in _TICKED


def _tick(box: str) -> str:
    return box if _is_ticked(box) else _TICKED[_kind(box)]


def _untick(box: str) -> str:
    if not _is_ticked(box):
        return box
    return _kind(box) if box[0] in "[(" else _EMPTY[box]
