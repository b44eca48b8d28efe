"""How the sections of a packet stand, drawn."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

_CELL, _GAP, _ROW = 10, 2, 60
_CLASSES = {"=": "pk-there", "+": "pk-done", "~": "pk-now", ".": "pk-waiting"}


@register.simple_tag
def section_strip(names: list[str], marks: str) -> SafeString:
    """Draw a square for each section, coloured by how it stands and titled with its name."""
    rows = -(-len(marks) // _ROW)
    cells = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" rx="1.5" class="{}"><title>{}</title></rect>',
        (
            (
                index % _ROW * (_CELL + _GAP),
                index // _ROW * (_CELL + _GAP),
                _CELL,
                _CELL,
                _CLASSES.get(mark, "pk-waiting"),
                name,
            )
            for index, (name, mark) in enumerate(zip(names, marks, strict=False))
        ),
    )
    wide = min(len(marks), _ROW) * (_CELL + _GAP)
    return format_html(
        '<svg class="pk-strip" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        wide,
        rows * (_CELL + _GAP),
        _("Sections of the document, one square each"),
        cells,
    )


@register.filter
def lasted(seconds: float) -> str:
    """Return a duration as people say it: 0.8 s, 12 s, 3 min 5 s."""
    if seconds < 10:
        return _("%(n)s s") % {"n": f"{seconds:.1f}"}
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return _("%(n)s s") % {"n": rest}
    return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}
