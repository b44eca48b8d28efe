"""Is the process up, and can it do its work?"""

from http import HTTPStatus

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from compliance.shared.errors import Refused
from compliance.vault.storage import storage


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 503 with the failing part's name while the database or the vault is out of reach."""
    failing = [
        name for name, works in (("database", _database()), ("vault", _vault())) if not works
    ]
    status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
    return JsonResponse({"ok": not failing, "failing": failing}, status=status)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _vault() -> bool:
    try:
        storage().check()
    except (OSError, Refused):
        return False
    return True
