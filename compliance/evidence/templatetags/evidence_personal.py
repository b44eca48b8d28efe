"""What the inspection says of a version's files, wherever the version is shown."""

from typing import Any

from django import template

from compliance.evidence import captures, personal, places
from compliance.evidence.models import EvidenceVersion, Redaction

register = template.Library()


@register.inclusion_tag("evidence/_inspection.html", takes_context=True)
def inspection(context: dict[str, Any], version: EvidenceVersion) -> dict[str, Any]:
    """Notices: quarantine, personal data nobody has decided about, captures that break a rule."""
    files = list(version.files.select_related("blob", "version__evidence__kind"))
    found = personal.exposures(files)
    redactions = Redaction.objects.filter(file__in=files).select_related("redacted_from__version")
    return {
        "organisation": context.get("organisation"),
        "request": context.get("request"),
        "version": version,
        "withheld": [each for each in found if each.withheld],
        "open": [each for each in found if each.open],
        "decided": [each for each in found if each.counts and not each.open],
        "pending": [each for each in found if each.is_pending and not each.withheld],
        "unreadable": [each for each in found if each.is_unreadable],
        "redactions": list(redactions),
        "warnings": captures.warnings(version, found),
    }


@register.filter
def kind_name(kind: str) -> str:
    return personal.told([kind])


@register.filter
def place_name(place: dict[str, Any]) -> str:
    """Write a place within a file for a person."""

    return places.told(place)
