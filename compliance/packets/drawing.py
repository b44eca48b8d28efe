"""Draw one section: of templates by WeasyPrint, or directly where it is a long table or a file.

Needs templates and words, and nothing else of the portal: `child` runs it without database and rooms.
"""

import io
from collections.abc import Callable
from functools import cache, partial

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from compliance.packets import fonts
from compliance.packets.press.parts import Part
from compliance.packets.section import Edition, Section

TEMPLATES = "packets/pdf"
# Gives the bytes of a file of the manifest by its SHA-256, checked.
Read = Callable[[str], bytes]


def compile_section(section: Section, edition: Edition, read: Read) -> Part:
    """Return the section as PDF objects."""
    # What draws takes 40 MB, which a process that only plans and links can do without.
    from compliance.packets import tables

    with translation.override(edition):
        if section.form == "exhibit":
            data = read(section.inputs["file"]["sha256"])
            return tables.exhibit(section, data, partial(_is_archival, edition=edition))
        if section.form in tables.FORMS:
            return tables.draw(section)
        from compliance.packets.press import compiling

        return compiling.compile_section(compose(section, edition), style(), section.key)


def compose(section: Section, edition: Edition) -> str:
    """Return a section as an HTML document; what has no glyph is named in it."""
    about = {"key": section.key, "title": section.title}
    body = render_to_string(f"{TEMPLATES}/{section.form}.html", {**section.inputs, "part": about})
    whole = {"part": about, "edition": edition, "body": mark_safe(body)}  # noqa: S308 - a template's
    return fonts.visible(render_to_string(f"{TEMPLATES}/document.html", whole))


@cache
def style() -> str:
    return render_to_string(f"{TEMPLATES}/style.css")


def _is_archival(part: Part, edition: Edition) -> bool:
    """Say whether a document of *part* alone would be valid PDF/A-3a and PDF/UA-1."""
    import page

    from compliance.packets.press import linking
    from compliance.packets.press.metadata import About
    from compliance.packets.press.parts import place

    out = io.BytesIO()
    about = About("-", "-", "-", edition, "2000-01-01T00:00:00+00:00", "0" * 32, "Chain")
    linking.link(out, [linking.Piece(part, lambda base: place(part, base))], about)
    profiles = (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1)
    return all(page.is_pdf_compliant_bytes(out.getvalue(), profile=each) for each in profiles)
