"""How long a supplement may take: the days for one request, and the days for all of them together."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.applications import preflight
from compliance.applications.models import OPEN_STATES, Application, Round
from compliance.applications.preflight import Gap, Level, Topic
from compliance.requirements.models import Profile

# Where the profile does not say: `supplement_days`, `supplement_total_days`.
REQUEST_DAYS = 40
TOTAL_DAYS = 100
# So many days before its end the checklist speaks of it.
SOON_DAYS = 14
_MOST_DAYS = 3650


class Window(NamedTuple):
    """From the platform's newest request until the answer has to be there.

    *request_end* counts from the newest request, *total_end* from the first one of the application.
    """

    asked_on: date
    request_end: date
    total_end: date

    @property
    def end(self) -> date:
        """The day that comes first."""
        return min(self.request_end, self.total_end)

    @property
    def days_left(self) -> int:
        """0 on the last day, negative when it is over."""
        return (self.end - timezone.localdate()).days

    @property
    def is_over(self) -> bool:
        return self.days_left < 0


def window_of(application: Application, rounds: Iterable[Round] | None = None) -> Window | None:
    """The window that runs; None when the platform waits for nothing. One query without *rounds*."""
    if not application.is_open:
        return None
    known = application.rounds.all() if rounds is None else rounds
    return _window(application.profile, sorted(known, key=lambda each: each.number))


def ends(organisation_id: int) -> dict[int, date]:
    """{profile: the day its open application's window ends}, of those that run. Two queries."""
    rows = Application.objects.filter(organisation_id=organisation_id, state__in=OPEN_STATES)
    found: dict[int, date] = {}
    for application in rows.select_related("profile").prefetch_related("rounds"):
        if window := window_of(application):
            known = found.get(application.profile_id, window.end)
            found[application.profile_id] = min(known, window.end)
    return found


def _window(profile: Profile, rounds: Iterable[Round]) -> Window | None:
    """It runs from a request until a later round goes out."""
    sent = [each for each in rounds if each.submitted_at]
    if not sent or (asked := sent[-1].changes_requested_on) is None:
        return None
    first = next(each.changes_requested_on for each in sent if each.changes_requested_on)
    return Window(
        asked,
        asked + _days(profile, "supplement_days", REQUEST_DAYS),
        first + _days(profile, "supplement_total_days", TOTAL_DAYS),
    )


def _days(profile: Profile, name: str, usual: int) -> timedelta:
    said = profile.parameter(name)
    known = isinstance(said, int) and not isinstance(said, bool) and 0 < said <= _MOST_DAYS
    return timedelta(said if known else usual)


@preflight.register
def window_gaps(application: Application) -> Iterator[Gap]:
    """A window that is over blocks, one that is about to end weakens."""
    window = window_of(application)
    if window is None or window.days_left > SOON_DAYS:
        return
    words = {"day": window.end.isoformat(), "n": window.days_left}
    where = {"organisation": application.organisation.slug, "number": application.number}
    url = reverse("applications:detail", kwargs=where)
    if window.is_over:
        sentence = _("The window for the supplement ended on %(day)s. Agree on a new day first.")
        yield Gap(Level.BLOCKER, sentence % words, url, topic=Topic.ANSWER)
    else:
        sentence = ngettext(
            "The window for the supplement ends on %(day)s; %(n)d day is left.",
            "The window for the supplement ends on %(day)s; %(n)d days are left.",
            window.days_left,
        )
        yield Gap(Level.WARNING, sentence % words, url, topic=Topic.ANSWER)
