from typing import Any

from django.http import HttpRequest

from compliance.accounts.models import Organisation
from compliance.accounts.roles import CAPABILITIES, Role


def organisation(request: HttpRequest) -> dict[str, Any]:
    """Templates know `organisation`, `membership`, `can` ({"verdict_set": True, …}) and siblings."""
    current = getattr(request, "organisation", None)
    if current is None:
        return {}
    membership = request.membership  # type: ignore[attr-defined]
    granted = CAPABILITIES[Role(membership.role)]
    return {
        "organisation": current,
        "membership": membership,
        "can": {capability.name.lower(): True for capability in granted},
    }


def organisations_of(request: HttpRequest) -> list[Organisation]:
    return list(Organisation.objects.visible_to(request.user))  # type: ignore[arg-type]
