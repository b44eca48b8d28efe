"""Screenshots held to the reviewer's rules: where and when, whole, and not too old."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.utils.translation import gettext as _

from compliance.evidence.models import EvidenceFile, EvidenceVersion
from compliance.evidence.personal import Exposure, exposures

# A window with its address bar and the clock of the desktop fits in no less.
LEAST_WIDTH, LEAST_HEIGHT = 800, 450
# A day more or less is a time zone.
_TOLERANCE = timedelta(days=1)


def warnings(version: EvidenceVersion, found: Iterable[Exposure]) -> list[str]:
    """Return sentences about the pictures among the files of *version*."""
    pictures = [each for each in found if each.file.blob.media_type.startswith("image/")]
    said = [sentence for each in pictures for sentence in _of_picture(version, each)]
    if pictures and not version.source:
        said.insert(
            0,
            _(
                "The capture names no host or system it was taken on. Make a new version with the "
                "source, and let the address and the date be seen in the picture."
            ),
        )
    return said


def warnings_of(version: EvidenceVersion) -> list[str]:
    """The same of a version that was just added; what a picture says of itself is known at once."""
    return warnings(version, exposures(list(version.files.select_related("blob"))))


def _of_picture(version: EvidenceVersion, exposure: Exposure) -> Iterator[str]:
    facts = exposure.inspection.facts if exposure.inspection else {}
    file = exposure.file
    width, height = facts.get("width", 0), facts.get("height", 0)
    if width and (width < LEAST_WIDTH or height < LEAST_HEIGHT):
        yield _(
            "“%(name)s” has only %(width)s × %(height)s pixels: it looks cut out. Capture the whole "
            "window with its address bar and the clock."
        ) % {"name": file.name, "width": width, "height": height}
    if taken := _day(facts.get("taken_on", "")):
        yield from _of_day(version, file, taken)


def _of_day(version: EvidenceVersion, file: EvidenceFile, taken: date) -> Iterator[str]:
    facts = {"name": file.name, "taken": taken, "collected": version.collected_at}
    age = version.evidence.max_age_days
    if age and version.uploaded_at.date() - taken > timedelta(days=age):
        yield _(
            "“%(name)s” says that it was taken on %(taken)s; evidence of this kind may be %(age)s "
            "days old at most. Capture it anew."
        ) % {**facts, "age": age}
    elif abs(version.collected_at - taken) > _TOLERANCE:
        yield (
            _(
                "“%(name)s” says that it was taken on %(taken)s, but it was declared as collected on "
                "%(collected)s. Check the day."
            )
            % facts
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
