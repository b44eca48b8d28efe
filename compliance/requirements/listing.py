"""The filtered list of a profile's requirements, read in a handful of queries however long it is."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from compliance.accounts.models import Organisation
from compliance.requirements import claims, registries
from compliance.requirements.filters import FilterForm
from compliance.requirements.models import Assessment
from compliance.requirements.models.profiles import either
from compliance.requirements.registries import Column, Knowledge


class Item(NamedTuple):
    """What a row shows of an assessment. Plain columns: a thousand models would cost more than
    everything else of the page."""

    pk: int
    revision: int
    verdict: str
    due: date | None
    owner: str | None
    claimed: str
    requirement_id: int
    code: str
    title_ko: str
    title_en: str
    severity: str
    mandatory: bool
    provenance: str
    area: str
    area_ko: str
    area_en: str

    @property
    def title(self) -> str:
        return either(self.title_ko, self.title_en)

    @property
    def area_title(self) -> str:
        return either(self.area_ko, self.area_en)

    @property
    def settled(self) -> bool:
        """Nothing is left to do before the due date."""
        return self.verdict in {Assessment.Verdict.MET, Assessment.Verdict.NOT_APPLICABLE}


_COLUMNS = [
    "pk",
    "revision",
    "verdict",
    "due",
    "owner__name",
    "claimed",
    "requirement_id",
    "requirement__code",
    "requirement__title_ko",
    "requirement__title_en",
    "requirement__severity",
    "requirement__mandatory",
    "requirement__provenance",
    "requirement__area__code",
    "requirement__area__title_ko",
    "requirement__area__title_en",
]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: the item, what the machine proposes, and upper rooms' numbers."""

    item: Item
    proposal: Assessment.Verdict
    counts: list[int | str] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """The machine knows something, and it is not what the person signed."""
        return self.proposal not in {Assessment.Verdict.NOT_CHECKED, self.item.verdict}


@dataclass(frozen=True, slots=True)
class Listing:
    """The filtered list, a page of rows at a time."""

    page: "Page[Item]"
    rows: list[Row]
    columns: list[Column]


def filtered(
    organisation: Organisation, rows: QuerySet[Assessment], form: FilterForm
) -> tuple[list[Item], Knowledge | None]:
    """Return every item that *form* lets through, in its order, and what rooms were asked for it."""
    items = [Item._make(each) for each in form.apply(rows).values_list(*_COLUMNS)]
    if not form.asks_rooms:
        return items, None
    knowledge = _known(organisation, items)
    kept = [each for each in items if form.keeps(each.verdict, each.requirement_id, knowledge)]
    return kept, knowledge


def listing(
    organisation: Organisation, rows: QuerySet[Assessment], form: FilterForm, page: int | str
) -> Listing:
    """Return one page of the rows that *form* lets through, with proposals and rooms' numbers."""
    items, knowledge = filtered(organisation, rows, form)
    found = Paginator(items, form.rows_on_a_page or max(len(items), 1)).get_page(page)
    shown = list(found.object_list)
    if knowledge is None:
        knowledge = _known(organisation, shown)
    lines = [
        Row(each, knowledge.proposal(each.requirement_id), knowledge.numbers(each.requirement_id))
        for each in shown
    ]
    return Listing(found, lines, registries.columns())


def _known(organisation: Organisation, items: list[Item]) -> Knowledge:
    """Ask the rooms, with the ids named one by one.

    A subquery would be shorter, but where a table was just filled and PostgreSQL has not looked
    at it yet, it plans such a join row by row: minutes instead of milliseconds.
    """
    knowledge = registries.known(organisation, [each.requirement_id for each in items])
    claimed = claims.known((each.requirement_id, each.claimed) for each in items)
    return knowledge.beside(claims.KEY, claimed)
