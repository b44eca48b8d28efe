"""What blocks or weakens a submission, as sentences with a link to where it is fixed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.applications.models import Application
from compliance.requirements.models import Area


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


@dataclass(slots=True)
class Group:
    """Gaps of one area, or of the application itself (no area)."""

    area: Area | None
    gaps: list[Gap] = field(default_factory=list)

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
    areas = list(application.profile.areas.all())
    area_of = dict(application.profile.requirements.values_list("code", "area_id"))
    groups = {area.pk: Group(area) for area in areas}
    general = Group(None)
    for gap in found:
        area_id = area_of.get(gap.requirement)
        (groups[area_id] if area_id else general).gaps.append(gap)
    return [general, *groups.values()]
