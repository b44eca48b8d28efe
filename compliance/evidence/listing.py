"""The filtered list of evidence: one page of plain rows in a handful of queries, however long it is."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast

from compliance.accounts.models import Membership, Organisation, User
from compliance.evidence.models import (
    Confidentiality,
    Evidence,
    EvidenceLink,
    EvidenceVersion,
    Hold,
    State,
    Tag,
)
from compliance.requirements import limits
from compliance.requirements.models import Area, EvidenceKind, Profile
from compliance.requirements.models.profiles import either
from compliance.requirements.versions import of_current_profiles, superseded
from compliance.vault import previews

ROWS_ON_A_PAGE = 50


class Link(NamedTuple):
    """A requirement that the evidence proves, and where its review stands."""

    pk: int
    code: str
    state: State
    valid_until: date | None


class Version(NamedTuple):
    """The newest version and its first file; a thumbnail where that has one."""

    number: int
    collected_at: date
    uploader: str
    files: int
    thumb: int | None


NO_VERSION = Version(0, date.min, "", 0, None)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. Plain columns: models would cost more than everything else."""

    pk: int
    number: int
    title: str
    kind_ko: str | None
    kind_en: str | None
    kind_code: str
    confidentiality: str
    owner: str | None
    revision: int
    withdrawn: bool
    held: bool
    version: Version = NO_VERSION
    links: list[Link] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        return f"EV-{self.number:04}"

    @property
    def kind(self) -> str:
        return either(self.kind_ko or "", self.kind_en or "") or self.kind_code

    @property
    def confidential(self) -> str:
        """What to say of it in the list; nothing of what is only internal."""
        if self.confidentiality == Confidentiality.INTERNAL:
            return ""
        return str(Confidentiality(self.confidentiality).label)

    @property
    def valid_until(self) -> date | None:
        """The first day on which an acceptance runs out."""
        days = [each.valid_until for each in self.links if each.state == State.ACCEPTED]
        return min((day for day in days if day), default=None)


_COLUMNS = [
    "pk",
    "number",
    "title",
    "kind__title_ko",
    "kind__title_en",
    "kind_code",
    "confidentiality",
    "owner__name",
    "revision",
]


@dataclass(frozen=True, slots=True)
class Listing:
    page: "Page[Any]"
    rows: list[Row]


def listing(found: QuerySet[Evidence], page: int | str, user: User) -> Listing:
    """Return one page of *found* with links that *user* sees: four queries beside the count."""
    held = Exists(Hold.objects.in_force().filter(evidence=OuterRef("pk")))
    withdrawn = F("withdrawn_at")
    columns = found.annotate(held=held).values_list(*_COLUMNS, withdrawn, "held")
    counted: Any = _Counted(columns, found)
    pages: Page[Any] = Paginator(counted, ROWS_ON_A_PAGE).get_page(page)
    raw = list(pages.object_list)
    pks = [each[0] for each in raw]
    links, versions, tags = _links(pks, user), _versions(pks), _tags(pks)
    rows = [_row(each, versions, links, tags) for each in raw]
    return Listing(pages, rows)


def _row(
    columns: tuple[Any, ...],
    versions: dict[int, Version],
    links: dict[int, list[Link]],
    tags: dict[int, list[str]],
) -> Row:
    pk, number, title, ko, en, kind, level, owner, revision, withdrawn, held = columns
    return Row(
        pk,
        number,
        title,
        ko,
        en,
        kind,
        level,
        owner,
        revision,
        withdrawn is not None,
        held,
        versions.get(pk, NO_VERSION),
        links[pk],
        tags[pk],
    )


class _Counted:
    """Counts the filtered rows without what only a shown row needs."""

    ordered = True

    def __init__(self, shown: QuerySet[Any, Any], counted: QuerySet[Any, Any]) -> None:
        self.shown, self.counted = shown, counted

    def count(self) -> int:
        return self.counted.order_by().count()

    def __getitem__(self, part: slice) -> Any:
        return self.shown[part]


def _links(pks: list[int], user: User) -> dict[int, list[Link]]:
    seen = EvidenceLink.objects.visible_to(user)
    rows = seen.filter(~superseded(), evidence__in=pks)
    found: dict[int, list[Link]] = defaultdict(list)
    columns = ("evidence_id", "pk", "requirement__code", "state", "valid_until")
    for evidence, pk, code, state, until in rows.values_list(*columns):
        found[evidence].append(Link(pk, code, State(state), until))
    return found


def _versions(pks: list[int]) -> dict[int, Version]:
    """The newest version of each, in one query over all of them and their files."""
    rows = EvidenceVersion.objects.filter(evidence__in=pks).order_by(
        "evidence_id", "-number", "files__order", "files__pk"
    )
    found: dict[int, Version] = {}
    for evidence, number, day, uploader, file, media_type in rows.values_list(
        "evidence_id",
        "number",
        "collected_at",
        "uploaded_by__name",
        "files__pk",
        "files__blob__media_type",
    ):
        first = found.get(evidence)
        if first is None:
            thumb = file if file and media_type in previews.DRAWN else None
            found[evidence] = Version(number, day, uploader, 1 if file else 0, thumb)
        elif first.number == number:
            found[evidence] = first._replace(files=first.files + 1)
    return found


def _tags(pks: list[int]) -> dict[int, list[str]]:
    rows = Evidence.tags.through.objects.filter(evidence__in=pks).order_by("tag__name")
    found: dict[int, list[str]] = defaultdict(list)
    for evidence, name in rows.values_list("evidence_id", "tag__name"):
        found[evidence].append(name)
    return found


class Option(NamedTuple):
    """One value that a filter offers."""

    filter: str
    value: str
    ko: str
    en: str

    @property
    def label(self) -> str:
        return either(self.ko, self.en)


def options(organisation: Organisation, user: User) -> dict[str, list[Option]]:
    """What the filters offer, by filter: kinds, areas, profiles, people and tags, in one query."""
    profiles = of_current_profiles(organisation)
    people = Membership.objects.filter(organisation=organisation)
    tags = Tag.objects.filter(organisation=organisation)
    opened = limits.opened(user, organisation)
    if opened is not None:
        profiles = Profile.objects.filter(pk__in=opened.values("profile"))
        people = Membership.objects.people().filter(organisation=organisation)
        tags = tags.filter(evidence__in=Evidence.objects.visible_to(user)).distinct()
    found = _option(
        EvidenceKind.objects.filter(profile__in=profiles), "kind", "code", "title_ko", "title_en"
    ).union(
        _option(Area.objects.filter(profile__in=profiles), "area", "code", "title_ko", "title_en"),
        _option(profiles, "profile", "identifier", "title_ko", "title_en"),
        _option(people, "person", Cast("user_id", CharField()), "user__name", "user__name"),
        _option(tags, "tag", "name", "name", "name"),
        all=True,
    )
    offered: dict[str, list[Option]] = defaultdict(list)
    for each in map(Option._make, found):
        offered[each.filter].append(each)
    return offered


def _option(rows: Any, name: str, value: Any, ko: str, en: str) -> Any:
    key = Value(name, output_field=CharField())
    # Names that no field of the rows has.
    shown = rows.order_by().annotate(o_key=key, o_value=Cast(value, CharField()))
    return shown.values_list("o_key", "o_value", ko, en)
