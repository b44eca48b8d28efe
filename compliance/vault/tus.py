"""The tus protocol 1.0.0 over HTTP: core, creation, checksum, termination, expiration."""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import get_object_or_404
from django.utils.http import http_date
from django.utils.translation import gettext as _

from compliance.accounts.http import OrganisationRequest
from compliance.shared.errors import Conflict, Refused
from compliance.vault import policies, uploads
from compliance.vault.models import Upload
from compliance.vault.storage import Unavailable

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
CHECKSUMS = "sha256,sha1"
PIECE = "application/offset+octet-stream"
_WRONG_CHECKSUM = 460
# A client that meets a status it does not know gives up and shows the sentence. 409 it tries again.
_STATUS = {uploads.WrongChecksum: _WRONG_CHECKSUM, Conflict: HTTPStatus.CONFLICT}


class Unspoken(Exception):
    """The request is not of this protocol: (status, sentence)."""


def speaking(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse other versions; answer every refusal with its sentence as plain text."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.headers.get("Tus-Resumable") != VERSION:
                raise Unspoken(HTTPStatus.PRECONDITION_FAILED, f"This server speaks tus {VERSION}.")  # noqa: TRY301
            response = view(request, *args, **kwargs)
        except Unspoken as fault:
            status, sentence = fault.args
            response = _plain(sentence, status)
        except Refused as refusal:
            response = _plain(str(refusal), _status(refusal))
        except FileNotFoundError as gone:
            raise Http404 from gone
        return _described(response)

    return spoken


@speaking
def begin(request: OrganisationRequest, address: Callable[[UUID], str]) -> HttpResponse:
    """Make room for a file, take its first piece when that comes along, and say where it goes on."""
    size = number(request, "Upload-Length")
    upload = uploads.begin(request.organisation, name=name_of(request), size=size, by=request.user)
    response = state(upload, 0, HTTPStatus.CREATED)
    if _carries_piece(request):
        try:
            response = _write(request, upload, 0)
        except Refused:
            uploads.end(upload)
            raise
        response.status_code = HTTPStatus.CREATED
    response["Location"] = address(upload.token)
    return response


@speaking
def piece(request: OrganisationRequest, token: UUID) -> HttpResponse:
    """Say how far it is, take the next piece, or give it up, as the method says."""
    mine = Upload.objects.filter(organisation=request.organisation, by=request.user)
    upload = get_object_or_404(mine, token=token)
    if request.method == "DELETE":
        uploads.end(upload)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if request.method == "HEAD":
        return state(upload, uploads.offset_of(upload))
    policies.check_can_send(request.organisation, request.user)
    if not _carries_piece(request):
        raise Unspoken(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A piece is {PIECE}.")
    return _write(request, upload, number(request, "Upload-Offset"))


def options(limit: int) -> HttpResponse:
    """Say what this server can do."""
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    response["Tus-Version"] = VERSION
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Checksum-Algorithm"] = CHECKSUMS
    response["Tus-Max-Size"] = str(limit)
    return _described(response)


def name_of(request: HttpRequest) -> str:
    """Return `filename` of Upload-Metadata; it is base64 of UTF-8."""
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _space, value = pair.strip().partition(" ")
        if key == "filename":
            try:
                return base64.b64decode(value, validate=True).decode("utf-8", "replace")
            except binascii.Error as fault:
                raise Unspoken(HTTPStatus.BAD_REQUEST, "filename is not base64.") from fault
    raise Unspoken(HTTPStatus.BAD_REQUEST, _("The file has no name."))


def number(request: HttpRequest, header: str) -> int:
    """Return a header that is a number of bytes."""
    word = request.headers.get(header, "")
    if not word.isascii() or not word.isdigit() or len(word) > 15:
        raise Unspoken(HTTPStatus.BAD_REQUEST, f"{header} is not a number of bytes.")
    return int(word)


def _write(request: HttpRequest, upload: Upload, offset: int) -> HttpResponse:
    """Take the body as the next piece and answer where the upload stands."""
    try:
        end = uploads.append(upload, request, offset=offset, checksum=_checksum(request))
    except UnreadablePostError:  # the line is cut: nobody reads the answer, what arrived stays
        end = uploads.offset_of(upload)
    return state(upload, end, HTTPStatus.NO_CONTENT)


def state(upload: Upload, offset: int, status: int = HTTPStatus.OK) -> HttpResponse:
    response = HttpResponse(status=status)
    response["Upload-Offset"] = str(offset)
    response["Upload-Length"] = str(upload.size)
    if offset < upload.size:
        response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


def _carries_piece(request: HttpRequest) -> bool:
    return request.headers.get("Content-Type", "") == PIECE


def _checksum(request: HttpRequest) -> str:
    """Return “algorithm hex” of Upload-Checksum, "" without one."""
    given = request.headers.get("Upload-Checksum", "")
    if not given:
        return ""
    algorithm, _space, value = given.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error as fault:
        raise Unspoken(HTTPStatus.BAD_REQUEST, "Upload-Checksum is not base64.") from fault
    if algorithm not in CHECKSUMS.split(","):
        raise Unspoken(HTTPStatus.BAD_REQUEST, f"Checksums are {CHECKSUMS}.")
    return f"{algorithm} {digest.hex()}"


def _status(refusal: Refused) -> int:
    if type(refusal) in _STATUS:
        return _STATUS[type(refusal)]
    if isinstance(refusal, Unavailable) or refusal.status != Refused.status:
        return refusal.status
    return HTTPStatus.UNPROCESSABLE_ENTITY


def _plain(sentence: str, status: int) -> HttpResponse:
    response = HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    if status == HTTPStatus.PRECONDITION_FAILED:
        response["Tus-Version"] = VERSION
    return response


def _described(response: HttpResponse) -> HttpResponse:
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
