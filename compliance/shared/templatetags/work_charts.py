"""Charts of work over time as inline SVG: what is open, how old it is, and when it is done.

Presentation attributes alone, as in `charts`; the ink is the text's own colour, so that they are
read on light, on dark and on paper.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

LINE, IDEAL, LATE = "#2f6bb0", "#7b8794", "#c0392b"
SEVERITY_COLOURS = ("#8f1d17", "#c8553d", "#c98a12", "#5b7fa6", "#9aa5b1")
STATE_COLOURS = {
    "registered": "#7b8794",
    "planned": "#5b7fa6",
    "in_progress": "#2f6bb0",
    "fixed": "#1f7a4d",
    "verifying": "#74569e",
    "disputed": "#c98a12",
}
_FONT = "Gatepass Sans, sans-serif"
# How many labels an axis takes before they touch.
_TICKS = 8
_Scale = Callable[[date], float]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day that a chart names."""

    day: date
    label: str
    late: bool = False


def _svg(width: int, height: int, said: str, parts: Iterable[SafeString], role: str) -> SafeString:
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" '
        'role="{2}" aria-label="{3}" font-family="{4}" fill="currentColor"><title>{3}</title>{5}</svg>',
        width,
        height,
        role,
        said,
        _FONT,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _text(x: float, y: float, said: object, anchor: str = "start", size: int = 11) -> SafeString:
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}" font-size="{}">{}</text>',
        round(x, 1),
        round(y, 1),
        anchor,
        size,
        said,
    )


def _line(points: Iterable[tuple[float, float]], colour: str, dash: str = "") -> SafeString:
    return format_html(
        '<polyline points="{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}">'
        "</polyline>",
        " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        colour,
        dash or "none",
    )


def _rule(x: float, top: float, bottom: float, colour: str, dash: str = "none") -> SafeString:
    return format_html(
        '<line x1="{0}" x2="{0}" y1="{1}" y2="{2}" stroke="{3}" stroke-dasharray="{4}"></line>',
        round(x, 1),
        top,
        bottom,
        colour,
        dash,
    )


@register.simple_tag
def burn_down(
    first: date,
    counts: Sequence[int],
    deadline: Deadline | None = None,
    said: str = "",
    width: int = 720,
) -> SafeString:
    """The number that is open at the end of each day from *first*, as a line.

    With a *deadline* after the last day a dashed line shows the even way to zero by then.
    """
    height, left, top, bottom = 220, 40, 26, 190
    last = first + timedelta(days=len(counts) - 1)
    end = max(last, deadline.day) if deadline else last
    step = (width - left - 16) / max(1, (end - first).days)
    most = max([1, *counts])

    def at(day: int, number: float) -> tuple[float, float]:
        return left + step * day, bottom - (bottom - top) * number / most

    def parts() -> Iterable[SafeString]:
        yield _grid(left, width - 16, top, bottom, most)
        for day in _ticks(first, end):
            yield _text(at((day - first).days, 0)[0], bottom + 16, f"{day:%m-%d}", "middle", 10)
        yield _line([at(n, number) for n, number in enumerate(counts)], LINE)
        if deadline:
            here = at((deadline.day - first).days, 0)
            if deadline.day > last:
                yield _line([at(len(counts) - 1, counts[-1]), here], IDEAL, "5 4")
            if deadline.day >= first:
                yield _rule(here[0], top, bottom, LATE if deadline.late else IDEAL, "3 3")
                yield _text(here[0], top - 8, deadline.label, "end", 11)
        x, y = at(len(counts) - 1, counts[-1])
        spot = (round(x, 1), round(y, 1), LINE)
        yield format_html('<circle cx="{}" cy="{}" r="3.5" fill="{}"></circle>', *spot)
        yield _text(x - 6, y - 8, counts[-1], "end", 12)

    return _svg(width, height, said, parts(), "img")


