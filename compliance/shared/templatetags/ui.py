"""Small pieces that every page is made of. Usage: templates/_components/README.md."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from compliance.shared.templatetags._tones import MUTE, TONES

register = template.Library()

NOTHING = format_html('<span class="text-body-secondary">{}</span>', "—")
_ADDRESS = re.compile(r" <[^<>@ ]+@[^<> ]+>")


@register.simple_tag
def icon(name: str, label: str = "", size: int = 16) -> SafeString:
    """A symbol of icons.svg. With *label* it speaks; without, it only decorates."""
    return _icon(name, str(label), size)


# A page of cards or rows shows the same few pieces hundreds of times: each is made once.
@lru_cache(maxsize=1024)
def _icon(name: str, label: str, size: int) -> SafeString:
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" width="{0}" height="{0}" role="img" aria-label="{2}">'
            '<use href="{1}"></use></svg>',
            size,
            href,
            label,
        )
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" aria-hidden="true"><use href="{1}"></use></svg>',
        size,
        href,
    )


@register.simple_tag
def badge(value: Any, label: Any = "") -> SafeString:
    """A state, verdict or severity: {% badge row.verdict row.get_verdict_display %}."""
    if value in {None, ""}:
        return format_html("")
    return _badge(str(value), str(label or getattr(value, "label", "") or value))


@lru_cache(maxsize=1024)
def _badge(value: str, text: str) -> SafeString:
    tone = TONES.get(value, MUTE)
    return format_html(
        '<span class="gp-badge tone-{}" data-value="{}">{}{}</span>',
        tone.name,
        value,
        _icon(tone.icon, "", 12),
        text,
    )


@register.filter
def tone(value: Any) -> str:
    """Return the tone's name of a state, for `tone-…` classes of other elements."""
    return TONES.get(str(value), MUTE).name


@register.simple_tag(takes_context=True)
def nav_url(context: dict[str, Any], name: str, *args: Any, **kwargs: Any) -> str:
    """Like {% url %}, in the present organisation; "" while the page does not exist for the reader."""
    organisation = context.get("organisation")
    if organisation is not None and not args:
        try:
            url = reverse(name, kwargs={"organisation": organisation.slug, **kwargs})
        except NoReverseMatch:
            pass
        else:
            return url if context.get("whole", True) or _opens(url) else ""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def _opens(url: str) -> bool:
    """Whether the page of an organisation is there for who sees one application alone."""
    try:
        found = resolve(urlsplit(url).path)
    except Resolver404:
        return False
    return getattr(found.func, "open_to_limited", False)


@register.filter
def open_for(url: Any, whole: Any) -> str:
    """{{ gap.url|open_for:whole }}: the address, "" where a limited reader may not follow it."""
    return "" if whole is False and not _opens(str(url)) else str(url)


@register.inclusion_tag("_components/nav_link.html", takes_context=True)
def nav_link(
    context: dict[str, Any], name: str, symbol: str, label: str, besides: str = ""
) -> dict[str, Any]:
    """A link of the left navigation, active on its page and the pages under it.

    *besides* names pages under it that have a link of their own, with spaces between.
    """
    url = nav_url(context, name)
    path = getattr(context.get("request"), "path", "")
    others = [other for each in besides.split() if (other := nav_url(context, each))]
    under = bool(url) and path.startswith(url) and not any(map(path.startswith, others))
    active = path == url if name == "dashboard:home" else under
    return {"url": url, "symbol": symbol, "label": label, "active": active}


@register.simple_tag
def when(moment: datetime | date | None, form: str = "") -> SafeString:
    """A moment as 2026-11-22 (일) 16:20, exact to the second in the title; "—" for none.

    *form* "short" leaves out the weekday, "date" the time of day.
    """
    if moment is None:
        return NOTHING
    if not isinstance(moment, datetime):
        shown = f"{moment:%Y-%m-%d}" if form else _day(moment)
        return _time(moment.isoformat(), _day(moment), shown)
    local = timezone.localtime(moment)
    shapes = {"short": f"{local:%Y-%m-%d %H:%M}", "date": f"{local:%Y-%m-%d}"}
    exact = f"{_day(local)} {local:%H:%M:%S %Z}"
    return _time(
        local.isoformat(timespec="seconds"),
        exact,
        shapes.get(form, f"{_day(local)} {local:%H:%M}"),
    )


def _day(day: date) -> str:
    """Return 2026-11-22 (일), or (Sun) in English."""
    name = date_format(day, "D").removesuffix("요일")
    return f"{day:%Y-%m-%d} ({name})"


@register.simple_tag
def due(day: date | None, finished: Any = None) -> SafeString:
    """A due date; says “3 days late” or “today” in words while it is not *finished*."""
    if day is None:
        return NOTHING
    left = (day - timezone.localdate()).days
    return _due(day, None if finished or left > _SOON else left, get_language() or "")


@lru_cache(maxsize=2048)
def _due(day: date, left: int | None, language: str) -> SafeString:
    """With the days that are *left*, None when nobody counts them, in the reader's *language*."""
    shown = _time(day.isoformat(), _day(day), f"{day:%Y-%m-%d}")
    if left is None:
        return shown
    kind = "bad" if left < 0 else "warn"
    return format_html('{} <span class="gp-due tone-{}">{}</span>', shown, kind, _left(left))


# Days before the due date from which the page counts down.
_SOON = 7


def _left(days: int) -> str:
    if days < 0:
        return ngettext("%(n)d day late", "%(n)d days late", -days) % {"n": -days}
    if days == 0:
        return _("today")
    return ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}


def _time(machine: str, title: str, shown: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, title, shown)


@register.inclusion_tag("_components/pager.html", takes_context=True)
def pager(context: dict[str, Any], page: Any, target: str = "") -> dict[str, Any]:
    """Pages of a Paginator's *page*; keeps the filters. With *target* htmx swaps that element."""
    request = context["request"]
    links = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "links": links, "request": request, "target": target}


@register.inclusion_tag("_components/timeline.html")
def timeline(entries: Any, compact: Any = None) -> dict[str, Any]:
    """What happened, from audit entries, newest first; *compact* is one line an entry."""
    return {"entries": entries, "compact": compact}


@register.filter
def told(entry: Any) -> str:
    """Return the entry's sentence without e-mail addresses, which the audit log itself shows."""
    return _ADDRESS.sub("", entry.sentence)


@register.filter
def shorten(digest: str) -> str:
    """Return the first twelve characters of a hash."""
    return str(digest)[:12]
