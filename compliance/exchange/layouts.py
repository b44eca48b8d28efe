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
    SUBAREA = "subarea", pgettext_lazy("column", "Area within the area")
    CODE = "code", pgettext_lazy("column", "Number")
    PARENT = "parent", pgettext_lazy("column", "Number of the item above")
    TITLE = "title", pgettext_lazy("column", "Requirement")
    DETAIL = "detail", pgettext_lazy("column", "Detail")
    SEVERITY = "severity", pgettext_lazy("column", "Severity")
    MANDATORY = "mandatory", pgettext_lazy("column", "Mandatory")
    TEST = "test", pgettext_lazy("column", "How it is checked")
    EVIDENCE_ASKED = "evidence_asked", pgettext_lazy("column", "Evidence asked for")
    ANSWER = "answer", pgettext_lazy("column", "Answer (Y/N/N-A)")
    # Forms with a column for each answer: a mark in one of them is the answer.
    MARK_MET = "mark_met", pgettext_lazy("column", "Mark for: met")
    MARK_PARTIAL = "mark_partial", pgettext_lazy("column", "Mark for: partly met")
    MARK_NOT_MET = "mark_not_met", pgettext_lazy("column", "Mark for: not met")
    MARK_NOT_APPLICABLE = "mark_not_applicable", pgettext_lazy("column", "Mark for: not applicable")
    MARK_INCONCLUSIVE = "mark_inconclusive", pgettext_lazy("column", "Mark for: on hold")
    IMPLEMENTATION = "implementation", pgettext_lazy("column", "Implementation statement")
    EVIDENCE_GIVEN = "evidence_given", pgettext_lazy("column", "Evidence submitted")
    OWNER = "owner", pgettext_lazy("column", "Owner")
    REMARK = "remark", pgettext_lazy("column", "Remark")


# Columns that an export writes; everything else of the document stays as it came.
MARKS = [
    Role.MARK_MET,
    Role.MARK_PARTIAL,
    Role.MARK_NOT_MET,
    Role.MARK_NOT_APPLICABLE,
    Role.MARK_INCONCLUSIVE,
]
ANSWERS = [
    Role.ANSWER,
    *MARKS,
    Role.IMPLEMENTATION,
    Role.EVIDENCE_GIVEN,
    Role.OWNER,
    Role.REMARK,
]
NEEDED = [Role.TITLE]
NEEDED_WORDS = _("Choose the column that holds the requirement.")


def mark_of(verdict: str) -> str:
    """Return the role of the column that a mark for *verdict* stands in, "" for no verdict."""
    return next((str(role) for role in MARKS if role == f"mark_{verdict}"), "")


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
    """How one document is read. *words*: {verdict: the word that this form uses for it}.

    *mark*: what this form puts into the column of an answer, where it has a column for each.
    """

    sheets: list[Sheet] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    mark: str = ""

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        sheets = [Sheet(**each) for each in kept.get("sheets", [])]
        return cls(
            sheets,
            dict(kept.get("words", {})),
            kept.get("encoding", ""),
            kept.get("delimiter", ""),
            kept.get("mark", ""),
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
