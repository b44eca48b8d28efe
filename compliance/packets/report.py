"""What a verification found, file by file."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from compliance.packets.manifest_rows import Manifest
from compliance.packets.seal import Signature


class Verdict(StrEnum):
    INTACT = "intact"
    ALTERED = "altered"
    MISSING = "missing"
    ADDED = "added"
    # Its bytes are there, but under another name.
    RENAMED = "renamed"
    # The PDF names it in its hash manifest, but only the ZIP carries it.
    ELSEWHERE = "elsewhere"


class Unreadable(ValueError):
    """The file is no packet at all, or cannot be read."""


_GOOD = {Verdict.INTACT, Verdict.ELSEWHERE}


@dataclass(slots=True)
class Item:
    """One part of the packet: a file, or a place in the container such as its directory."""

    name: str
    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CopyMark:
    """For whom a copy was marked, what for, and when (ISO 8601)."""

    recipient: str
    purpose: str
    at: str


@dataclass(slots=True)
class Report:
    """What was found. *kind* is "pdf" or "zip"."""

    file: str
    kind: str
    items: list[Item] = field(default_factory=list)
    signature: Signature | None = None
    manifest: Manifest | None = None
    manifest_digest: str = ""
    # A marked copy is judged by what it is a copy of; says for whom it was made.
    copy: CopyMark | None = None
    sha256: str = ""
    _known: dict[str, Item] = field(default_factory=dict, repr=False)

    @property
    def intact(self) -> bool:
        return bool(self.items) and not self.wrong

    @property
    def wrong(self) -> list[Item]:
        return [each for each in self.items if each.verdict not in _GOOD]

    @property
    def right(self) -> list[Item]:
        return [each for each in self.items if each.verdict in _GOOD]

    def add(self, name: str, verdict: Verdict, detail: str = "") -> None:
        """Note a verdict; of a name that is known already only the worse one stays."""
        if (known := self._known.get(name)) is None:
            self._known[name] = Item(name, verdict, detail)
            self.items.append(self._known[name])
        elif known.verdict == Verdict.INTACT:
            known.verdict, known.detail = verdict, detail

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON, without the manifest's contents."""
        about = self.manifest
        return {
            "file": self.file,
            "kind": self.kind,
            "sha256": self.sha256,
            "intact": self.intact,
            "application": about["application"]["number"] if about else "",
            "round": about["round"] if about else 0,
            "manifest_sha256": self.manifest_digest,
            "copy": asdict(self.copy) if self.copy else None,
            "signature": asdict(self.signature) if self.signature else None,
            "files": [asdict(each) for each in self.items],
        }
