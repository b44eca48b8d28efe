"""Charts as inline SVG, the same on web pages and on paper.

Presentation attributes alone: the strict CSP allows no inline style, and a page's CSS does not
reach inline SVG when it is printed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

VERDICT_COLOURS = {
    "met": "#1f7a4d",
    "partial": "#c98a12",
    "not_met": "#b3342c",
    "inconclusive": "#74569e",
    "not_applicable": "#7b8794",
    "not_checked": "#cbd2d9",
}
_DARK_TEXT = "#334155"
_PALE = {VERDICT_COLOURS["not_checked"]}
# Narrower than this many units per digit and the number would leave its segment.
_DIGIT = 8
# The largest number: in a high bar it would touch those beside it.
_LARGEST = 12


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar: what it is called, how many, and its colour as #rrggbb."""

    label: str
    count: int
    colour: str


class _Drawn(NamedTuple):
    left: float
    width: float
    segment: Segment


@register.simple_tag
def stacked_bar(
    segments: Sequence[Segment], width: int = 480, height: int = 16, label: str = ""
) -> SafeString:
    """Draw *segments* side by side in proportion, each with its number where there is room."""
    shown = [each for each in segments if each.count > 0]
    drawn = _placed(shown, width)
    said = label or ", ".join(f"{each.label} {each.count}" for each in shown)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" '
        'role="img" aria-label="{2}"><title>{2}</title><rect width="{0}" height="{1}" fill="#eef1f4"></rect>{3}{4}</svg>',
        width,
        height,
        said,
        format_html_join(
            "", '<rect x="{}" width="{}" height="{}" fill="{}"></rect>', _bars(drawn, height)
        ),
        format_html_join(
            "",
            '<text x="{}" y="{}" text-anchor="middle" font-size="{}" '
            'font-family="Gatepass Sans, sans-serif" fill="{}">{}</text>',
            _numbers(drawn, height),
        ),
    )


def verdict_segments(counts: Mapping[str, int], labels: Mapping[str, object]) -> list[Segment]:
    """Return the segments of *counts* by verdict, in the order of the colours."""
    return [
        Segment(str(labels.get(verdict, verdict)), counts.get(verdict, 0), colour)
        for verdict, colour in VERDICT_COLOURS.items()
    ]


def _placed(segments: Sequence[Segment], width: int) -> list[_Drawn]:
    total = sum(each.count for each in segments)
    placed: list[_Drawn] = []
    left = 0.0
    for each in segments:
        share = round(width * each.count / total, 2)
        placed.append(_Drawn(round(left, 2), share, each))
        left += share
    return placed


def _bars(drawn: Sequence[_Drawn], height: int) -> list[tuple[float, float, int, str]]:
    return [(each.left, each.width, height, each.segment.colour) for each in drawn]


def _numbers(drawn: Sequence[_Drawn], height: int) -> list[tuple[float, float, float, str, int]]:
    size = round(min(height * 0.62, _LARGEST), 1)
    return [
        (
            round(each.left + each.width / 2, 2),
            round(height / 2 + size * 0.36, 1),
            size,
            _DARK_TEXT if each.segment.colour in _PALE else "#ffffff",
            each.segment.count,
        )
        for each in drawn
        if each.width > _DIGIT * len(str(each.segment.count))
    ]


@register.simple_tag
def trend(
    points: Sequence[tuple[datetime, int, int]], width: int = 720, height: int = 150
) -> SafeString:
    """Two lines over time: all of them, and the serious ones; each point is (moment, all, serious)."""
    top = max([1, *(total for _moment, total, _serious in points)])
    right, bottom = width - 24, height - 22
    step = (right - 36) / max(1, len(points) - 1)
    placed = [
        (
            round(36 + step * at, 1),
            round(bottom - (bottom - 14) * total / top, 1),
            round(bottom - (bottom - 14) * serious / top, 1),
            timezone.localtime(moment).strftime("%m-%d"),
            total,
            serious,
        )
        for at, (moment, total, serious) in enumerate(points)
    ]
    said = ", ".join(f"{day}: {total} ({serious})" for *_at, day, total, serious in placed)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="100%" role="img" '
        'aria-label="{2}"><line x1="36" y1="{3}" x2="{4}" y2="{3}" stroke="#94a3b8"></line>'
        '<text x="30" y="18" text-anchor="end" font-size="11" fill="#7b8794">{5}</text>'
        '<text x="30" y="{3}" text-anchor="end" font-size="11" fill="#7b8794">0</text>'
        '<polyline points="{6}" fill="none" stroke="#5b7fa6" stroke-width="2"></polyline>'
        '<polyline points="{7}" fill="none" stroke="#b3342c" stroke-width="2"></polyline>{8}</svg>',
        width,
        height,
        said,
        bottom,
        right,
        top,
        " ".join(f"{x},{y}" for x, y, *_rest in placed),
        " ".join(f"{x},{y}" for x, _y, y, *_rest in placed),
        format_html_join(
            "",
            '<circle cx="{0}" cy="{1}" r="3" fill="#5b7fa6"><title>{3}: {4} ({5})</title></circle>'
            '<text x="{0}" y="{6}" text-anchor="middle" font-size="10" fill="#7b8794">{3}</text>',
            [(*point, height - 6) for point in placed],
        ),
    )
