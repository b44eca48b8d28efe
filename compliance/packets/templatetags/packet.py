"""How a manifest's values are written in the document."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import npgettext

from compliance.packets import words
from compliance.packets.manifest import Task, Text
from compliance.shared.templatetags.charts import Segment, stacked_bar, verdict_segments

register = template.Library()
# The document speaks of Korean office time wherever it is built.
_ZONE = ZoneInfo("Asia/Seoul")
_HALF = 32
# A longer word may break: it would not fit on a line of the cover.
_WHOLE = 14


@register.filter
def told(text: Text) -> str:
    """Return *text* in the language of the edition, or in the other when it has none."""
    if translation.get_language() == "ko":
        return text["ko"] or text["en"]
    return text["en"] or text["ko"]


@register.filter
def word(code: str, book: str) -> str:
    """Return the word for *code* out of *book* (see words.BOOKS)."""
    return str(words.BOOKS[book].get(code, code))


@register.filter
def moment(iso: str) -> str:
    """Return 2026-11-22T07:00:00+00:00 as “2026-11-22 16:00”; a day stays a day."""
    if len(iso) <= len("2026-11-22"):
        return iso
    return f"{datetime.fromisoformat(iso).astimezone(_ZONE):%Y-%m-%d %H:%M}"


@register.filter
def day(iso: str) -> str:
    return moment(iso)[:10]


@register.filter
def due(task: Task) -> str:
    """The due day of a task, with how often it was extended."""
    shown, times = day(task["due"]), task.get("extended", 0)
    if not times:
        return shown
    said = npgettext("packet", "extended %(n)d time", "extended %(n)d times", times)
    return f"{shown} ({said % {'n': times}})"


@register.filter
def as_date(iso: str) -> date:
    return date.fromisoformat(iso)


@register.filter
def size(count: int) -> str:
    return filesizeformat(count)


@register.filter
def halves(sha256: str) -> list[str]:
    """Return a digest as two lines of equal length, so that it never breaks where it likes."""
    return [sha256[:_HALF], sha256[_HALF:]]


@register.filter
def whole_words(title: str) -> SafeString:
    """Return *title* so that it breaks between words: WeasyPrint breaks Hangul anywhere."""
    parts = [
        format_html('<span class="whole">{}</span>', part) if len(part) <= _WHOLE else part
        for part in title.split()
    ]
    return format_html_join(" ", "{}", ((part,) for part in parts))


@register.filter
def segments(counts: Mapping[str, int]) -> list[Segment]:
    """Return the verdicts of *counts* with their words and colours."""
    return verdict_segments(counts, words.VERDICTS)


@register.simple_tag
def verdict_bar(counts: Mapping[str, int], width: int, height: int, label: str) -> SafeString:
    """Draw how the verdicts of *counts* are spread."""
    return stacked_bar(segments(counts), width, height, label)


@register.simple_tag
def verdict_words() -> list[str]:
    return [str(word) for word in words.VERDICTS.values()]
