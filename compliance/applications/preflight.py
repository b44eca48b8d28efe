"""What blocks or weakens a submission, as sentences with a link to where it is fixed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.applications.models import Application
from compliance.requirements.models import Area, Requirement


class Level(models.TextChoices):
    BLOCKER = "blocker", _("Blocker")
    WARNING = "warning", _("Warning")


class Topic(models.TextChoices):
    """What a gap is about: the filter of the checklist."""

    APPLICATION = "application", pgettext_lazy("pre-flight", "Application form")
    SCOPE = "scope", pgettext_lazy("pre-flight", "Scope")
    SIGN_OFF = "sign_off", pgettext_lazy("pre-flight", "Signatures")
    PROFILE = "profile", pgettext_lazy("pre-flight", "Profile and validity")
    VERDICT = "verdict", pgettext_lazy("pre-flight", "Verdicts")
    STATEMENT = "statement", pgettext_lazy("pre-flight", "Implementation statements")
    EVIDENCE = "evidence", pgettext_lazy("pre-flight", "Evidence")
    FINDING = "finding", pgettext_lazy("pre-flight", "Findings")
    TASK = "task", pgettext_lazy("pre-flight", "Tasks")
    ANSWER = "answer", pgettext_lazy("pre-flight", "Answers to the platform")


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing. *requirement* is its code, "" for the application itself.

    *elsewhere*: it names another application, which is not there for who sees this one alone.
    """

    level: Level
    sentence: "str | Promise"
    url: str = ""
    requirement: str = ""
    topic: Topic = Topic.APPLICATION
    elsewhere: bool = False

    @property
    def is_form(self) -> bool:
        """Whether *url* opens a form of the application, which not everybody may fill."""
        return "/edit/" in self.url or self.url.endswith("/scope/")


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
    """Everything that blocks or weakens the submission, blockers first.

    With a targeted review only what concerns the targets, or the application itself.
    """
    for remembered in ("_current_round", "_gaps"):
        application.__dict__.pop(remembered, None)
    return _found(application)


def _found(application: Application) -> list[Gap]:
    found = [gap for source in _sources for gap in source(application)]
    if application.is_targeted:
        codes = {"", *application.targets.values_list("code", flat=True)}
        found = [gap for gap in found if gap.requirement in codes]
    return sorted(found, key=lambda gap: (gap.level != Level.BLOCKER, gap.requirement))


def kept(application: Application) -> list[Gap]:
    """The gaps, computed once for the length of a request: several boxes of a page ask."""
    found: list[Gap] | None = application.__dict__.get("_gaps")
    if found is None:
        found = application.__dict__["_gaps"] = _found(application)
    return found


def within(found: Iterable[Gap], *, whole: bool) -> list[Gap]:
    """What of *found* a reader sees: everything, or what speaks of this application alone."""
    return [gap for gap in found if whole or not gap.elsewhere]


def blockers(found: Iterable[Gap]) -> list[Gap]:
    return [gap for gap in found if gap.level == Level.BLOCKER]


def grouped(application: Application, found: Iterable[Gap]) -> list[Group]:
    """*found* per area in the profile's order; what concerns the application itself first."""
    by_code: dict[str, list[Gap]] = {}
    for gap in found:
        by_code.setdefault(gap.requirement, []).append(gap)
    groups = {area.pk: Group(area) for area in application.profile.areas.all()}
    # All of them, since a thousand codes are more than a database takes as parameters gladly.
    for requirement in application.profile.requirements.only(*_SHOWN):
        if gaps_here := by_code.pop(requirement.code, None):
            groups[requirement.area_id].items.append(Item(requirement, gaps_here))
    for group in groups.values():
        group.items.sort(key=lambda item: item.level != Level.BLOCKER)
    # What names no requirement of the profile concerns the application itself.
    general = Group(None, [Item(None, [gap]) for rest in by_code.values() for gap in rest])
    return [general, *groups.values()]


_SHOWN = ("code", "order", "title_ko", "title_en", "area_id", "profile_id")


@dataclass(slots=True)
class Count:
    """How much one area lacks; no area is the application itself."""

    area: Area | None
    blockers: int = 0
    warnings: int = 0
    items: list[Item] = field(default_factory=list)


def counted(application: Application, found: Iterable[Gap]) -> list[Count]:
    """Numbers per area, and the gaps of the application itself: what the overview shows."""
    areas = {area.pk: Count(area) for area in application.profile.areas.all()}
    pairs = application.profile.requirements.order_by().values_list("code", "area_id")
    area_of = dict(pairs)
    general = Count(None)
    for gap in found:
        group = areas.get(area_of.get(gap.requirement, 0), general)
        if gap.level == Level.BLOCKER:
            group.blockers += 1
        else:
            group.warnings += 1
        if group is general:
            group.items.append(Item(None, [gap]))
    return [general, *areas.values()]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address of the checklist asks for; "" means everything. *area* "-" means none."""

    level: str = ""
    topic: str = ""
    area: str = ""
    search: str = ""

    def apply(self, groups: Iterable[Group]) -> list[Group]:
        """Return *groups* with the items that match, without the groups that are empty then."""
        left = [self._within(group) for group in groups]
        return [group for group in left if group.items]

    def _within(self, group: Group) -> Group:
        code = group.area.code if group.area else "-"
        if self.area and self.area != code:
            return Group(group.area)
        items = [self._left_of(item) for item in group.items]
        return Group(group.area, [item for item in items if item.gaps])

    def _left_of(self, item: Item) -> Item:
        gaps = [
            gap
            for gap in item.gaps
            if (not self.level or gap.level == self.level)
            and (not self.topic or gap.topic == self.topic)
            and self._says(item, gap)
        ]
        return Item(item.requirement, gaps)

    def _says(self, item: Item, gap: Gap) -> bool:
        if not self.search:
            return True
        title = str(item.requirement) if item.requirement else ""
        return self.search.casefold() in f"{title} {gap.sentence}".casefold()


def regrouped(rows: Iterable[tuple[Group, Item]]) -> list[Group]:
    """Put the items of one page back under their areas."""
    pages: dict[int, Group] = {}
    for group, item in rows:
        pages.setdefault(id(group), Group(group.area)).items.append(item)
    return list(pages.values())


def by_area(requirements: Iterable[Requirement]) -> list[tuple[Area, list[Requirement]]]:
    """Requirements that come in the order of their areas, under them."""
    groups: dict[int, tuple[Area, list[Requirement]]] = {}
    for each in requirements:
        groups.setdefault(each.area_id, (each.area, []))[1].append(each)
    return list(groups.values())
