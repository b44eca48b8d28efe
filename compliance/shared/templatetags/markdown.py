from django import template
from django.utils.safestring import SafeString

from compliance.shared import markdown as written

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """{{ comment.text|markdown }}: what was typed in Markdown, as safe HTML."""
    return written.prose(text)
