"""Reads of an import: its document, opened anew each time, and what it says by its layout."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compliance.accounts.models import Organisation, User
from compliance.exchange import canonical, ciso_assistant, kinds, mappings, oscal, tabular
from compliance.exchange.items import Reading
from compliance.exchange.layouts import Layout
from compliance.exchange.models import Kind, ProfileImport, SavedMapping
from compliance.requirements import versions
from compliance.requirements.models import Platform, Profile
from compliance.vault.services import checked_path
from compliance.vault.tables import Book

PREFIX = "R"


@dataclass(frozen=True, slots=True)
class Source:
    """A document on disk: of an import, or of a command."""

    path: Path
    kind: str

    @classmethod
    def of(cls, imported: ProfileImport) -> "Source":
        return cls(checked_path(imported.blob, name=imported.file_name, held=True), imported.kind)

    @property
    def is_table(self) -> bool:
        return self.kind in kinds.TABLES

    def book(self) -> Book:
        return kinds.book(self.path, self.path.stat().st_mtime_ns, self.kind)

    def outline(self) -> dict[str, Any]:
        return kinds.outline(self.path, self.path.stat().st_mtime_ns)

    def read(self, layout: Layout, *, prefix: str = PREFIX, skip: Iterable[str] = ()) -> Reading:
        """Return what the document says. Raises Refused when it cannot be read at all."""
        left_out = frozenset(skip)
        if self.is_table:
            return tabular.read(self.book(), layout, prefix=prefix or PREFIX, skip=left_out)
        if self.kind == Kind.OSCAL:
            return oscal.read(self.outline()["catalog"], left_out)
        if self.kind == Kind.CISO_ASSISTANT:
            return ciso_assistant.read(self.outline(), left_out)
        return canonical.read(self.path.read_bytes())


def reading(imported: ProfileImport) -> Reading:
    return Source.of(imported).read(
        Layout.of(imported.layout),
        prefix=imported.about.get("number_prefix") or PREFIX,
        skip=imported.layout.get("skip", []),
    )


def saved_mappings(organisation: Organisation) -> list[SavedMapping]:
    return list(SavedMapping.objects.filter(organisation=organisation).order_by("name"))


def fitting_mapping(organisation: Organisation, book: Book) -> SavedMapping | None:
    """Return the saved mapping that this document's headers fit best, None when none does."""
    best, share = None, mappings.LIKE_ENOUGH
    for each in saved_mappings(organisation):
        found = mappings.likeness(each.layout, book)
        if found >= share and mappings.applied(each.layout, book):
            best, share = each, found
    return best


def platforms(user: User) -> list[Platform]:
    """Platforms of the profiles that this person sees."""
    seen = Profile.objects.visible_to(user).values("platform_id")
    return list(Platform.objects.filter(pk__in=seen))


def version_in_use(organisation: Organisation, profile: Profile) -> Profile | None:
    """Return the older version of *profile* that the organisation works with: it goes on from there."""
    rows = Profile.objects.filter(
        adoptions__organisation=organisation,
        adoptions__ended_at__isnull=True,
        identifier=profile.identifier,
    ).exclude(pk=profile.pk)
    older = (
        each for each in rows.order_by("-adoptions__adopted_at") if versions.is_older(each, profile)
    )
    return next(older, None)
