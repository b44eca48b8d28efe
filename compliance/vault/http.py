"""How stored bytes leave over HTTP: checked, never sniffed, never running."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from compliance.shared.errors import Refused
from compliance.vault import _texts, services
from compliance.vault.models import Blob

# What a browser may show by itself; everything else is only ever an attachment.
INLINE_IMAGES = {"image/png", "image/jpeg", "image/webp"}
INLINE_TEXTS = {"text/plain", "text/csv", "application/json", "application/yaml", "application/xml"}
_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")


def serve(request: HttpRequest, blob: Blob, *, name: str, inline: bool = False) -> HttpResponseBase:
    """Answer with the bytes under *name*, or a part of them (Range). Raises services.Damaged."""
    path = services.checked_path(blob, name=name)
    part = _part(request.headers.get("Range", ""), blob.size)
    if part is None:
        response: HttpResponseBase = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response["Content-Range"] = f"bytes */{blob.size}"
        return harden(response)
    first, last = part
    response = StreamingHttpResponse(
        _bytes(path, first, last), content_type=_type(blob, path, inline)
    )
    if "Range" in request.headers and blob.size:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response["Content-Range"] = f"bytes {first}-{last}/{blob.size}"
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    shown = inline and (blob.media_type in INLINE_IMAGES | INLINE_TEXTS)
    response["Content-Disposition"] = content_disposition_header(not shown, name) or "attachment"
    return harden(response)


def harden(response: HttpResponseBase) -> HttpResponseBase:
    """Uploaded content never runs and never becomes another type than it says."""
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def _part(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte asked for; all of it for what we do not speak; None if past."""
    match = _RANGE.match(header.strip())
    if match is None or match.group(0) == "bytes=-":
        return 0, size - 1
    start, end = match.groups()
    if not start:
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = int(start), min(int(end) if end else size - 1, size - 1)
    return (first, last) if first <= last else None


def _bytes(path: Path, first: int, last: int) -> Iterator[bytes]:
    left = last - first + 1
    with path.open("rb") as file:
        file.seek(first)
        while left > 0 and (chunk := file.read(min(services.CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _type(blob: Blob, path: Path, inline: bool) -> str:  # noqa: FBT001 - private
    if not inline or blob.media_type not in INLINE_TEXTS:
        return blob.media_type
    try:
        codec = _texts.encoding_of(path, _texts.HEAD)
    except Refused:
        return "text/plain"
    return f"text/plain; charset={'euc-kr' if codec == 'cp949' else codec.removesuffix('-sig')}"
