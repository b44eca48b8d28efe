"""How a manifest's values are written in the document."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import npgettext

from compliance.packets import editions, words
from compliance.packets.differing import ADDED, SAME, words_of
from compliance.packets.manifest_rows import Task, Text
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
    if editions.is_both():
        return editions.paired(text["ko"], text["en"])
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
    """A size as one says it; its unit is the same in both languages."""
    with editions.in_one_language():
        return filesizeformat(count)


@register.filter
def halves(sha256: str) -> list[str]:
    """Return a digest as two lines of equal length, so that it never breaks where it likes."""
    return [sha256[:_HALF], sha256[_HALF:]]


@register.filter
def whole_words(title: str) -> SafeString:
    """Return *title* so that it breaks between words: WeasyPrint breaks Hangul anywhere."""
    korean, english = editions.parted(title)
    parts = [
        format_html('<span class="whole">{}</span>', part) if len(part) <= _WHOLE else part
        for part in korean.split()
    ]
    shown = format_html_join(" ", "{}", ((part,) for part in parts))
    return (
        format_html("{}{}{}{}", shown, editions.OPEN, english, editions.CLOSE) if english else shown
    )


@register.filter
def segments(counts: Mapping[str, int]) -> list[Segment]:
    """Return the verdicts of *counts* with their words and colours."""
    return verdict_segments(counts, words.VERDICTS)


@register.simple_tag
def verdict_bar(counts: Mapping[str, int], width: int, height: int, label: str) -> SafeString:
    """Draw how the verdicts of *counts* are spread."""
    return stacked_bar(segments(counts), width, height, label)


@register.simple_tag
def gauge(percent: int, width: int, height: int, colour: str, label: str) -> SafeString:
    """Draw a share of a hundred as a bar in *colour* with its number behind it."""
    room = width - 34
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" '
        'role="img" aria-label="{2} {3}%"><title>{2} {3}%</title>'
        '<rect width="{4}" height="{1}" fill="#eef1f4"></rect>'
        '<rect width="{5}" height="{1}" fill="{6}"></rect>'
        '<text x="{7}" y="{8}" font-size="10" font-family="Gatepass Sans, sans-serif" '
        'fill="#1f2933">{3}%</text></svg>',
        width,
        height,
        editions.flat(label),
        percent,
        room,
        round(room * percent / 100, 1),
        colour,
        room + 6,
        round(height * 0.76, 1),
    )


@register.filter
def beside(left: Sequence[Any], right: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Return two lists as pairs, the shorter one filled up with nothing."""
    return list(zip_longest(left, right))


@register.filter
def of(rows: Mapping[str, Any], key: str) -> Any:
    return rows[key]


@register.filter
def without(text: str, number: str) -> str:
    """Return a text without the number that it begins with."""
    return text.removeprefix(number).strip()


@register.filter
def serial(code: str) -> str:
    """Return what tells a code from the others of its area: OI-NET-03 is 03."""
    return code.rpartition("-")[2][-4:]


@register.simple_tag
def word_diff(before: str, after: str) -> SafeString:
    """What was added to a text and what was taken out of it, word by word."""
    return format_html_join(
        "", "{}", ((_marked(kind, text),) for kind, text in words_of(before, after))
    )


@register.simple_tag
def text_diff(before: Text, after: Text) -> SafeString:
    """The same of a text in two languages, in that of the edition."""
    if editions.is_both() and (before["en"] or after["en"]):
        korean, english = (word_diff(before[each], after[each]) for each in ("ko", "en"))
        return format_html('{} <span class="en" lang="en">{}</span>', korean, english)
    return word_diff(told(before), told(after))


def _marked(kind: str, text: str) -> SafeString:
    if kind == SAME:
        return format_html("{}", text)
    return format_html("<{0}>{1}</{0}>", "ins" if kind == ADDED else "del", text)


@register.simple_tag
def verdict_words() -> list[str]:
    return [str(word) for word in words.VERDICTS.values()]
