"""What a document most likely means; a person may change every guess."""

import re
from collections import Counter
from collections.abc import Iterable

from compliance.exchange import boxes, headers, headings
from compliance.exchange.layouts import MARKS, Layout, Role, Sheet, mark_of
from compliance.requirements.models import Assessment
from compliance.vault.tables import Book, Table

_V = Assessment.Verdict
# How the answers of one kind of form belong together; used where only some of them are seen.
FAMILIES: list[dict[str, str]] = [
    {_V.MET: "Y", _V.PARTIAL: "P", _V.NOT_MET: "N", _V.NOT_APPLICABLE: "N/A"},
    {_V.MET: "○", _V.PARTIAL: "△", _V.NOT_MET: "×", _V.NOT_APPLICABLE: "N/A"},
    {_V.MET: "O", _V.PARTIAL: "△", _V.NOT_MET: "X", _V.NOT_APPLICABLE: "N/A"},
    {_V.MET: "예", _V.PARTIAL: "일부", _V.NOT_MET: "아니오", _V.NOT_APPLICABLE: "해당없음"},
    {_V.MET: "이행", _V.PARTIAL: "부분이행", _V.NOT_MET: "미이행", _V.NOT_APPLICABLE: "해당없음"},
    {_V.MET: "준수", _V.PARTIAL: "부분준수", _V.NOT_MET: "미준수", _V.NOT_APPLICABLE: "해당없음"},
    {_V.MET: "양호", _V.PARTIAL: "일부", _V.NOT_MET: "취약", _V.NOT_APPLICABLE: "N/A"},
    {
        _V.MET: "Yes",
        _V.PARTIAL: "Partial",
        _V.NOT_MET: "No",
        _V.NOT_APPLICABLE: "N/A",
        _V.INCONCLUSIVE: "TBD",
    },
    {_V.MET: "적합", _V.PARTIAL: "부분적합", _V.NOT_MET: "부적합", _V.NOT_APPLICABLE: "해당없음"},
]
USUAL = FAMILIES[-1]
ASKED = [_V.MET, _V.PARTIAL, _V.NOT_MET, _V.NOT_APPLICABLE, _V.INCONCLUSIVE]
_SEEN_WORDS = 30
# The doubt from which on a header only contains a word.
_VAGUE = 1000
# A number as lists have it: 1.1.1, N-01, 가-3; never a sentence.
_CODE = re.compile(r"[A-Za-z가-힣]{0,5}[-.]?\d+(?:[-.]\d+)*\.?")
_NUMBERS: dict[str, re.Pattern[str]] = {
    Role.TITLE: _CODE,
    Role.AREA: re.compile(r"\d+(?:[-.]\d+)*\.?"),
}


def layout(book: Book) -> Layout:
    """Guess everything: sheets, header rows, columns, words."""
    sheets = [sheet(table, headers.guess(table)) for table in _with_requirements(book)]
    return with_words(Layout(sheets, {}, book.encoding, book.delimiter), book)


def _with_requirements(book: Book) -> list[Table]:
    """Sheets that read like a list of requirements; else the longest visible one."""
    shown = [table for table in book.tables if not table.hidden and table.cells]
    found = [table for table in shown if _is_list(table)]
    return found or sorted(shown, key=lambda table: len(table.cells))[-1:]


def _is_list(table: Table) -> bool:
    row = headers.guess(table)
    return bool(row) and Role.TITLE in columns(table, row) and table.last_row > row


def sheet(table: Table, header_row: int) -> Sheet:
    row = header_row or headers.fullest(table)
    return Sheet(name=table.name, header_row=row, columns=columns(table, row))


def columns(table: Table, header_row: int) -> dict[str, int]:
    """Return {role: column}. The surest header of a role wins; a column has one role."""
    named = headers.columns(table, header_row)
    chosen = _marks(named)
    found = [(*known, column.number) for column in named if (known := _role_of(column))]
    found.sort(key=lambda each: (each[0], each[2]))
    _take_numbers(table, header_row, found, chosen)
    for _doubt, role, number in found:
        if role not in chosen and number not in chosen.values():
            chosen[role] = number
    for needed, instead in ((Role.TITLE, Role.DETAIL), (Role.AREA, Role.SUBAREA)):
        if needed not in chosen and instead in chosen:
            chosen[needed] = chosen.pop(instead)
    _take_second_column(named, chosen)
    _take_what_is_left(named, found, chosen)
    if Role.EVIDENCE_GIVEN not in chosen and _is_blank(table, header_row, chosen):
        # Nothing is asked for there: the column waits for what the applicant submits.
        chosen[Role.EVIDENCE_GIVEN] = chosen.pop(Role.EVIDENCE_ASKED)
    return chosen


