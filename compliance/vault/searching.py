"""Searching one blob for personal data, in the jail, and keeping what was found, masked."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from compliance.vault import jail, services
from compliance.vault.models import Blob, Inspection, PersonalHit, PersonalState
from compliance.vault.problems import Problem

# Text goes by at some megabytes a second; a picture of text takes the OCR some seconds a page.
_SECONDS, _SECONDS_A_MEGABYTE = 120, 1
_MOST_SECONDS = 1800
_OCR_FILES = 512 * 1024**2
log = logging.getLogger(__name__)


class Lost(Exception):
    """The bytes are missing or changed; the vault has raised the alarm."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a search found: hits up to a number, counts of all."""

    state: PersonalState
    counts: dict[str, int] = field(default_factory=dict)
    hits: list[dict[str, Any]] = field(default_factory=list)


def chunks_of(blob: Blob) -> Iterator[bytes]:
    """Yield the bytes although they are in quarantine; raises Lost."""
    try:
        yield from services.open_checked(blob, held=True)
    except services.Damaged as damage:
        raise Lost from damage


def facts_of(blob: Blob) -> dict[str, Any]:
    """Return what a picture says of itself, {} for anything else."""
    if not blob.media_type.startswith("image/"):
        return {}
    from compliance.vault.pictures import facts_at

    try:
        path = services.checked_path(blob, held=True)
        found: dict[str, Any] = jail.call(facts_at, str(path), memory=jail.room_for(path))
    except (services.Damaged, jail.Exhausted, jail.Fault, Problem):
        return {}
    return found


def search(blob: Blob) -> Result | None:
    """Return what was found, None when the bytes are not there to be searched."""
    # What reads documents and pictures takes 14 MB: only a process that searches waits for it.
    from compliance.vault.personal import finding

    try:
        path = services.checked_path(blob, held=True)
    except services.Damaged:
        return None
    seconds = min(_MOST_SECONDS, _SECONDS + blob.size // 1024**2 * _SECONDS_A_MEGABYTE)
    try:
        found = jail.call(
            finding.search,
            str(path),
            blob.media_type,
            seconds=seconds,
            memory=jail.room_for(path) + 1024**3,
            writes=_OCR_FILES,
        )
    except (jail.Exhausted, jail.Fault, Problem) as fault:
        log.warning("%s was not searched for personal data: %r", blob, fault)
        return Result(PersonalState.UNREADABLE)
    if not found["readable"]:
        return Result(PersonalState.UNREADABLE)
    state = PersonalState.FOUND if found["counts"] else PersonalState.NONE
    return Result(state, found["counts"], found["hits"])


def keep(row: Inspection, result: Result) -> None:
    """Write the hits; the caller's transaction has removed the former ones."""
    PersonalHit.objects.bulk_create(
        (PersonalHit(inspection=row, order=order, **hit) for order, hit in enumerate(result.hits)),
        batch_size=500,
    )
