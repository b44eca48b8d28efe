"""What upper rooms know about requirements: reasons for a verdict and columns of the list."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from compliance.accounts.models import Organisation
from compliance.requirements.models import Assessment

Verdict = Assessment.Verdict
Ids = Collection[int]


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for (`supports`) or against a met verdict, as a sentence.

    A blocking reason against makes the proposal “not met”, another one “partly met”. Sentence and
    address may be lazy: the list of a thousand rows weighs reasons and writes none of them out.
    """

    supports: bool
    sentence: "str | Promise"
    url: "str | Promise" = ""
    blocking: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What one room knows of one requirement.

    `number` stands in the room's column, or `shown` where that says more; `state` is one of the
    states its filter offers. `detail` is the room's own: its panel on the requirement's page finds here what was read already.
    """

    number: int = 0
    reasons: Sequence[Reason] = ()
    state: str = ""
    detail: Any = None
    shown: str = ""


NOTHING = Known()
Source = Callable[[Organisation, Ids], Mapping[int, Known]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list. `states`: (value, label) that its filter offers, or none of them;
    `open_label`: what the filter calls rows whose number is not 0, or ""."""

    key: str
    label: "str | Promise"
    source: Source
    states: Sequence[tuple[str, "str | Promise"]] = ()
    open_label: "str | Promise" = ""


_columns: dict[str, Column] = {}


def register(column: Column) -> None:
    """A room says what it knows, in one query for any number of requirements."""
    _columns[column.key] = column


def columns() -> list[Column]:
    return list(_columns.values())


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What all rooms know of the requirements that were asked for."""

    by_column: dict[str, Mapping[int, Known]] = field(default_factory=dict)

    def beside(self, key: str, found: Mapping[int, Known]) -> "Knowledge":
        """The same, with what the caller knows itself."""
        return Knowledge({**self.by_column, key: found})

    def of(self, key: str, requirement_id: int) -> Known:
        return self.by_column.get(key, {}).get(requirement_id, NOTHING)

    def numbers(self, requirement_id: int) -> list[int | str]:
        """What stands in the columns of the rooms."""
        found = (self.of(each.key, requirement_id) for each in columns())
        return [each.shown or each.number for each in found]

    def reasons(self, requirement_id: int) -> list[Reason]:
        return [
            reason
            for found in self.by_column.values()
            for reason in found.get(requirement_id, NOTHING).reasons
        ]

    def proposal(self, requirement_id: int) -> Verdict:
        return propose(self.reasons(requirement_id))


def known(organisation: Organisation, ids: Ids) -> Knowledge:
    """Ask every room once."""
    return Knowledge({key: each.source(organisation, ids) for key, each in _columns.items()})


def reasons(organisation: Organisation, requirement_ids: Ids) -> dict[int, list[Reason]]:
    """Return {requirement id: reasons of all rooms}, without those nobody speaks of."""
    knowledge = known(organisation, requirement_ids)
    asked = {each for found in knowledge.by_column.values() for each in found}
    return {each: knowledge.reasons(each) for each in asked}


def propose(found: Iterable[Reason]) -> Verdict:
    """The worst honest reading of what the machine knows. A person signs the verdict."""
    found = list(found)
    against = [reason for reason in found if not reason.supports]
    if any(reason.blocking for reason in against):
        return Verdict.NOT_MET
    if against:
        return Verdict.PARTIAL
    return Verdict.MET if found else Verdict.NOT_CHECKED