def _marks(named: list[headers.Column]) -> dict[str, int]:
    """Columns beside each other that are named after the answers: 이행 | 미이행 | 해당없음."""
    run: dict[str, int] = {}
    for column in [*named, headers.Column(0)]:
        verdict = headings.verdict_of(column.lines[-1]) if column.lines else ""
        if verdict and verdict not in run:
            run[verdict] = column.number
        elif headings.are_marks(run):
            break
        else:
            run = {verdict: column.number} if verdict else {}
    return {mark_of(verdict): number for verdict, number in run.items()}


def _take_numbers(
    table: Table, header_row: int, found: list[tuple[int, str, int]], chosen: dict[str, int]
) -> None:
    """A column called "항목" or "구분" that holds 1.1.1, 1.1.2 is that of the numbers."""
    if any(role == Role.CODE for _doubt, role, _number in found):
        return
    rows = [c for row, c in table.cells.items() if row > header_row and len(c) > 1]
    for _doubt, role, number in found:
        texts = [cells[number] for cells in rows if number in cells]
        pattern = _NUMBERS.get(role)
        if pattern and texts and all(pattern.fullmatch(text) for text in texts):
            chosen[Role.CODE] = number
            return


def _take_what_is_left(
    named: list[headers.Column], found: list[tuple[int, str, int]], chosen: dict[str, int]
) -> None:
    """A second name left of the requirement groups it; a second detail says how it is checked."""
    words = {c.number: headings.heading(c.lines[-1]) for c in named if c.lines}
    # What says how an item is checked comes last: another detail is nearer to the requirement.
    found.sort(key=lambda each: words.get(each[2]) in headings.CHECKS)
    for doubt, role, number in found:
        if number in chosen.values() or doubt >= _VAGUE:
            continue
        if role == Role.TITLE and number < chosen.get(Role.TITLE, 0):
            chosen.setdefault(Role.SUBAREA if Role.AREA in chosen else Role.AREA, number)
        elif role == Role.DETAIL and Role.DETAIL not in chosen:
            chosen[Role.DETAIL] = number
        elif role == Role.DETAIL and words.get(number) in headings.CHECKS:
            chosen.setdefault(Role.TEST, number)


def _take_second_column(named: list[headers.Column], chosen: dict[str, int]) -> None:
    """One header over two columns: the right one goes on with what the left one says."""
    title = chosen.get(Role.TITLE)
    lines = {column.number: column.lines for column in named}
    if title is None or Role.DETAIL in chosen or title + 1 in chosen.values():
        return
    if lines.get(title) and lines.get(title) == lines.get(title + 1):
        chosen[Role.DETAIL] = title + 1


def _is_blank(table: Table, header_row: int, chosen: dict[str, int]) -> bool:
    column = chosen.get(Role.EVIDENCE_ASKED)
    below = (cells for row, cells in table.cells.items() if row > header_row)
    return bool(column) and not any(column in cells for cells in below)


def _role_of(column: headers.Column) -> tuple[int, str] | None:
    """Return (doubt, role): the whole word first, then one that the header contains."""
    if not column.lines:
        return None
    if _offers_answers(column):
        return 0, Role.ANSWER
    words = [headings.heading(line) for line in reversed(column.lines)]
    for place, word in enumerate(words):
        if word in headings.HEADING_WORDS:
            role, rank = headings.HEADING_WORDS[word]
            if any(headings.asks_for_answers(above) for above in words[place + 1 :]):
                role = headings.ANSWERED.get(Role(role), Role(role))
            return rank + 100 * place, role
    if role := headings.role_of(column.lines[-1]):
        return 900, role
    leaf = words[0]
    inside = [
        (len(word), role, rank)
        for word, (role, rank) in headings.HEADING_WORDS.items()
        if len(word) > 2 and word in leaf and len(leaf) < 40
    ]
    if not inside:
        return None
    _length, role, rank = max(inside)
    return _VAGUE + rank, role


