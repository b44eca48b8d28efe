"""What a verification found, file by file."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from compliance.packets.manifest import Manifest
from compliance.packets.seal import Signature


class Verdict(StrEnum):
    INTACT = "intact"
    ALTERED = "altered"
    MISSING = "missing"
    ADDED = "added"
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


@dataclass(slots=True)
class Report:
    """What was found. *kind* is "pdf" or "zip"."""

    file: str
    kind: str
    items: list[Item] = field(default_factory=list)
    signature: Signature | None = None
    manifest: Manifest | None = None
    manifest_digest: str = ""

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
        for each in self.items:
            if each.name == name:
                if each.verdict == Verdict.INTACT:
                    each.verdict, each.detail = verdict, detail
                return
        self.items.append(Item(name, verdict, detail))

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON, without the manifest's contents."""
        about = self.manifest
        return {
            "file": self.file,
            "kind": self.kind,
            "intact": self.intact,
            "application": about["application"]["number"] if about else "",
            "round": about["round"] if about else 0,
            "manifest_sha256": self.manifest_digest,
            "signature": asdict(self.signature) if self.signature else None,
            "files": [asdict(each) for each in self.items],
        }
