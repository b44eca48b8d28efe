"""What a later round shows: what the platform asked for, what changed, and the whole list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from compliance.applications import changes, selectors, verdicts
from compliance.applications.changes import Change
from compliance.applications.models import ReceivedVerdict, Round
from compliance.requirements.models import Requirement

VIEWS = {
    "asked": _("Asked for"),
    "changed": _("Changed besides"),
    "all": _("All requirements"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement: the platform's word on it, and what changed since."""

    requirement: Requirement
    verdict: ReceivedVerdict | None
    changes: list[Change]

    @property
    def is_asked(self) -> bool:
        return self.verdict is not None and self.verdict.asks

    @property
    def is_open(self) -> bool:
        """The platform asks, and nothing is done or said."""
        return (
            bool(self.verdict and self.verdict.asks and not self.verdict.answer)
            and not self.changes
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every requirement of a round against the round before it."""

    all: list[Row] = field(default_factory=list)
    # False: nobody kept what was frozen, so nothing is known about changes.
    comparable: bool = True

    @property
    def asked(self) -> list[Row]:
        return [row for row in self.all if row.is_asked]

    def rows(self, view: str) -> list[Row]:
        if view == "changed":
            return [row for row in self.all if row.changes and not row.is_asked]
        return self.asked if view == "asked" else self.all

    def views(self, chosen: str) -> list[dict[str, Any]]:
        """The tabs of the page."""
        return [
            {
                "label": label,
                "url": f"?show={view}",
                "active": view == chosen,
                "count": len(self.rows(view)),
            }
            for view, label in VIEWS.items()
        ]


def compare(former: Round, round_: Round) -> Comparison:
    """What the platform said after *former*, and what is different in *round_*."""
    said = {each.requirement_id: each for each in selectors.verdicts_of(former)}
    found = changes.known(former, round_) if former.pk != round_.pk else None
    differences: Mapping[str, list[Change]] = found or {}
    rows = [
        Row(requirement, said.get(pk), list(differences.get(requirement.code, [])))
        for pk, requirement in verdicts.requirements_of(round_).items()
    ]
    return Comparison(rows, comparable=found is not None)
