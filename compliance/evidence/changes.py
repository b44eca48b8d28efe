"""What changed since a reviewer last decided: files that came, went, or stayed as they were."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.evidence.models import EvidenceFile, EvidenceLink, EvidenceVersion


class Change(models.TextChoices):
    ADDED = "added", pgettext_lazy("file", "new")
    REMOVED = "removed", pgettext_lazy("file", "gone")
    RENAMED = "renamed", _("same content, other name")
    SAME = "same", _("unchanged")


@dataclass(frozen=True, slots=True)
class Changed:
    change: Change
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Since:
    """The version that was decided about, and its files beside those of now."""

    version: EvidenceVersion
    files: list[Changed]

    @property
    def nothing(self) -> bool:
        """The very same files were handed in again."""
        return all(each.change in (Change.SAME, Change.RENAMED) for each in self.files)


def since_review(link: EvidenceLink) -> Since | None:
    """None where nobody has decided yet, or about this very version."""
    if link.reviewed_version_id in (None, link.version_id):
        return None
    before = link.reviewed_version
    assert before is not None  # noqa: S101 - its id is not None
    return Since(before, _compared(_files(before), _files(link.version)))


def _files(version: EvidenceVersion) -> list[EvidenceFile]:
    return list(version.files.select_related("blob"))


def _compared(before: list[EvidenceFile], now: list[EvidenceFile]) -> list[Changed]:
    had = {file.blob.sha256: file.name for file in before}
    has = {file.blob.sha256 for file in now}
    found = []
    for file in now:
        sha256 = file.blob.sha256
        if sha256 not in had:
            change = Change.ADDED
        else:
            change = Change.SAME if had[sha256] == file.name else Change.RENAMED
        found.append(Changed(change, file.name, sha256))
    gone = [file for file in before if file.blob.sha256 not in has]
    return [*found, *(Changed(Change.REMOVED, each.name, each.blob.sha256) for each in gone)]
