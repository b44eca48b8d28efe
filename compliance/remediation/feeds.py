"""A person's dates as a calendar that their own program reads (RFC 5545), by a key of its own."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import check_is_member
from compliance.applications import windows
from compliance.applications.models import OPEN_STATES as OPEN_APPLICATIONS
from compliance.applications.models import Application
from compliance.audit.services import record
from compliance.remediation.actions import Action
from compliance.remediation.models import TO_DO, CalendarFeed, DutyOccurrence, DutySeries, Task

SECRET_BYTES = 32
MOST = 2000
# Nine in the morning of the day before; all-day entries begin at midnight.
_REMIND = timedelta(hours=-15)
_REMIND_CHANGE = timedelta(hours=-1)
# How often a program should look again.
REFRESH = timedelta(hours=1)
# A key is noted as read once in such a time, so that reading stays a read.
_NOTE_AGAIN = timedelta(hours=1)


@transaction.atomic
def make(organisation: Organisation, *, by: User) -> str:
    """Return a new key; the old one, if there was one, opens nothing from now on."""
    check_is_member(by, organisation)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made, _new = CalendarFeed.objects.update_or_create(
        organisation=organisation,
        user=by,
        defaults={
            "digest": CalendarFeed.digest_of(secret),
            "made_at": timezone.now(),
            "last_read_at": None,
        },
    )
    record(by, Action.FEED_MADE, made)
    return secret


@transaction.atomic
def end(organisation: Organisation, *, by: User) -> None:
    """The key opens nothing any more."""
    check_is_member(by, organisation)
    for feed in CalendarFeed.objects.filter(organisation=organisation, user=by):
        record(by, Action.FEED_ENDED, feed)
        feed.delete()


def opened_by(slug: str, secret: str) -> CalendarFeed | None:
    """The feed of that key, while its person is a member and may sign in."""
    found = (
        CalendarFeed.objects.filter(digest=CalendarFeed.digest_of(secret), organisation__slug=slug)
        .select_related("organisation", "user")
        .first()
    )
    if found is None:
        return None
    members = Membership.objects.active().filter(organisation=found.organisation, user=found.user)
    if not members.exists():
        return None
    now = timezone.now()
    if found.last_read_at is None or now - found.last_read_at > _NOTE_AGAIN:
        CalendarFeed.objects.filter(pk=found.pk).update(last_read_at=now)
    return found


def written(feed: CalendarFeed, base: str) -> bytes:
    """The calendar in the person's language; links begin with *base* (https://host)."""
    with translation.override(feed.user.language):
        calendar = Calendar()
        calendar.add("prodid", "-//Gatepass//Tasks//KO")
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("method", "PUBLISH")
        name = _("%(organisation)s: tasks of %(person)s") % {
            "organisation": feed.organisation.name,
            "person": feed.user.name,
        }
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", REFRESH)
        for event in _events(feed, base):
            calendar.add_component(event)
        calendar.add_missing_timezones()
        return bytes(calendar.to_ical())


def _events(feed: CalendarFeed, base: str) -> Iterator[Event]:
    yield from _of_tasks(feed, base)
    yield from _of_duties(feed)
    yield from _of_applications(feed, base)


def _of_tasks(feed: CalendarFeed, base: str) -> Iterator[Event]:
    rows = Task.objects.visible_to(feed.user).filter(
        organisation=feed.organisation, assignee=feed.user, state__in=TO_DO
    )
    rows = rows.select_related("requirement")
    for task in rows.order_by("due", "number")[:MOST]:
        url = f"{base}{reverse('remediation:detail', args=[feed.organisation.slug, task.number])}"
        about = f"{task.get_severity_display()} · {task.get_state_display()}"
        code = f" · {task.requirement.code}" if task.requirement else ""
        due = _event(feed, f"task-{task.pk}", _("Due: %(task)s") % {"task": task}, task.state_since)
        due.add("sequence", task.version)
        due.add("url", url)
        due.add("description", f"{about}{code}\n{url}")
        yield _on(due, task.due)
        if task.change_start and task.change_end:
            said = _("Planned change: %(task)s") % {"task": task}
            change = _event(feed, f"change-{task.pk}", said, task.state_since)
            change.add("sequence", task.version)
            change.add("dtstart", timezone.localtime(task.change_start))
            change.add("dtend", timezone.localtime(task.change_end))
            change.add("url", url)
            change.add_component(_alarm(said, _REMIND_CHANGE))
            yield change


def _of_duties(feed: CalendarFeed) -> Iterator[Event]:
    rows = DutyOccurrence.objects.filter(
        series__in=DutySeries.objects.visible_to(feed.user),
        series__organisation=feed.organisation,
        series__responsible=feed.user,
        series__state=DutySeries.State.ACTIVE,
        done_at__isnull=True,
        skipped=False,
    )
    for each in rows.select_related("series").order_by("due")[:MOST]:
        made = each.series.created_at
        event = _event(feed, f"duty-{each.pk}", _("Duty: %(duty)s") % {"duty": each.series}, made)
        yield _on(event, each.due)


def _of_applications(feed: CalendarFeed, base: str) -> Iterator[Event]:
    """Until when the platform waits, of every open application: everybody's days."""
    seen = Application.objects.visible_to(feed.user)
    rows = seen.filter(organisation=feed.organisation, state__in=OPEN_APPLICATIONS)
    for application in rows.select_related("profile").order_by("pk"):
        url = f"{base}{reverse('applications:detail', args=[feed.organisation.slug, application.number])}"
        for key, day, said in _days_of(application):
            event = _event(feed, key, f"{said}: {application}", application.created_at)
            event.add("url", url)
            yield _on(event, day)


def _days_of(application: Application) -> Iterator[tuple[str, date, str]]:
    for round_ in application.rounds.order_by("number"):
        if round_.changes_due:
            yield f"answer-{round_.pk}", round_.changes_due, _("Answer due")
    if window := windows.window_of(application):
        yield f"window-{application.pk}", window.end, _("Window of the supplement ends")


def _event(feed: CalendarFeed, key: str, said: str, stamp: datetime) -> Event:
    """An entry whose name outlives a new key and a new title. *stamp* is when it last changed."""
    event = Event()
    event.add("uid", f"{key}-{_installation(feed)}@gatepass")
    event.add("dtstamp", stamp)
    event.add("summary", said)
    return event


def _on(event: Event, day: date) -> Event:
    """The whole of a day, that blocks nobody's time, with a reminder the morning before."""
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add_component(_alarm(str(event["summary"]), _REMIND))
    return event


def _alarm(said: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", said)
    alarm.add("trigger", before)
    return alarm


def _installation(feed: CalendarFeed) -> str:
    """Two portals that number alike must not share entries in one calendar program."""
    known = f"{feed.organisation.slug} {feed.organisation.created_at.isoformat()}"
    return hashlib.sha256(known.encode()).hexdigest()[:12]
