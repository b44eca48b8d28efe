"""Draw one section: of templates by WeasyPrint, or directly where it is a long table or a file.

Needs templates and words, and nothing else of the portal: `child` runs it without database and rooms.
"""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from compliance.packets import fonts
from compliance.packets.editions import CLOSE, OPEN, STYLES, flat, speaking
from compliance.packets.press.blanks import Blank, blanks
from compliance.packets.press.parts import Part
from compliance.packets.section import Edition, Section

TEMPLATES = "packets/pdf"
# Gives the bytes of a file of the manifest by its SHA-256, checked.
Read = Callable[[str], bytes]
# A heading's own heading may stand in a section before it.
_ELSEWHERE = "PDFUA1-HEADING-NESTING-001"
# A drawing or a tag, in which there can be no markup: there the languages stand beside each other.
_NO_MARKUP = re.compile(r"(<svg.*?</svg>|<title>.*?</title>|<[^>]*>)", re.DOTALL)
_ENGLISH = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
# Letters in a row with no place to break a line, as outside Hangul they may be: the time of layout
# grows with their square.
_LONGEST = 400
_LETTER = "(?:&[#0-9a-zA-Z]+;|[^\\s<>&\u1100-\uffff])"
_ENDLESS = re.compile(f"{_LETTER}{{{_LONGEST},}}")
_PIECE = re.compile(f"{_LETTER}{{{_LONGEST}}}")


def compile_section(section: Section, edition: Edition, read: Read) -> Part:
    """Return the section as PDF objects."""
    # What draws takes 40 MB, which a process that only plans and links can do without.
    from compliance.packets import tables

    with speaking(edition):
        if section.is_file:
            checked = partial(_is_archival, edition=edition)
            return tables.exhibit(section, read(section.shows), checked)
        if section.form in tables.FORMS:
            return tables.draw(section)
        from compliance.packets.press import compiling

        pictures = {}
        if section.picture:
            shown = (read(section.shows), section.picture["media_type"])
            pictures[section.picture["name"]] = shown
        html = compose(section, edition)
        return compiling.compile_section(html, style(), section.key, pictures, _blanks())


def _blanks() -> dict[str, Blank]:
    """Return the fields to sign; their words stand in one line whatever the edition."""
    return {
        name: replace(each, label=flat(each.label), hint=flat(each.hint))
        for name, each in blanks().items()
    }


def compose(section: Section, edition: Edition) -> str:
    """Return a section as an HTML document; what has no glyph is named in it."""
    about = {"key": section.key, "title": section.title}
    with speaking(edition) as spoken:
        inputs = {**section.inputs, "part": about}
        body = render_to_string(f"{TEMPLATES}/{section.form}.html", inputs)
        whole = {"part": about, "style": spoken, "body": mark_safe(body)}  # noqa: S308 - a template's
        html = render_to_string(f"{TEMPLATES}/document.html", whole)
    return _cut(fonts.visible(_marked(html)))


@cache
def style() -> str:
    return render_to_string(f"{TEMPLATES}/style.css")


def _cut(html: str) -> str:
    """Return *html* with a line's end inside of words longer than any line."""
    if not _ENDLESS.search(html):
        return html
    pieces = _NO_MARKUP.split(html)
    return "".join(
        each if index % 2 else _PIECE.sub(r"\g<0><br>", each) for index, each in enumerate(pieces)
    )


def _marked(html: str) -> str:
    """Return *html* with the English of texts in two languages as such."""
    if OPEN not in html:
        return html
    pieces = _NO_MARKUP.split(html)
    joined = "".join(flat(each) if index % 2 else each for index, each in enumerate(pieces))
    return _ENGLISH.sub(r' <span class="en" lang="en">\1</span>', joined)


def _is_archival(part: Part, edition: Edition) -> bool:
    """Say whether a document of *part* alone would be valid PDF/A-3a and PDF/UA-1."""
    import page

    from compliance.packets.press import linking
    from compliance.packets.press.metadata import About
    from compliance.packets.press.parts import place

    out = io.BytesIO()
    language = STYLES[edition].language
    about = About("-", "-", "-", language, "2000-01-01T00:00:00+00:00", "0" * 32)
    linking.link(out, [linking.Piece(part, lambda base: place(part, base))], about)
    profiles = (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1)
    return not any(
        failure.rule_id != _ELSEWHERE
        for each in profiles
        for failure in page.validate_pdf_bytes(out.getvalue(), profile=each).failures
    )
