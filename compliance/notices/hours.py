"""When something is sent: outside quiet hours, the digest in the morning of a working day."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from compliance.accounts.workdays import WorkCalendar

KST = ZoneInfo("Asia/Seoul")
DIGEST_AT = time(9, 0)
_DAY = timedelta(days=1)


def after_quiet(moment: datetime, begin: time | None, end: time | None, zone: str) -> datetime:
    """Return *moment*, or the end of the quiet hours that it falls into.

    Hours whose end is before their begin go across midnight; equal ones are none.
    """
    if begin is None or end is None or begin == end:
        return moment
    local = moment.astimezone(ZoneInfo(zone))
    now, day = local.time(), local.date()
    if begin < end:
        quiet = begin <= now < end
    else:
        quiet = now >= begin or now < end
        day += _DAY if now >= begin else timedelta()
    return datetime.combine(day, end, tzinfo=ZoneInfo(zone)) if quiet else moment


def next_digest(moment: datetime, days: WorkCalendar) -> datetime:
    """Return the next 09:00 in Korea on a working day of the organisation, later than *moment*."""
    day = moment.astimezone(KST).date()
    while True:
        morning = datetime.combine(day, DIGEST_AT, tzinfo=KST)
        if morning > moment and days.is_working(day):
            return morning
        day += _DAY
