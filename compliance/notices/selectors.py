"""Reads of the inbox and of the delivery log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.notices.models import Delivery, Notice
from compliance.notices.topics import Topic

LOG_DAYS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the inbox is shown."""

    show: str = "all"
    topic: str = ""
    search: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filter:
        show = "unread" if query.get("show") == "unread" else "all"
        topic = query.get("topic", "")
        search = query.get("q", "").replace("\x00", "").strip()[:100]
        return cls(show, topic if topic in Topic.values else "", search)


@dataclass
class Group:
    """Notices of one page that speak of the same thing, newest first."""

    name: str
    notices: list[Notice] = field(default_factory=list)

    @property
    def unread(self) -> list[Notice]:
        return [each for each in self.notices if each.read_at is None]


def mine(user: User, organisation: Organisation) -> QuerySet[Notice]:
    """The person's notices here. What is theirs is written out once a request: within a limit it
    is long, and a page asks for it several times."""
    kept: dict[str, QuerySet[Notice]] = user.__dict__
    if "_notices" not in kept:
        kept["_notices"] = Notice.objects.visible_to(user)
    return kept["_notices"].filter(organisation=organisation)


def inbox(user: User, organisation: Organisation, chosen: Filter) -> QuerySet[Notice]:
    """The person's notices, newest first."""
    rows = mine(user, organisation).select_related("entry")
    if chosen.show == "unread":
        rows = rows.unread()  # type: ignore[attr-defined]
    if chosen.topic:
        rows = rows.filter(topic=chosen.topic)
    if chosen.search:
        rows = rows.filter(entry__target_name__icontains=chosen.search)
    return rows


def grouped(notices: Iterable[Notice]) -> list[Group]:
    """By what they speak of, in the order of the newest of each."""
    groups: dict[tuple[str, int | None, str], Group] = {}
    for notice in notices:
        entry = notice.entry
        # What has no number stands for itself.
        key = (entry.target_kind, entry.target_id, "" if entry.target_id else str(entry.pk))
        groups.setdefault(key, Group(entry.target_name)).notices.append(notice)
    return list(groups.values())


def state_of_inbox(user: User, organisation: Organisation, unread: int | None = None) -> str:
    """A word that changes when a notice comes or is read. *unread*: their number, where known."""
    rows = mine(user, organisation)
    newest = rows.aggregate(newest=Max("pk"))["newest"]
    if unread is None:
        unread = rows.unread().count()  # type: ignore[attr-defined]
    return f"{newest or 0}-{unread}"


def unread_by_topic(user: User, organisation: Organisation) -> dict[str, int]:
    rows = mine(user, organisation).unread().order_by()  # type: ignore[attr-defined]
    return dict(rows.values_list("topic").annotate(n=Count("pk")))


def mails(organisation: Organisation) -> QuerySet[Delivery]:
    """Deliveries to people by e-mail, newest first."""
    kinds = [Delivery.Kind.MAIL, Delivery.Kind.DIGEST]
    rows = Delivery.objects.filter(organisation=organisation, kind__in=kinds)
    return rows.select_related("entry", "user")


def counts(rows: QuerySet[Delivery]) -> dict[str, int]:
    """{state: number} of the last week."""
    recent = rows.filter(created_at__gt=timezone.now() - LOG_DAYS).order_by()
    return dict(recent.values_list("state").annotate(n=Count("pk")))


def last_failure(user: User, organisation: Organisation) -> Delivery | None:
    """The person's latest mail, if it did not get through."""
    latest = mails(organisation).filter(user=user, tried_at__isnull=False).first()
    failed = latest is not None and bool(latest.error)
    return latest if failed else None
