"""What the portal asks of an issue tracker."""

from __future__ import annotations

import abc
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.dateparse import parse_datetime

from compliance.shared.outbound import Session

MARK = "gatepass:"
_MARK = re.compile(MARK + r"([0-9a-f]{32})\b")


@dataclass(frozen=True, slots=True)
class Access:
    """Where the tracker is and how one gets in.

    *account* is the e-mail address that goes with a token of Jira Cloud, "" elsewhere. *statuses*
    are those the portal knows of: a GitHub label among them is a status.
    """

    base_url: str
    project: str
    account: str
    token: str
    issue_type: str = ""
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as the tracker shows it. *number* stays the same when the *key* changes."""

    number: str
    key: str
    title: str
    status: str
    url: str
    updated: datetime
    # How many comments there are, -1 when the tracker does not say.
    comments: int = -1


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment. *mark* names what of ours it repeats, None when a person wrote it there."""

    number: str
    author: str
    text: str
    at: datetime
    mark: UUID | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What a test finds: the project's name and the statuses that its issues can have."""

    name: str
    statuses: list[str]


class Tracker(abc.ABC):
    """Every call raises an error of `adapters.errors` or an OutboundError, or did its work."""

    # How far the tracker's idea of “since” may be off.
    overlap = timedelta(minutes=2)

    def __init__(self, access: Access, session: Session) -> None:
        self.access, self.session = access, session

    @abc.abstractmethod
    def about(self) -> About:
        """Look whether the project is there and may be read."""

    @abc.abstractmethod
    def issue(self, key: str) -> Issue:
        """Return the issue by its number or its key."""

    @abc.abstractmethod
    def create(self, title: str, text: str, mark: UUID) -> Issue:
        """Open an issue that can be found again by its *mark*."""

    @abc.abstractmethod
    def find(self, mark: UUID, since: datetime) -> Issue | None:
        """Return what `create` made with *mark* after *since*, should its answer have been lost."""

    @abc.abstractmethod
    def update(self, number: str, title: str, text: str, mark: UUID) -> None:
        """Write title and text of an issue that `create` made."""

    @abc.abstractmethod
    def transition(self, number: str, status: str) -> None:
        """Bring the issue to *status*; nothing happens when it is there already."""

    @abc.abstractmethod
    def comment(self, number: str, text: str, mark: UUID) -> str:
        """Add a comment; return its number."""

    @abc.abstractmethod
    def changes(self, since: datetime) -> Iterator[list[Issue]]:
        """Pages of the issues that changed after *since*, the oldest change first."""

    @abc.abstractmethod
    def comments(self, number: str, since: datetime) -> Iterator[Remark]:
        """Comments of an issue that were made or changed after *since*."""


def is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Say whether the tracker signed *body* with *secret*: HMAC-SHA256, GitHub's header or Jira's."""
    given = headers.get("X-Hub-Signature-256") or headers.get("X-Hub-Signature") or ""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), given.encode())


def mark_in(text: str) -> UUID | None:
    """Return the last mark in *text*: ours stands at the end."""
    found = _MARK.findall(text)
    return UUID(hex=found[-1]) if found else None


def moment(text: object) -> datetime:
    """Read ISO 8601; Jira writes its offset without a colon. Raises ValueError."""
    found = parse_datetime(str(text))
    if found is None or found.tzinfo is None:
        raise ValueError(f"no moment: {str(text)[:40]}")
    return found