def _offers_answers(column: headers.Column) -> bool:
    """Whether the header lists in brackets what may be answered: "Response (Yes / No)"."""
    words = [headings.verdict_of(each) for each in _examples(column.header)]
    return headings.are_marks(words)


def with_words(found: Layout, book: Book) -> Layout:
    """Set the words of the answer column where the layout has none, and the mark of the form."""
    if not found.words:
        found.words = words(candidates(found, book))
    found.mark = _mark(found, book)
    return found


def _mark(found: Layout, book: Book) -> str:
    """Return what the columns of single answers hold most: in their drop-downs, else in cells."""
    texts: Counter[str] = Counter()
    for each in found.sheets:
        table = book.table(each.name)
        if table is None:
            continue
        for column in (each.columns[role] for role in MARKS if each.columns.get(role)):
            texts.update(_offered(table, column, each.header_row))
    fit = {text: n for text, n in texts.items() if headings.is_mark(text) and len(text) <= 2}
    return max(fit, key=fit.__getitem__, default="")


def _offered(table: Table, column: int, header_row: int) -> list[str]:
    filled = [c[column] for row, c in table.cells.items() if row > header_row and column in c]
    return table.choices.get(column, []) or filled


def candidates(found: Layout, book: Book) -> list[str]:
    """Return what may be answered: the drop-down's words, the header's examples, what is filled in."""
    texts: list[str] = []
    for each in found.sheets:
        table, column = book.table(each.name), each.columns.get(Role.ANSWER)
        if table is None or not column:
            continue
        texts += [word for text in table.choices.get(column, []) for word in _said(text)]
        header = next(
            (c.header for c in headers.columns(table, each.header_row) if c.number == column), ""
        )
        texts += _examples(header)
        filled = Counter(
            word
            for row, cells in table.cells.items()
            if row > each.header_row
            for word in _said(cells.get(column, ""))
            if len(word) <= _SEEN_WORDS
        )
        texts += [text for text, _times in filled.most_common(_SEEN_WORDS)]
    return list(dict.fromkeys(texts))[:_SEEN_WORDS]


def _said(text: str) -> list[str]:
    """The words of a cell: those after its boxes, or its own."""
    return [option.word for option in boxes.options(text)] or [text] * bool(text)


def _examples(header: str) -> Iterable[str]:
    """The words in a header's brackets: "이행여부(Y/N/N-A)"."""
    inside = header.partition("(")[2].partition(")")[0]
    cut = inside.replace("N/A", "N-A").replace("n/a", "n-a")
    parts = cut.split("/") if "/" in cut else cut.split(",")
    return [part.strip().replace("N-A", "N/A") for part in parts if part.strip()] if inside else []


def words(texts: list[str]) -> dict[str, str]:
    """Return {verdict: word of this form}; what is not seen comes from the same kind of form."""
    found: dict[str, str] = {}
    for text in texts:
        verdict = headings.verdict_of(text)
        if verdict:
            found.setdefault(verdict, text)
    if not found:
        return dict(USUAL)
    return {**_family(found), **found}


def _family(found: dict[str, str]) -> dict[str, str]:
    def likeness(family: dict[str, str]) -> int:
        return sum(family.get(verdict) == word for verdict, word in found.items())

    best = max(FAMILIES, key=likeness)
    return best if likeness(best) else USUAL


def word(text: str) -> str:
    """Return *text* as answers are compared."""
    return headings.folded(text)


def meanings(chosen: dict[str, str]) -> dict[str, str]:
    """Return {word as compared: verdict}: the form's own words, then what is commonly meant."""
    own = {headings.folded(text): verdict for verdict, text in chosen.items() if text}
    return {**headings.common_answers(), **own}


def answer(answers: dict[str, str], meant: dict[str, str]) -> str:
    """Return the verdict that a half-filled row says, "" when it says none or two.

    *answers*: {role: text}; *meant*: as `meanings` returns it.
    """
    if text := answers.get(Role.ANSWER, ""):
        return meant.get(word(boxes.chosen(text)), "")
    marked = [role for role in MARKS if headings.is_mark(answers.get(role, ""))]
    return marked[0].removeprefix("mark_") if len(marked) == 1 else ""
