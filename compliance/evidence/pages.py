"""What the pages of this room show, gathered."""

from dataclasses import dataclass, field
from typing import Any

from compliance.accounts.models import User
from compliance.audit.services import record_read
from compliance.evidence import selectors
from compliance.evidence.actions import Action
from compliance.evidence.models import EvidenceFile, EvidenceLink, EvidenceVersion
from compliance.vault import previews
from compliance.vault.quarantine import Withheld
from compliance.vault.services import Damaged


@dataclass(frozen=True, slots=True)
class PageImage:
    number: int
    width: int
    height: int


@dataclass(slots=True)
class Shown:
    """One file as a page shows it; *kind* is a previews.kind_of, or “damaged”."""

    file: EvidenceFile
    kind: str
    pages: list[PageImage] = field(default_factory=list)
    total: int = 0
    text: str = ""
    table: list[list[str]] = field(default_factory=list)
    damage: str = ""

    @property
    def left_out(self) -> int:
        return self.total - len(self.pages)


def show(version: EvidenceVersion, user: User) -> list[Shown]:
    """Prepare every file of a version for looking at, and keep that *user* looked."""
    shown = [_shown(each) for each in version.files.all()]
    for each in shown:
        note_look(each.file, version, user)
    return shown


def note_look(file: EvidenceFile, version: EvidenceVersion, user: User) -> None:
    if not selectors.looked_lately(version.evidence, user, file.name):
        facts = {"name": file.name, "version": version.number, "sha256": file.blob.sha256}
        record_read(user, Action.VIEWED, version.evidence, **facts)


def _shown(file: EvidenceFile) -> Shown:
    kind = previews.kind_of(file.blob)
    try:
        return Shown(file, kind, **_content(file, kind))
    except Withheld as why:
        return Shown(file, "withheld", damage=str(why))
    except Damaged as damage:
        return Shown(file, "damaged", damage=str(damage))


def _content(file: EvidenceFile, kind: str) -> dict[str, Any]:
    if kind == "pages":
        sizes = previews.page_sizes(file.blob, name=file.name)
        pages = [PageImage(number, *size) for number, size in enumerate(sizes, 1)]
        return {"pages": pages, "total": previews.page_total(file.blob)}
    if kind == "text":
        return {"text": previews.text(file.blob, name=file.name)}
    if kind == "table":
        return {"table": previews.table(file.blob, name=file.name)}
    previews.check(file.blob, name=file.name)
    return {}


def neighbours(queue: list[EvidenceLink], link: EvidenceLink) -> dict[str, Any]:
    """Return where *link* stands in the queue, and what comes before and after it."""
    pks = [each.pk for each in queue]
    if link.pk not in pks:
        return {"position": 0, "next": queue[0] if queue else None, "previous": None}
    at = pks.index(link.pk)
    return {
        "position": at + 1,
        "next": queue[at + 1] if at + 1 < len(queue) else None,
        "previous": queue[at - 1] if at else None,
    }
