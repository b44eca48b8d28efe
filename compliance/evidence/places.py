"""Places within files, in words."""

from typing import Any

from django.utils.translation import gettext as _

# In the order in which they narrow down.
_ORDER = (
    "file",
    "part",
    "slide",
    "sheet",
    "page",
    "paragraph",
    "row",
    "line",
    "column",
    "cell",
    "path",
)


def told(place: dict[str, Any]) -> str:
    """Return “page 3”, “sheet 명단, cell B7”, “line 12”; "" for a place that nobody knows."""
    words = {
        "file": _("file %(value)s"),
        "slide": _("slide %(value)s"),
        "sheet": _("sheet %(value)s"),
        "page": _("page %(value)s"),
        "paragraph": _("paragraph %(value)s"),
        "row": _("row %(value)s"),
        "line": _("line %(value)s"),
        "column": _("column %(value)s"),
        "cell": _("cell %(value)s"),
    }
    parts = [
        words.get(name, "%(value)s") % {"value": _part(name, place[name])}
        for name in _ORDER
        if name in place
    ]
    return ", ".join(parts)


def _part(name: str, value: Any) -> Any:
    if name != "part":
        return value
    parts = {
        "header": _("header of the mail"),
        "body": _("text of the mail"),
        "notes": _("notes"),
        "note": _("comment or form field"),
    }
    return parts.get(value, value)
