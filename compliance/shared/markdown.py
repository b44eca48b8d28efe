"""What people write in Markdown, as HTML that is safe on our pages.

Two walls: markdown-it writes no HTML that was typed, and nh3 lets through the tags, attributes
and schemes of a list. Pictures become links, for a page of ours loads nothing from elsewhere.
"""

from functools import lru_cache

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    *("p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "s"),
    *("ul", "ol", "li", "a", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
SCHEMES = {"http", "https", "mailto"}
# A comment's headings stand below the page's own.
_HEADINGS = {"h1": "h4", "h2": "h5"}
# Deeper than any list that people read; beyond it the rest is text.
_DEEPEST = 20


def _reader() -> MarkdownIt:
    options = {"html": False, "breaks": True, "linkify": True, "maxNesting": _DEEPEST}
    made = MarkdownIt("commonmark", options).enable(["table", "strikethrough", "linkify"])
    # Without the rule a picture's brackets are read as a link.
    return made.disable("image")


_READER = _reader()


@lru_cache(maxsize=2048)
def to_html(text: str) -> SafeString:
    """Return *text* as safe HTML; the same text is made once."""
    tokens = _READER.parse(text)
    for token in tokens:
        _lower(token)
    html = _READER.renderer.render(tokens, _READER.options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - nh3 has cleaned it


def _lower(token: Token) -> None:
    if token.type in {"heading_open", "heading_close"}:
        token.tag = _HEADINGS.get(token.tag, "h6")


def prose(text: str) -> SafeString:
    """Return *text* in the box whose style the pages share."""
    return format_html('<div class="gp-md">{}</div>', to_html(text))
