from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from compliance.shared import slots

register = template.Library()


@register.simple_tag(takes_context=True)
def slot(context: dict[str, Any], name: str, subject: Any) -> SafeString:
    """{% slot "requirement" assessment %}: the panels that upper rooms registered."""
    parts = slots.render(name, context["request"], subject)
    return mark_safe("".join(parts))  # noqa: S308 - each part is a rendered, escaped template
