from typing import Any

from django.http import HttpRequest

from compliance.accounts.models import Organisation


def organisation(request: HttpRequest) -> dict[str, Any]:
    """Templates know `organisation`, `membership`, `can` ({"verdict_set": True, …}), `whole`."""
    current = getattr(request, "organisation", None)
    if current is None:
        return {}
    membership = request.membership  # type: ignore[attr-defined]
    return {
        "organisation": current,
        "membership": membership,
        # Of a membership that is limited to one application, pages show no way out of it.
        "whole": not membership.is_limited,
        "can": {capability.name.lower(): True for capability in membership.capabilities},
    }


def organisations_of(request: HttpRequest) -> list[Organisation]:
    return list(Organisation.objects.visible_to(request.user))  # type: ignore[arg-type]
