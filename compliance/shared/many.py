"""Changing many rows of a list at once: what was ticked, what came of it, what the list says of it.

Each room brings its verbs and its way back; how a list asks and answers is the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from compliance.shared.errors import Refused
from compliance.shared.numbers import whole

if TYPE_CHECKING:
    from django.utils.functional import Promise

AT_MOST = 5000
UNDO_WITHIN = timedelta(minutes=10)
CHANGED_MEANWHILE = gettext_lazy(
    "Somebody else changed it in the meantime. Look at it and choose it again."
)
TOO_LATE = gettext_lazy(
    "There is no bulk change of yours in the last ten minutes that could be taken back."
)
REFUSED_SHOWN = 200


@dataclass(slots=True)
class Outcome:
    """What became of the chosen rows; *undo* is what the room's `take_back` asks for, or ""."""

    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[str, str | Promise]] = field(default_factory=list)
    undo: str = ""


def ticked(request: HttpRequest) -> list[tuple[int, int]]:
    """The rows ticked, each with the version that the person saw. Raises Refused."""
    pairs = [each.partition(":") for each in request.POST.getlist("row")]
    if any(not (pk.isdecimal() and version.isdecimal()) for pk, _colon, version in pairs):
        raise Refused(_("The list has changed. Reload the page."))
    return [(whole(pk), whole(version)) for pk, _colon, version in pairs]


def check_expected(request: HttpRequest, found: int) -> None:
    """Raise Refused unless the filters find as many rows as when the person looked."""
    if request.POST.get("expected") != str(found):
        raise Refused(_("The filters find other rows now than when you looked. Reload the page."))


def query_of(request: HttpRequest) -> QueryDict:
    """The filters of the list from which the change was asked for."""
    return QueryDict(request.POST.get("query", ""))


def back_to(address: str, request: HttpRequest) -> HttpResponse:
    """Lead to the list at *address* as it was filtered, by htmx too."""
    query = query_of(request).urlencode()
    target = f"{address}?{query}" if query else address
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(target)
    return redirect(target)


@dataclass(frozen=True, slots=True)
class Last:
    """The last change of the list *name*, kept in the session, so that it costs no query."""

    name: str

    def keep(self, request: HttpRequest, organisation_id: int, outcome: Outcome) -> None:
        request.session[self.name] = {
            "organisation": organisation_id,
            "undo": outcome.undo if outcome.changed else "",
            "changed": outcome.changed,
            "unchanged": outcome.unchanged,
            "refused": [[name, str(why)] for name, why in outcome.refused[:REFUSED_SHOWN]],
            "until": (timezone.now() + UNDO_WITHIN).timestamp(),
        }

    def shown(self, request: HttpRequest, organisation_id: int) -> dict[str, Any] | None:
        """What the list says of it while it can be taken back; refused rows are named once."""
        kept: dict[str, Any] | None = request.session.get(self.name)
        if not kept or kept["organisation"] != organisation_id:
            return None
        if kept["until"] < timezone.now().timestamp():
            del request.session[self.name]
            return None
        if kept["refused"]:
            request.session[self.name] = {**kept, "refused": []}
        return dict(kept)

    def undo(self, request: HttpRequest) -> str:
        """What `take_back` asks for, or "" when nothing is kept."""
        kept: dict[str, Any] = request.session.get(self.name, {})
        return str(kept.get("undo", ""))

    def taken_back(self, request: HttpRequest, said: str, outcome: Outcome) -> None:
        """Forget it; say *said*, and which rows stayed as they are."""
        request.session.pop(self.name, None)
        messages.success(request, said % {"n": outcome.changed})
        for name, why in outcome.refused[:REFUSED_SHOWN]:
            messages.warning(request, f"{name}: {why}")
