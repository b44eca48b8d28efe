from typing import Any

from django import template

from compliance.accounts import filters, policies
from compliance.shared.errors import why_not

register = template.Library()


@register.inclusion_tag("accounts/_saved_filters.html", takes_context=True)
def saved_filters(context: dict[str, Any], page: str) -> dict[str, Any]:
    """The saved filters of a list as chips, with what can be done to them."""
    request = context["request"]
    return {
        "request": request,
        "organisation": request.organisation,
        "page": page,
        "chips": filters.chips(request, page),
        "query": filters.normal(request.GET.urlencode()),
        "why_not_share": why_not(
            policies.check_can_keep_filter, request.organisation, request.user, shared=True
        ),
        "csrf_token": context.get("csrf_token"),
    }
