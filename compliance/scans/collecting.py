"""The collector: a shell script that anybody of the organisation may take and run on a server."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation

NAME = "gatepass-collector.sh"


@dataclass(frozen=True, slots=True)
class Script:
    """The collector as it leaves the portal. `sha256` is in hex; the script states the same of itself."""

    name: str
    content: bytes
    sha256: str


@cache
def script() -> Script:
    """The collector of this release; read once a process."""
    content = (settings.BASE_DIR / "collector" / NAME).read_bytes()
    return Script(NAME, content, hashlib.sha256(content).hexdigest())


@require_safe
@in_organisation
def collector(_request: OrganisationRequest) -> HttpResponse:
    """The script as a download."""
    found = script()
    response = HttpResponse(found.content, content_type="application/x-sh")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
