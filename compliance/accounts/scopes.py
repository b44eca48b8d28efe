"""What a token may do: reading or writing in one area of the API.

A person's role still decides: a scope only takes away. Writing includes reading.
"""

from collections.abc import Iterable

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from compliance.shared.errors import Unauthorised, filled

SAFE = {"GET", "HEAD", "OPTIONS"}


class Area(models.TextChoices):
    """The rooms whose API a token may be let into."""

    REQUIREMENTS = "requirements", _("Requirements and answers")
    EVIDENCE = "evidence", _("Evidence")
    SCANS = "scans", _("Scan results")
    EXCHANGE = "exchange", _("Import and export")
    APPLICATIONS = "applications", _("Applications")
    REMEDIATION = "remediation", _("Tasks and duties")


VERBS = ("read", "write")
ALL = [f"{verb}:{area}" for area in Area.values for verb in VERBS]
READING = [f"read:{area}" for area in Area.values]
# First part of a path behind the organisation: its area. The assembled API fills it.
areas: dict[str, str] = {}
_NOT_IN_SCOPE = _(
    "This token does not include “%(scope)s”. Make one that does, or use another one."
)


def cleaned(asked: Iterable[str]) -> list[str]:
    """Return the known ones of *asked*, in the table's order."""
    wanted = set(asked)
    return [scope for scope in ALL if scope in wanted]


def needed(request: HttpRequest) -> str:
    """The scope that the request needs; "" where the path is of no area, so that none fits."""
    match = request.resolver_match
    parts = (match.route if match else "").split("<organisation>/")[-1].split("/")
    area = areas.get(parts[0], "")
    return f"{'read' if request.method in SAFE else 'write'}:{area}" if area else ""


def check(scopes: list[str], request: HttpRequest) -> None:
    """Raise Unauthorised when none of *scopes* includes what the request does."""
    wanted = needed(request)
    enough = {wanted, wanted.replace("read:", "write:", 1)}
    if not wanted or not enough & set(scopes):
        raise Unauthorised(filled(_NOT_IN_SCOPE, scope=wanted or request.method))
