"""What every document's rows are checked for, and how its numbers become codes."""

import re

from django.utils.translation import gettext as _

from compliance.exchange.items import Item, Reading, Row

# The bounds of the tables and of the schema of a profile.
TITLE_LIMIT = 300
STATEMENT_LIMIT = 20_000
CODE_LIMIT = 40
# What an address cannot carry; a platform's 1/2 becomes 1-2 here and stays 1/2 in its form.
_UNFIT = re.compile(r"[\s/?#%\\]+")
# "(1)", "[2]", "<3>": brackets around the whole number; AC-2(1) keeps its own.
_BRACKETED = re.compile(r"[(\[<（【〔]\s*([^()\[\]<>（）【】〔〕]+?)\s*[)\]>）】〕]")
_LAST_PART = re.compile(r"(.*\w)(?:[.-]\w+|\(\w+\))")
_BULLET = re.compile(r"^\s*(?:[-•·∙▪■□○●*※]|\d{1,2}[.)])\s*")


def code_of(text: str) -> str:
    """Return a number as an address can carry it: "1. 2." is 1.-2, "A/3" is A-3, "(1)" is 1."""
    bare = text.strip().rstrip(".")
    if whole := _BRACKETED.fullmatch(bare):
        bare = whole[1]
    elif bare.count("(") < bare.count(")"):
        bare = bare.rstrip(".)")
    return _UNFIT.sub("-", bare).strip("-")


def lines(text: str) -> list[str]:
    return [line for each in text.splitlines() if (line := _BULLET.sub("", each).strip())]


def lengths(item: Item) -> list[str]:
    """Return the sentences of what is too long, or cannot be an address."""
    problems = []
    if len(item.code) > CODE_LIMIT:
        problems.append(_("The number is longer than %d characters.") % CODE_LIMIT)
    if item.code and not item.code.strip("."):
        problems.append(_("This number cannot stand in an address: %s") % item.code)
    if len(item.statement) > STATEMENT_LIMIT:
        problems.append(_("The text is longer than 20,000 characters."))
    return problems


def check_codes(reading: Reading) -> None:
    first: dict[str, Row] = {}
    for row in reading.rows:
        if row.item is None or row.skipped or not row.item.code:
            continue
        other = first.setdefault(row.item.code, row)
        if other is not row:
            place = f"{other.sheet} {other.number}".strip()
            row.problems.append(
                _("The number %(code)s stands in row %(row)s already.")
                % {"code": row.item.code, "row": place}
            )


def find_parents(reading: Reading) -> None:
    """Numbers that say it themselves: 1.1.2 stands under 1.1, AC-2(1) under AC-2, where there is one."""
    codes = {item.code for item in reading.taken}
    for item in reading.taken:
        above = item.code
        while not item.parent and (shorter := _shorter(above)):
            item.parent = shorter if shorter in codes else ""
            above = shorter


def _shorter(code: str) -> str:
    found = _LAST_PART.fullmatch(code)
    return found[1] if found else ""


def check_parents(reading: Reading) -> None:
    parents = {item.code: item.parent for item in reading.taken}
    for row in reading.rows:
        item = row.item
        if item is None or row.skipped or not item.parent:
            continue
        if item.parent not in parents:
            row.problems.append(_("The item above, %s, is not in this document.") % item.parent)
        elif _goes_round(item.code, parents):
            row.problems.append(_("The items above lead in a circle: %s.") % item.code)


def _goes_round(code: str, parents: dict[str, str]) -> bool:
    seen: set[str] = set()
    while code and code not in seen:
        seen.add(code)
        code = parents.get(code, "")
    return bool(code)