def _grid(left: float, right: float, top: float, bottom: float, most: int) -> SafeString:
    lines = [(top, most), ((top + bottom) / 2, round(most / 2)), (bottom, 0)]
    return format_html_join(
        "",
        '<line x1="{0}" x2="{1}" y1="{2}" y2="{2}" stroke="#94a3b8" stroke-opacity="0.5"></line>'
        '<text x="{3}" y="{4}" text-anchor="end" font-size="10">{5}</text>',
        [(left, right, y, left - 6, y + 4, number) for y, number in lines],
    )


def _ticks(first: date, last: date) -> list[date]:
    days = (last - first).days
    step = max(1, -(-days // _TICKS))
    return [first + timedelta(days=n) for n in range(0, days + 1, step)]


@register.simple_tag
def age_bars(
    rows: Sequence[tuple[object, Sequence[int]]], said: str = "", width: int = 720
) -> SafeString:
    """One bar a row, its parts coloured from most to least severe, with the sum at its end."""
    bar, gap = 20, 10
    left = max([120, *(16 + round(6.8 * sum(map(_width, str(label)))) for label, _counts in rows)])
    most = max([1, *(sum(counts) for _label, counts in rows)])
    scale = (width - left - 60) / most

    def parts() -> Iterable[SafeString]:
        for at, (label, counts) in enumerate(rows):
            y = 6 + at * (bar + gap)
            yield _text(left - 8, y + 14, label, "end", 12)
            x = float(left)
            for number, colour in zip(counts, SEVERITY_COLOURS, strict=True):
                if number:
                    yield format_html(
                        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}">'
                        "<title>{}</title></rect>",
                        round(x, 1),
                        y,
                        round(number * scale, 1),
                        bar,
                        colour,
                        number,
                    )
                    x += number * scale
            yield _text(x + 6, y + 14, sum(counts), "start", 12)

    return _svg(width, 12 + len(rows) * (bar + gap), said, parts(), "img")


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a timeline."""

    key: int
    label: str
    url: str
    first: date
    last: date
    colour: str
    late: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a timeline draws: bars from above, which waits for which, and the days that matter."""

    first: date
    last: date
    bars: Sequence[Bar]
    waits: Sequence[tuple[int, int]] = ()
    deadlines: Sequence[Deadline] = field(default_factory=tuple)
    today: date | None = None
    today_label: str = ""


@register.simple_tag
def timeline_chart(plan: Plan, said: str = "", width: int = 1180) -> SafeString:
    """Bars over days, with arrows from what blocks to what waits."""
    left, row = 300, 26
    top = 30 + 15 * len(plan.deadlines)
    height = top + row * max(1, len(plan.bars)) + 12
    step = (width - left - 24) / max(1, (plan.last - plan.first).days)

    def x(day: date) -> float:
        return left + step * min(max((day - plan.first).days, 0), (plan.last - plan.first).days)

    def parts() -> Iterable[SafeString]:
        for day in _ticks(plan.first, plan.last):
            yield _rule(x(day), top - 6, height - 8, "#94a3b8", "1 5")
            yield _text(x(day), top - 10, f"{day:%m-%d}", "middle", 10)
        yield from _deadline_rules(plan, x, height)
        for at, bar in enumerate(plan.bars):
            yield _bar(bar, x, top + at * row, step)
        yield from _arrows(plan, x, top, row)

    return _svg(width, height, said, parts(), "group")


def _deadline_rules(plan: Plan, x: _Scale, height: int) -> Iterable[SafeString]:
    for at, each in enumerate(plan.deadlines):
        colour = LATE if each.late else "#74569e"
        anchor = "end" if (each.day - plan.first) * 2 > (plan.last - plan.first) else "start"
        y = 14 + 15 * at
        yield _rule(x(each.day), y + 3, height - 8, colour, "4 3")
        yield format_html(
            '<text x="{}" y="{}" text-anchor="{}" font-size="11" font-weight="600" fill="{}">'
            "{} {}</text>",
            round(x(each.day), 1),
            y,
            anchor,
            colour,
            each.label,
            f"{each.day:%m-%d}",
        )
    if plan.today and plan.first <= plan.today <= plan.last:
        yield _rule(x(plan.today), 14 + 15 * len(plan.deadlines), height - 8, LINE)
        yield _text(x(plan.today) + 4, height - 2, plan.today_label, "start", 10)


def _bar(bar: Bar, x: _Scale, y: float, step: float) -> SafeString:
    begin = x(bar.first)
    wide = max(4.0, x(bar.last) - begin + step)
    return format_html(
        '<a href="{}"><title>{}</title><text x="4" y="{}" font-size="12">{}</text>'
        '<rect x="{}" y="{}" width="{}" height="14" rx="3" fill="{}" stroke="{}" '
        'stroke-width="{}"></rect></a>',
        bar.url,
        bar.title,
        y + 13,
        shortened(bar.label, 46),
        round(begin, 1),
        y + 2,
        round(wide, 1),
        bar.colour,
        LATE if bar.late else "none",
        2 if bar.late else 0,
    )


def _arrows(plan: Plan, x: _Scale, top: float, row: int) -> Iterable[SafeString]:
    places = {bar.key: (at, bar) for at, bar in enumerate(plan.bars)}
    for blocker, blocked in plan.waits:
        if blocker not in places or blocked not in places:
            continue
        (at, first), (to, second) = places[blocker], places[blocked]
        y1, y2 = top + at * row + 9, top + to * row + 9
        x1, x2 = x(first.last) + 6, x(second.first)
        points = [(x1, y1), (x1 + 5, y1), (x1 + 5, y2), (x2 - 1, y2)]
        yield _line(points, "#c98a12")
        yield format_html(
            '<polygon points="{0},{1} {2},{3} {2},{4}" fill="#c98a12"></polygon>',
            round(x2, 1),
            y2,
            round(x2 - 6, 1),
            y2 - 4,
            y2 + 4,
        )


def shortened(text: str, most: int) -> str:
    """Cut *text* where it is wider than *most* Latin letters; Hangul takes the place of two."""
    wide = 0
    for at, letter in enumerate(text):
        wide += _width(letter)
        if wide > most:
            return f"{text[:at].rstrip()}…"
    return text


def _width(letter: str) -> int:
    """Return how wide it is, in Latin letters."""
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


@register.simple_tag
def day_strip(
    changes: Sequence[tuple[float, float, bool, str]],
    freezes: Sequence[tuple[float, float]],
    said: str = "",
) -> SafeString:
    """The 24 hours of a day: hours of freeze shaded, planned changes as bars, warned ones red."""
    width, hour = 240, 10

    def parts() -> Iterable[SafeString]:
        yield format_html(
            '<rect width="{}" height="26" fill="#94a3b8" opacity="0.18"></rect>', width
        )
        for begin, end in freezes:
            spans = [(begin, end)] if begin < end else [(0.0, end), (begin, 24.0)]
            for one, other in spans:
                yield format_html(
                    '<rect x="{}" width="{}" height="26" fill="{}" opacity="0.3"></rect>',
                    one * hour,
                    (other - one) * hour,
                    "#c98a12",
                )
        for begin, end, warned, title in changes:
            yield format_html(
                '<rect x="{}" y="6" width="{}" height="14" rx="2" fill="{}">'
                "<title>{}</title></rect>",
                round(begin * hour, 1),
                round(max(3, (end - begin) * hour), 1),
                LATE if warned else LINE,
                title,
            )
        for at, next_ in pairwise(range(0, 25, 6)):
            yield _text(at * hour + (2 if at == 0 else 0), 36, f"{at:02d}", "start", 9)
            yield _rule(next_ * hour, 0, 26, "#94a3b8", "1 3")

    return _svg(width, 38, said, parts(), "img")
