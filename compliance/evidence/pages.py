"""What the pages of this room show, gathered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from compliance.accounts.models import User
from compliance.audit.services import record_read
from compliance.evidence import selectors
from compliance.evidence.actions import Action
from compliance.evidence.models import EvidenceFile, EvidenceVersion
from compliance.vault import contents, previews
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
    sheets: list[contents.Sheet] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    mail: contents.Mail | None = None
    entries: list[contents.Entry] = field(default_factory=list)
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
        return _pages(file)
    read = _READERS.get(kind)
    if read is None:
        previews.check(file.blob, name=file.name)
        return {}
    name, function = read
    return {name: function(file.blob, name=file.name)}


def _pages(file: EvidenceFile) -> dict[str, Any]:
    measured = previews.measure(file.blob, name=file.name)
    pages = [PageImage(number, *size) for number, size in enumerate(measured.sizes, 1)]
    return {"pages": pages, "total": measured.total}


# What is shown of each kind: the field of Shown, and what reads it.
_READERS: dict[str, tuple[str, Callable[..., Any]]] = {
    "text": ("text", previews.text),
    "table": ("table", previews.table),
    "sheets": ("sheets", previews.sheets),
    "document": ("paragraphs", previews.paragraphs),
    "mail": ("mail", previews.mail),
    "archive": ("entries", previews.entries),
}
