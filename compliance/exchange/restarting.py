"""Numbers that begin again in every sheet or chapter, as Korean check lists like to do.

The document's own cells stay as they are; only the codes of the profile get the chapter in front.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from compliance.exchange.items import Item, Reading

# "1-1 경계 보안", "2.서버", "NET1 …": a chapter often has a number of its own.
_OWN_NUMBER = re.compile(r"\s*([A-Za-z]{0,5}\d[\dA-Za-z.-]*)")
Numbered = tuple[str, Item]  # the sheet and the requirement
Chapter = Callable[[Numbered], str]


def tell_apart(reading: Reading) -> None:
    """Put the sheet's or the area's number before codes that are unique only within it.

    Codes that stay doubled inside a chapter are a mistake of the document: they are left alone, so
    that each row says so.
    """
    items = [(row.sheet, row.item) for row in reading.rows if row.item and not row.skipped]
    if not _doubled(item.code for _sheet, item in items):
        return
    for chapter in (_sheet_of, _area_of):
        names = list(dict.fromkeys(chapter(each) for each in items))
        if len(names) > 1 and not _doubled((chapter(each), each[1].code) for each in items):
            _prefix(items, chapter, _numbers(names))
            reading.notes.append(
                _("The numbers begin again in every chapter: the chapter's number was put first.")
            )
            return


def _sheet_of(each: Numbered) -> str:
    return each[0]


def _area_of(each: Numbered) -> str:
    return each[1].area


def _doubled(codes: Iterable[object]) -> bool:
    return any(number > 1 for code, number in Counter(codes).items() if code != "")


def _prefix(items: list[Numbered], chapter: Chapter, numbers: dict[str, str]) -> None:
    for each in items:
        item, number = each[1], numbers[chapter(each)]
        item.code = f"{number}-{item.code}" if item.code else ""
        item.parent = f"{number}-{item.parent}" if item.parent else ""


def _numbers(names: list[str]) -> dict[str, str]:
    """{chapter: its own number where all have one, else its place in the document}."""
    found = [_OWN_NUMBER.match(name) for name in names]
    own = [each[1].strip(".-") for each in found if each]
    if len(set(own)) == len(names):
        return dict(zip(names, own, strict=True))
    return {name: str(place) for place, name in enumerate(names, 1)}
