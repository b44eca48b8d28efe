"""What blocks or weakens a submission, as sentences with a link to where it is fixed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.applications.models import Application
from compliance.requirements.models import Area, Requirement


class Level(models.TextChoices):
    BLOCKER = "blocker", _("Blocker")
    WARNING = "warning", _("Warning")


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing. *requirement* is its code, "" for the application itself."""

    level: Level
    sentence: "str | Promise"
    url: str = ""
    requirement: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """Everything that one requirement lacks, the worst first; the application has none."""

    requirement: Requirement | None
    gaps: list[Gap]

    @property
    def level(self) -> Level:
        return self.gaps[0].level


@dataclass(slots=True)
class Group:
    """Gaps of one area, or of the application itself (no area)."""

    area: Area | None
    items: list[Item] = field(default_factory=list)

    @property
    def gaps(self) -> list[Gap]:
        return [gap for item in self.items for gap in item.gaps]

    @property
    def blockers(self) -> list[Gap]:
        return blockers(self.gaps)

    @property
    def warnings(self) -> list[Gap]:
        return [gap for gap in self.gaps if gap.level == Level.WARNING]


Source = Callable[[Application], Iterable[Gap]]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """*source*(application) yields gaps, with a constant number of queries."""
    if source not in _sources:
        _sources.append(source)
    return source


def gaps(application: Application) -> list[Gap]:
    """Everything that blocks or weakens the submission, blockers first."""
    found = [gap for source in _sources for gap in source(application)]
    return sorted(found, key=lambda gap: (gap.level != Level.BLOCKER, gap.requirement))


def blockers(found: Iterable[Gap]) -> list[Gap]:
    return [gap for gap in found if gap.level == Level.BLOCKER]


def grouped(application: Application, found: Iterable[Gap]) -> list[Group]:
    """*found* per area in the profile's order; what concerns the application itself first."""
    by_code: dict[str, list[Gap]] = {}
    for gap in found:
        by_code.setdefault(gap.requirement, []).append(gap)
    requirements = application.profile.requirements.filter(code__in=by_code)
    groups = {area.pk: Group(area) for area in application.profile.areas.all()}
    for requirement in requirements.defer("statement_ko", "statement_en"):
        item = Item(requirement, by_code.pop(requirement.code))
        groups[requirement.area_id].items.append(item)
    for group in groups.values():
        group.items.sort(key=lambda item: item.level != Level.BLOCKER)
    # What names no requirement of the profile concerns the application itself.
    general = Group(None, [Item(None, [gap]) for rest in by_code.values() for gap in rest])
    return [general, *groups.values()]
