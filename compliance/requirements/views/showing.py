"""What the list says of the last bulk change."""

from typing import Any

from django.utils import timezone

from compliance.accounts.http import OrganisationRequest

# Kept in the session, so that it costs the list no query.
KEPT = "requirements-bulk"


def last_change(request: OrganisationRequest) -> dict[str, Any] | None:
    """Return what the list says of the last bulk change; the refused rows are named once."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if not kept or kept["organisation"] != request.organisation.pk:
        return None
    if kept["until"] < timezone.now().timestamp():
        del request.session[KEPT]
        return None
    shown = dict(kept)
    if kept["refused"]:
        request.session[KEPT] = {**kept, "refused": []}
    return shown
