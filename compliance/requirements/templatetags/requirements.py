"""Rows of the list. A thousand of them are a page: what repeats is made once, the rest is joined."""

from datetime import date
from functools import cache
from typing import Any
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from compliance.requirements.listing import Item, Listing, Row
from compliance.requirements.models import Assessment, Requirement
from compliance.shared.severity import Severity
from compliance.shared.templatetags.ui import badge, due, icon, tone

register = template.Library()

_PICK = (
    '<td class="fit pick"><input class="form-check-input" type="checkbox" name="row" '
    'value="{}:{}" form="bulk" aria-label="{}"></td>'
)
_ROW = (
    "<tr data-row>{pick}"
    '<td class="fit mono"><a href="{address}">{code}</a></td>'
    '<td class="fit wide d-none d-lg-table-cell text-body-secondary" title="{area_title}">{area}</td>'
    '<td class="gp-title" title="{title}"><div class="gp-titled">'
    '<span class="gp-clamp">{title}</span><span class="marks">{provenance}{optional}</span></div></td>'
    '<td class="fit d-none d-md-table-cell">{severity}</td>'
    '<td class="fit">{verdict}</td>'
    '<td class="fit d-none d-lg-table-cell">{proposal}</td>{numbers}'
    '<td class="fit d-none d-md-table-cell">{owner}{due}</td></tr>'
)


@register.simple_tag
def requirement_rows(
    listing: Listing, organisation: Any, profile: Any, query: str, fixed: str = ""
) -> SafeString:
    """Return the table rows of *listing*; links carry the list's *query*, so that one comes back.

    With *fixed* (why the person may change nothing) rows cannot be ticked.
    """
    part = _Parts(pick=not fixed)
    before, after = _address(organisation.slug, profile.identifier, query)
    return format_html_join(
        "",
        "{}",
        ((_row(row, part, f"{before}{quote(row.item.code)}{after}"),) for row in listing.rows),
    )


def _address(slug: str, profile: str, query: str) -> tuple[str, str]:
    """What stands before and after the code, resolved once for all rows."""
    whole = reverse("requirements:detail", args=[slug, profile, "CODE"])
    before, after = whole.rsplit("CODE", 1)
    return before, f"{after}?{query}" if query else after


class _Parts:
    """Fragments in the reader's language, each made once a page."""

    def __init__(self, *, pick: bool) -> None:
        self.pick = pick
        self.verdict = cache(self._verdict)
        self.severity = cache(self._severity)
        self.provenance = cache(self._provenance)
        self.numbers = cache(self._numbers)
        self.proposed = cache(self._proposed)
        self.due = cache(self._due)
        self.optional = format_html(
            ' <span class="gp-provenance tone-mute">{}</span>', _("Optional")
        )
        self.unknown = format_html(
            '<span class="text-body-secondary" title="{}">—</span>',
            _("Nothing is known to the machine yet"),
        )
        self.agrees = format_html(
            '<span class="text-body-secondary">{} {}</span>', icon("check", size=12), _("agrees")
        )

    def _verdict(self, value: str) -> SafeString:
        return badge(value, Assessment.Verdict(value).label)

    def _severity(self, value: str) -> SafeString:
        return badge(value, Severity(value).label)

    def _provenance(self, value: str) -> SafeString:
        words = {"platform": _("platform"), "example": _("public example")}
        return format_html(
            '<span class="gp-provenance tone-{}" title="{}">{}</span>',
            tone(value),
            Requirement.Provenance(value).label,
            words.get(value, _("inferred")),
        )

    def _numbers(self, numbers: tuple[int | str, ...]) -> SafeString:
        none = format_html('<span class="text-body-secondary">{}</span>', 0)
        cells = ((number or none,) for number in numbers)
        return format_html_join("", '<td class="num d-none d-md-table-cell">{}</td>', cells)

    def _proposed(self, value: str) -> SafeString:
        shown = badge(value, Assessment.Verdict(value).label)
        return format_html('<span class="gp-proposal">{}</span>', shown)

    def _due(self, day: date | None, finished: bool) -> SafeString:  # noqa: FBT001 - a cache key
        if day is None:
            return SafeString("")
        shown = due(day, finished)
        return format_html('<div class="small text-body-secondary">{}</div>', shown)

    def proposal(self, row: Row) -> SafeString:
        if row.proposal == Assessment.Verdict.NOT_CHECKED:
            return self.unknown
        return self.proposed(row.proposal.value) if row.differs else self.agrees


def _row(row: Row, part: _Parts, address: str) -> SafeString:
    item: Item = row.item
    return format_html(
        _ROW,
        pick=format_html(_PICK, item.pk, item.revision, item.code) if part.pick else "",
        address=address,
        code=item.code,
        area=item.area,
        area_title=item.area_title,
        title=item.title,
        provenance=part.provenance(item.provenance),
        optional="" if item.mandatory else part.optional,
        severity=part.severity(item.severity),
        verdict=part.verdict(item.verdict),
        proposal=part.proposal(row),
        numbers=part.numbers(tuple(row.counts)),
        owner=item.owner or "—",
        due=part.due(item.due, item.settled),
    )
