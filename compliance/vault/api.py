"""Uploads in pieces for programs with a token: the protocol of the pages, tus 1.0.0.

What is here whole is named by its token where the API takes files.
"""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Path, Router

from compliance.accounts.api import enter
from compliance.vault import policies, tus

router = Router(tags=["uploads"])


@router.api_operation(["POST", "OPTIONS"], "/uploads", url_name="uploads", response={201: None})
def begin(request: HttpRequest, organisation: Path[str]) -> HttpResponse:
    """Begin an upload: `Upload-Length`, and `Upload-Metadata` with the `filename` in base64.

    Pieces go to the `Location` of the answer by PATCH. OPTIONS says what else the server can do.
    """
    entered = enter(request, organisation)
    if request.method == "OPTIONS":
        return tus.options(settings.UPLOAD_LIMIT)
    policies.check_can_send(entered.organisation, entered.user)
    return tus.begin(entered, lambda token: reverse("api:upload", args=[organisation, token]))


@router.api_operation(
    ["HEAD", "PATCH", "DELETE"], "/uploads/{uuid:token}", url_name="upload", response={204: None}
)
def piece(request: HttpRequest, organisation: Path[str], token: Path[UUID]) -> HttpResponse:
    """HEAD: how much is here. PATCH: the next piece, at `Upload-Offset`. DELETE: give it up.

    Only who began it goes on with it; for everybody else it does not exist.
    """
    return tus.piece(enter(request, organisation), token)
