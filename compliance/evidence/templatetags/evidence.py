"""Rows and cards of the list of evidence, written without a template for each of them."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from compliance.evidence.listing import Link, Row
from compliance.evidence.models import Confidentiality, State
from compliance.shared.templatetags.ui import badge, due, icon, when

register = template.Library()

_NOTHING = format_html('<span class="text-body-secondary">{}</span>', "—")
_LINKS_SHOWN = 3


@register.simple_tag
def evidence_rows(rows: Sequence[Row], organisation: Any, may_change: Any) -> SafeString:
    """Table rows; with *may_change* each can be ticked."""
    part = _Parts(organisation.slug, pick=bool(may_change))
    return format_html_join("", "{}", ((_row(row, part),) for row in rows))


@register.simple_tag
def evidence_cards(rows: Sequence[Row], organisation: Any, may_change: Any) -> SafeString:
    """Items of the gallery, each with the image of its first file."""
    part = _Parts(organisation.slug, pick=bool(may_change))
    return format_html_join("", "{}", ((_card(row, part),) for row in rows))


@register.filter
def changes(entry: Any) -> list[tuple[str, str, str]]:
    """(what, before, after) of an entry that changed facts, in the reader's words."""
    words = {
        "title": _("Title"),
        "kind": _("Kind of evidence"),
        "confidentiality": _("Confidentiality"),
        "owner": pgettext("of an evidence", "Owner"),
        "tags": _("Tags"),
    }
    found = entry.data.get("changed") or {}
    return [
        (words.get(key, key), _said(before), _said(after)) for key, (before, after) in found.items()
    ]


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "—"
    levels = dict(Confidentiality.choices)
    return str(levels.get(value, value)) if value else "—"


class _Parts:
    """Addresses resolved and fragments made once a page."""

    def __init__(self, slug: str, *, pick: bool) -> None:
        self.pick = pick
        self.detail = _around("evidence:detail", slug)
        self.desk = _around("evidence:desk", slug)
        self.thumbnail = _around("evidence:thumbnail", slug)
        self.state = cache(self._state)
        self.day = cache(self._day)
        self.valid = cache(self._valid)
        self.withdrawn = badge("withdrawn", _("Withdrawn"))
        self.held = format_html(
            ' <span class="gp-due tone-violet">{}{}</span>', icon("lock", size=12), _("On hold")
        )
        self.unlinked = format_html('<span class="text-body-secondary">{}</span>', _("not linked"))
        self.select = _("Select")

    def _state(self, state: State) -> SafeString:
        return badge(state.value, state.label)

    def _day(self, day: date) -> SafeString:
        return when(day, "date")

    def _valid(self, day: date | None) -> SafeString:
        return due(day) if day else _NOTHING

    def box(self, row: Row) -> SafeString:
        if not self.pick:
            return SafeString("")
        return format_html(
            '<input class="form-check-input" type="checkbox" name="row" form="bulk" value="{}:{}" '
            'aria-label="{} {}">',
            row.pk,
            row.revision,
            self.select,
            row.code,
        )

    def links(self, links: Sequence[Link]) -> SafeString:
        if not links:
            return self.unlinked
        more = len(links) - _LINKS_SHOWN
        return format_html(
            "{}{}",
            format_html_join(
                "",
                '<a class="gp-link-state" href="{}"><span class="mono">{}</span> {}</a>',
                (
                    (_at(self.desk, each.pk), each.code, self.state(each.state))
                    for each in links[:_LINKS_SHOWN]
                ),
            ),
            format_html('<span class="text-body-secondary">+{}</span>', more) if more > 0 else "",
        )

    def marks(self, row: Row) -> SafeString:
        """What stands behind the title: tags, a hold, how confidential it is."""
        return format_html(
            "{}{}{}{}",
            format_html_join("", ' <span class="gp-tag">{}</span>', ((tag,) for tag in row.tags)),
            format_html(' <span class="gp-due tone-mute">{}</span>', row.confidential)
            if row.confidential
            else "",
            self.held if row.held else "",
            self.withdrawn if row.withdrawn else "",
        )


def _around(name: str, slug: str) -> tuple[str, str]:
    """What stands before and after the number of an address."""
    before, after = reverse(name, args=[slug, 987654321]).split("987654321")
    return before, after


def _at(around: tuple[str, str], number: int) -> str:
    return f"{around[0]}{number}{around[1]}"


def _row(row: Row, part: _Parts) -> SafeString:
    pick = format_html('<td class="fit pick">{}</td>', part.box(row)) if part.pick else ""
    return format_html(
        '<tr data-row>{}<td class="fit"><a class="mono" href="{}">{}</a></td>'
        '<td class="gp-name"><span title="{}">{}</span>{}</td><td>{}</td>'
        '<td class="cut gp-kind d-none d-lg-table-cell" title="{}">{}</td>'
        '<td class="fit d-none d-md-table-cell" title="{}">{}</td>'
        '<td class="fit d-none d-md-table-cell">{}</td><td class="fit">{}</td>'
        '<td class="num d-none d-lg-table-cell">{}</td></tr>',
        pick,
        _at(part.detail, row.number),
        row.code,
        row.title,
        row.title,
        part.marks(row),
        part.links(row.links),
        row.kind,
        row.kind or "—",
        row.version.uploader,
        part.day(row.version.collected_at),
        row.owner or _NOTHING,
        part.valid(row.valid_until),
        row.version.files,
    )


def _card(row: Row, part: _Parts) -> SafeString:
    address = _at(part.detail, row.number)
    picture = icon("file", size=32)
    if row.version.thumb:
        picture = format_html(
            '<img src="{}" alt="" width="320" height="240" loading="lazy">',
            _at(part.thumbnail, row.version.thumb),
        )
    return format_html(
        '<li data-row><a class="gp-thumb" href="{}" tabindex="-1" aria-hidden="true">{}</a>'
        '<div class="d-flex gap-2">{}<a class="text" href="{}"><span class="mono">{}</span> {}</a></div>'
        "<div>{}</div><small>{} · {}</small>{}</li>",
        address,
        picture,
        part.box(row),
        address,
        row.code,
        row.title,
        part.links(row.links),
        part.day(row.version.collected_at),
        row.owner or "—",
        part.marks(row),
    )
