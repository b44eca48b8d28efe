"""Where in a table the parts of a requirement stand: which sheet, row and column.

Rows and columns count from 1, as a spreadsheet shows them. A layout is kept as JSON: in a
`ProfileImport` while a person chooses, in a `SavedMapping` for next year (without rows), and in a
`ProfileForm` for the way back out.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """What a column holds. The first ones say what is asked, the later ones take our answer."""

    AREA = "area", pgettext_lazy("column", "Area")
    CODE = "code", pgettext_lazy("column", "Number")
    PARENT = "parent", pgettext_lazy("column", "Number of the item above")
    TITLE = "title", pgettext_lazy("column", "Requirement")
    DETAIL = "detail", pgettext_lazy("column", "Detail")
    SEVERITY = "severity", pgettext_lazy("column", "Severity")
    MANDATORY = "mandatory", pgettext_lazy("column", "Mandatory")
    TEST = "test", pgettext_lazy("column", "How it is checked")
    EVIDENCE_ASKED = "evidence_asked", pgettext_lazy("column", "Evidence asked for")
    ANSWER = "answer", pgettext_lazy("column", "Answer (Y/N/N-A)")
    IMPLEMENTATION = "implementation", pgettext_lazy("column", "Implementation statement")
    EVIDENCE_GIVEN = "evidence_given", pgettext_lazy("column", "Evidence submitted")
    OWNER = "owner", pgettext_lazy("column", "Owner")
    REMARK = "remark", pgettext_lazy("column", "Remark")


# Columns that an export writes; everything else of the document stays as it came.
ANSWERS = [Role.ANSWER, Role.IMPLEMENTATION, Role.EVIDENCE_GIVEN, Role.OWNER, Role.REMARK]
NEEDED = [Role.TITLE]
NEEDED_WORDS = _("Choose the column that holds the requirement.")


@dataclass(slots=True)
class Sheet:
    """One table: a worksheet, or a whole CSV (its name is ""). *rows*: {code: [row, …]}.

    A header may span several rows: *header_row* is the last of them, and the data begin after it.
    Several rows belong to one code where its detail is split over them; the first takes answers.
    """

    name: str
    header_row: int
    columns: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Layout:
    """How one document is read. *words*: {verdict: the word that this form uses for it}."""

    sheets: list[Sheet] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        sheets = [Sheet(**each) for each in kept.get("sheets", [])]
        return cls(
            sheets,
            dict(kept.get("words", {})),
            kept.get("encoding", ""),
            kept.get("delimiter", ""),
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
