"""Cells on their way in, with the bounds of what a table may hold."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from compliance.shared.errors import Refused

MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_CELLS = 400_000
# A sheet may claim a million rows; after so many blank ones nobody looks any further.
BLANK_RUN = 1_000
LONGEST = 32_767


@dataclass(slots=True)
class Grid:
    """{row: {column: text}} of what is not blank, filled from top to bottom."""

    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formulas: int = 0
    unsaved: int = 0
    dates: int = 0
    choices: dict[int, list[str]] = field(default_factory=dict)
    # Drop-downs whose words stand in cells: (columns, place or name of the cells).
    lists: list[tuple[list[int], str]] = field(default_factory=list)
    cut: bool = False
    held: int = 0
    last: int = 0

    def is_over(self, row: int) -> bool:
        """Whether *row* stands so far below the last text that the table has ended before it."""
        return row > MOST_ROWS or row > self.last + BLANK_RUN

    def put(self, row: int, column: int, text: str) -> None:
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip().replace("\0", "")
        if not text:
            return
        if column > MOST_COLUMNS or self.is_over(row):
            self.cut = True
            return
        self.held += 1
        if self.held > MOST_CELLS:
            raise too_large()
        self.cells.setdefault(row, {})[column] = text[:LONGEST]
        self.last = row


class TooLarge(Refused):
    """The table is beyond the bounds."""


def too_large() -> TooLarge:
    return TooLarge(_("This table is too large. Leave out the sheets that hold no requirements."))
