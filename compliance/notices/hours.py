"""When something is sent: outside quiet hours, the digest in the morning of a working day."""

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

KST = ZoneInfo("Asia/Seoul")
DIGEST_AT = time(9, 0)
SATURDAY = 5
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


def next_digest(moment: datetime) -> datetime:
    """Return the next 09:00 in Korea on a working day, later than *moment*."""
    day = moment.astimezone(KST).date()
    while True:
        morning = datetime.combine(day, DIGEST_AT, tzinfo=KST)
        if morning > moment and is_working_day(morning):
            return morning
        day += _DAY


def is_working_day(moment: datetime) -> bool:
    day = moment.astimezone(KST).date()
    return day.weekday() < SATURDAY and day not in _public_holidays(day.year)


@lru_cache(maxsize=8)
def _public_holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("KR", years=year)
