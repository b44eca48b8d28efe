"""What a document says, row by row, before anything is stored: the same for every format."""

from dataclasses import dataclass, field
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.shared.severity import Severity


class Becomes(models.TextChoices):
    """What a row turns into."""

    REQUIREMENT = "requirement", pgettext_lazy("row", "Requirement")
    DETAIL = "detail", pgettext_lazy("row", "Detail of the row above")
    AREA = "area", pgettext_lazy("row", "Area")
    NOTHING = "nothing", pgettext_lazy("row", "Not taken")


@dataclass(slots=True)
class Item:
    """One requirement. *answers*: {role: text} of what a half-filled form already says."""

    code: str
    title: str
    statement: str = ""
    area: str = ""
    parent: str = ""
    severity: str = ""
    mandatory: bool | None = None
    tests: list[str] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    note: str = ""
    title_en: str = ""
    statement_en: str = ""
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Row:
    """One row of the document. *key* names it in the list of skipped ones."""

    sheet: str
    number: int
    becomes: str
    text: str = ""
    item: Item | None = None
    problems: list[str] = field(default_factory=list)
    skipped: bool = False

    @property
    def key(self) -> str:
        return f"{self.sheet}!{self.number}"

    @property
    def is_wrong(self) -> bool:
        return bool(self.problems) and not self.skipped

    @property
    def severity(self) -> str:
        return self.item.severity if self.item else ""

    @property
    def severity_label(self) -> str:
        return str(Severity(self.severity).label) if self.severity else ""

    @property
    def becomes_label(self) -> str:
        return str(Becomes(self.becomes).label)


@dataclass(slots=True)
class Area:
    code: str
    title: str
    title_en: str = ""

    @classmethod
    def all(cls) -> Self:
        """The one area of a document without areas; the same whoever's language imports it."""
        return cls("ALL", "전체", "All")


@dataclass(slots=True)
class Reading:
    """A whole document. *rows_of*: {sheet: {code: [row, …]}}; *facts*: what it says of itself."""

    rows: list[Row] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    rows_of: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    codes_generated: bool = False
    # The document itself, where it is in the canonical shape already.
    data: dict[str, Any] | None = None
    digest: str = ""

    @property
    def area_titles(self) -> dict[str, str]:
        return {area.code: area.title for area in self.areas}

    @property
    def taken(self) -> list[Item]:
        return [row.item for row in self.rows if row.item and not row.skipped]

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.is_wrong]

    @property
    def answered(self) -> int:
        """How many requirements the document already answers."""
        return sum(1 for item in self.taken if any(item.answers.values()))

    def counts(self) -> dict[str, int]:
        return {
            "requirements": len(self.taken),
            "areas": len({item.area for item in self.taken}),
            "errors": len(self.wrong),
            "skipped": sum(row.skipped for row in self.rows),
            "ignored": sum(row.becomes == Becomes.NOTHING for row in self.rows),
        }


MOST_ITEMS = 5_000
TOO_MANY = _("The document has more than 5,000 requirements. Split it into several profiles.")
NOTHING_FOUND = _(
    "No requirement was found. Check the sheet, the header row and the column of the requirement."
)
