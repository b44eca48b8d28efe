"""Small pieces of the pages of tasks."""

from datetime import time

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from compliance.remediation.calendars import Day
from compliance.remediation.freezes import Freeze
from compliance.shared.templatetags.work_charts import day_strip

register = template.Library()


@register.simple_tag
def day_hours(day: Day, freezes: list[Freeze]) -> SafeString:
    """The hours of a day: freezes shaded, planned changes as bars, in words for who hears it."""
    hours = [(_hours(each.begin), _hours(each.end)) for each in freezes]
    changes = [(each.begin, each.end, each.warned, str(each.task)) for each in day.changes]
    peak = ", ".join(str(each) for each in freezes)
    said = _("%(n)d planned changes; peak hours %(peak)s") % {
        "n": len(changes),
        "peak": peak or "—",
    }
    return day_strip(changes, hours, said)


def _hours(clock: time) -> float:
    return clock.hour + clock.minute / 60
