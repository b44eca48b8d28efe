from typing import Any

from django.http import HttpRequest

from compliance.notices import selectors


def unread(request: HttpRequest) -> dict[str, Any]:
    """Templates know `unread`: how many notices the person has not read in this organisation."""
    organisation = getattr(request, "organisation", None)
    if organisation is None or not request.user.is_authenticated:
        return {"unread": 0}
    if not hasattr(request, "_unread"):
        # Every fragment of a page is rendered with this; the number is asked for once.
        rows = selectors.mine(request.user, organisation)
        request._unread = rows.filter(read_at__isnull=True).count()  # type: ignore[attr-defined]
    return {"unread": request._unread}  # type: ignore[attr-defined]


def keep(request: HttpRequest, unread: int) -> None:
    """What a page has counted itself is not asked for again."""
    request._unread = unread  # type: ignore[attr-defined]
