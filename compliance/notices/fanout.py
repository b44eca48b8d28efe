"""Who hears of an entry and by which ways: rows for the inbox, rows for the outbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from compliance.accounts.http import is_open
from compliance.accounts.models import Membership, Organisation
from compliance.accounts.workdays import WorkCalendar, calendar_of
from compliance.audit.models import Entry
from compliance.notices import rules, subjects
from compliance.notices.hours import after_quiet, next_digest
from compliance.notices.models import Delivery, Notice, Preference, Target
from compliance.notices.rules import Rule
from compliance.notices.topics import Channel, Mode, Topic
from compliance.notices.vocabulary import topic_of

Kind = Delivery.Kind


@dataclass(frozen=True, slots=True)
class Draft:
    """A delivery whose lane has no number yet."""

    lane: str
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class _Told:
    entry: Entry
    user: int
    topic: Topic
    url: str


@dataclass
class Audience:
    """The members and targets of an organisation, read once for many entries."""

    organisation_id: int
    now: datetime = field(default_factory=timezone.now)

    @cached_property
    def slug(self) -> str:
        return Organisation.objects.values_list("slug", flat=True).get(pk=self.organisation_id)

    @cached_property
    def members(self) -> dict[int, Membership]:
        rows = Membership.objects.active().filter(organisation_id=self.organisation_id)
        people = rows.filter(user__is_machine=False).select_related("user")
        return {each.user_id: each for each in people}

    @cached_property
    def preferences(self) -> dict[int, Preference]:
        rows = Preference.objects.filter(organisation_id=self.organisation_id)
        return {row.user_id: row for row in rows}

    @cached_property
    def targets(self) -> list[Target]:
        """Those that are to get something, also when it waits for them to be started again."""
        rows = Target.objects.filter(organisation_id=self.organisation_id)
        return list(rows.exclude(state=Target.State.OFF).order_by("pk"))

    @cached_property
    def bots(self) -> list[Target]:
        return [each for each in self.targets if each.kind == Target.Kind.KAKAOWORK]

    @cached_property
    def rooms(self) -> list[Target]:
        return [each for each in self.targets if each.kind != Target.Kind.KAKAOWORK]

    @cached_property
    def days(self) -> WorkCalendar:
        return calendar_of(self.organisation_id)

    def preference(self, user: int) -> Preference:
        return self.preferences.get(user) or Preference(user_id=user)

    def later(self, user: int, moment: datetime) -> datetime:
        """Return *moment*, or the end of the person's quiet hours."""
        chosen = self.preference(user)
        return after_quiet(moment, chosen.quiet_from, chosen.quiet_until, chosen.time_zone)


def plan(audience: Audience, entries: list[Entry]) -> tuple[list[Notice], list[Draft]]:
    """Return what *entries* put into inboxes and into the outbox, in the order of the stream."""
    notices: list[Notice] = []
    drafts: list[Draft] = []
    for entry in entries:
        for told in _told(audience, entry):
            if audience.preference(told.user).mode(told.topic, Channel.INBOX) == Mode.NOW:
                notices.append(_notice(audience, told))
            drafts += _to_person(audience, told)
        drafts += _to_targets(audience, entry)
    return notices, drafts


def is_news(audience: Audience, entry: Entry) -> bool:
    """Say whether anybody may hear of *entry*."""
    if rules.rules_of(entry.action):
        return True
    return topic_of(entry.action) is not None and bool(audience.rooms)


def _notice(audience: Audience, told: _Told) -> Notice:
    return Notice(
        organisation_id=audience.organisation_id,
        user_id=told.user,
        entry=told.entry,
        topic=told.topic,
        url=told.url,
    )


def _told(audience: Audience, entry: Entry) -> Iterator[_Told]:
    """Each person that a rule names, once: by the first rule."""
    heard: set[int] = set()
    for rule in rules.rules_of(entry.action):
        url = _url(rule, entry, audience.slug)
        for user in sorted(_hearers(rule, entry, audience.members) - heard):
            heard.add(user)
            open_ = is_open(url, audience.members[user])
            yield _Told(entry, user, rule.about, url if open_ else "")


