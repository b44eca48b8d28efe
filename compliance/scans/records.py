"""What a parser hands over: facts of the run, rows it read, rows it could not read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.shared.severity import Severity

# Editions of the KISA guide, newest first.
EDITIONS = ("2026", "2021")

# Begins the key of an asset that nobody named; the tool's name follows in brackets.
UNNAMED = "unnamed ("

# Fields of a check list that a heading can be bound to.
FIELDS = ("code", "title", "status", "severity", "host", "ip", "detail", "edition", "date")


class Outcome(models.TextChoices):
    """What one check said. A pass is evidence too, so it is kept like a failure."""

    PASS = "pass", _("Pass")
    FAIL = "fail", _("Fail")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")
    MANUAL = "manual", _("Manual check")
    ERROR = "error", _("Error")
    SUPPRESSED = "suppressed", _("Suppressed")


class Conditions(NamedTuple):
    """What a mapping asks of a check result before it counts; empty asks for nothing."""

    minimum_severity: str = ""
    asset_kind: str = ""
    outcome: str = ""

    def hold(self, *, severity: str, asset_kind: str, outcome: str = Outcome.FAIL) -> bool:
        """Whether a result like this counts. A finding is a failure."""
        enough = not self.minimum_severity or Severity(severity).reaches(self.minimum_severity)
        return enough and self.asset_kind in ("", asset_kind) and self.outcome in ("", outcome)


@dataclass(frozen=True, slots=True)
class Seen:
    """One asset as the tool names it. `key` is the stable half, `name` the readable one."""

    kind: str
    key: str
    name: str = ""

    @property
    def is_named(self) -> bool:
        """False where neither the file nor a person said what was scanned."""
        return not self.key.startswith(UNNAMED)


@dataclass(frozen=True, slots=True)
class Row:
    """One check result.

    `refs` are "namespace:value" strings, such as cve:CVE-2021-1 or nmap.port:23/tcp.
    `place` is the part of the location that survives harmless change (a port, a package, a
    path), never a line number, version or text; `location` is the readable one.
    `exploited` and `epss` (0 to 1) are what the file itself says about attacks seen or expected.
    """

    tool: str
    outcome: Outcome
    rule: str
    title: str
    asset: Seen
    location: str = ""
    place: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    severity: Severity = Severity.INFO
    tool_severity: str = ""
    excerpt: str = ""
    position: str = ""
    suspicious: bool = False
    exploited: bool = False
    epss: float | None = None

    @property
    def identity(self) -> tuple[str, ...]:
        """The stable keys: tool family, rule, asset, place."""
        return (self.tool, self.rule, self.asset.kind, self.asset.key, *self.place)


@dataclass(frozen=True, slots=True)
class Problem:
    """A row nobody could read: where it stands and why. The import goes on without it."""

    position: str
    reason: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Facts of the whole file; a parser yields it once, last.

    `complete` is False for an aborted scan, which then closes nothing. `targets` are the assets
    the scan covered, with or without rows. `scope` says, in the format's own words, what absence
    proves (see a parser's `covers`). `skipped` counts rows that are no check at all. `notes` are
    sentences about the whole file (English, from reasons.py), such as an edition nobody named.
    """

    format: str
    tool: str
    tool_version: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    complete: bool = True
    targets: tuple[Seen, ...] = ()
    scope: tuple[str, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What a file cannot say of itself.

    `edition` is the KISA guide's, empty to find it out; `asset` is what the file is about.
    `columns` binds fields of a check list (code, title, status, severity, host, ip, detail,
    edition, date) to its headings, `words` binds its result words to outcomes.
    """

    edition: str = ""
    asset: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


Record = Row | Problem | Run
