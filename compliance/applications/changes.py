"""What changed about a requirement since a round was frozen. An upper room that keeps what was
frozen registers how to tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy

from compliance.applications.models import Round


class What(models.TextChoices):
    VERDICT = "verdict", pgettext_lazy("change", "Self-assessment")
    STATEMENT = "statement", pgettext_lazy("change", "Implementation statement")
    EVIDENCE_ADDED = "evidence_added", pgettext_lazy("change", "New evidence")
    EVIDENCE_CHANGED = "evidence_changed", pgettext_lazy("change", "New version of evidence")
    EVIDENCE_GONE = "evidence_gone", pgettext_lazy("change", "Evidence no longer counted")
    TASK_CLOSED = "task_closed", pgettext_lazy("change", "Task closed")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. *before* and *after* are texts for a reader; "" where there is none.

    *number* is that of the evidence or the task that is spoken of.
    """

    what: What
    before: str = ""
    after: str = ""
    number: str = ""


# (the frozen round, the round that is compared: as frozen, else as things are now)
Source = Callable[[Round, Round], "Mapping[str, list[Change]] | None"]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """*source*(former, round) → {requirement code: changes}, None when it keeps no such round."""
    if source not in _sources:
        _sources.append(source)
    return source


def between(former: Round, round_: Round) -> Mapping[str, list[Change]]:
    """Return the changes by requirement code; nothing where nobody kept the former round."""
    return known(former, round_) or {}


def known(former: Round, round_: Round) -> "Mapping[str, list[Change]] | None":
    """Like `between`, but None says that there is nothing to compare with.

    The answer is kept on *round_* for the length of a request.
    """
    kept: dict[int, Any] = round_.__dict__.setdefault("_changes", {})
    if former.pk not in kept:
        found = (source(former, round_) for source in _sources)
        kept[former.pk] = next((each for each in found if each is not None), None)
    result: Mapping[str, list[Change]] | None = kept[former.pk]
    return result