def _to_person(audience: Audience, told: _Told) -> Iterator[Draft]:
    chosen = audience.preference(told.user)
    mail = chosen.mode(told.topic, Channel.MAIL) if settings.EMAIL_HOST else Mode.NEVER
    lane = f"mail:{audience.organisation_id}:{told.user}"
    if mail == Mode.NOW:
        due = audience.later(told.user, audience.now)
        yield Draft(lane, _delivery(audience, told, Kind.MAIL, due))
    elif mail == Mode.DIGEST:
        due = audience.later(told.user, next_digest(audience.now, audience.days))
        yield Draft(lane, _delivery(audience, told, Kind.DIGEST, due))
    if chosen.mode(told.topic, Channel.KAKAOWORK) == Mode.NOW:
        due = audience.later(told.user, audience.now)
        for bot in audience.bots:
            if bot.wants(told.topic):
                direct = _delivery(audience, told, Kind.DIRECT, due, bot)
                yield Draft(f"direct:{bot.pk}:{told.user}", direct)


def _delivery(
    audience: Audience,
    told: _Told,
    kind: Delivery.Kind,
    due: datetime,
    target: Target | None = None,
) -> Delivery:
    way = f"{kind}{target.pk}" if target else str(kind)
    return Delivery(
        organisation_id=audience.organisation_id,
        key=f"{told.entry.pk}:{way}:{told.user}",
        kind=kind,
        entry=told.entry,
        user_id=told.user,
        target=target,
        topic=told.topic,
        url=told.url,
        due_at=due,
        created_at=audience.now,
    )


def _to_targets(audience: Audience, entry: Entry) -> Iterator[Draft]:
    """Webhooks get every entry of their topics, chat rooms what people are told."""
    known = rules.rules_of(entry.action)
    topic = known[0].about if known else topic_of(entry.action)
    for target in audience.rooms:
        if not target.wants(topic) or not (known or target.kind == Target.Kind.WEBHOOK):
            continue
        row = Delivery(
            organisation_id=audience.organisation_id,
            key=f"{entry.pk}:target:{target.pk}",
            kind=Kind.TARGET,
            entry=entry,
            target=target,
            topic=topic or "",
            url=next((url for rule in known if (url := _url(rule, entry, audience.slug))), ""),
            due_at=audience.now,
            created_at=audience.now,
        )
        yield Draft(f"target:{target.pk}", row)


def _hearers(rule: Rule, entry: Entry, members: Mapping[int, Membership]) -> set[int]:
    """Members that the rule names; the one who did it only when they wait for it.

    Who sees one application alone hears of nothing that lies beyond it.
    """
    named: set[Any] = set()
    for key in rule.people:
        value = entry.data.get(key)
        named |= set(value) if isinstance(value, list) else {value}
    if rule.capability:
        named |= {user for user, each in members.items() if each.includes(rule.capability)}
    named = named | {entry.actor_id} if rule.asker else named - {entry.actor_id}
    return {user for user in named if user in members and _may_hear(members[user], entry)}


def _may_hear(member: Membership, entry: Entry) -> bool:
    """Whether what the entry speaks of is there for the person."""
    return not member.is_limited or subjects.is_there(entry, member.user)


def _url(rule: Rule, entry: Entry, slug: str) -> str:
    known = {**entry.data, "target_id": entry.target_id}
    arguments: dict[str, Any] = {name: known.get(key) for name, key in rule.arguments.items()}
    if not rule.page or None in arguments.values():
        return ""
    for kwargs in ({"organisation": slug, **arguments}, arguments):
        # A person's own pages belong to no organisation.
        with suppress(NoReverseMatch):
            return reverse(rule.page, kwargs=kwargs)
    # An old entry may speak of a page that has moved; the sentence still arrives.
    return ""
