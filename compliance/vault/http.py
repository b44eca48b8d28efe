"""How stored bytes leave over HTTP: checked, never sniffed, never running."""

import re
from collections.abc import Iterable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags

from compliance.shared.errors import Refused
from compliance.vault import _texts, quarantine, services
from compliance.vault.models import Blob

# What a browser may show by itself; everything else is only ever an attachment.
INLINE_IMAGES = {"image/png", "image/jpeg", "image/webp"}
INLINE_TEXTS = {"text/plain", "text/csv", "application/json", "application/yaml", "application/xml"}
# Up to here a file is checked before its first byte leaves, and damage is said in a sentence.
# A larger one breaks off in front of its last bytes.
CHECKED_FIRST = 4 * 1024 * 1024
_RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")


def serve(request: HttpRequest, blob: Blob, *, name: str, inline: bool = False) -> HttpResponseBase:
    """Answer with the bytes under *name*, or the part of them that was asked for (Range, If-Range).

    All bytes are hashed on the way, whatever the part: before the last ones leave, the digest is
    right or the connection breaks off. Raises services.Damaged where that is known in time.
    """
    etag = f'"{blob.sha256}"'
    if _is_known(request, etag):
        return _described(HttpResponse(status=HTTPStatus.NOT_MODIFIED), etag)
    part = _part(_asked(request, etag), blob.size)
    if part is None:
        response: HttpResponseBase = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response["Content-Range"] = f"bytes */{blob.size}"
        return _described(response, etag)
    first, last, partial = part
    response = _answer(request, blob, name, (first, last))
    response["Content-Type"] = _type(blob, inline)
    if partial:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response["Content-Range"] = f"bytes {first}-{last}/{blob.size}"
    response["Content-Length"] = str(last - first + 1)
    shown = inline and (blob.media_type in INLINE_IMAGES | INLINE_TEXTS)
    response["Content-Disposition"] = content_disposition_header(not shown, name) or "attachment"
    return _described(response, etag)


def harden(response: HttpResponseBase) -> HttpResponseBase:
    """Uploaded content never runs and never becomes another type than it says."""
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def _described(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    return harden(response)


def _is_known(request: HttpRequest, etag: str) -> bool:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or etag in {each.removeprefix("W/") for each in known}


def _asked(request: HttpRequest, etag: str) -> str:
    """Return the wanted part; "" for all, as when it was meant for another version."""
    condition = request.headers.get("If-Range", "").strip()
    return "" if condition and condition != etag else request.headers.get("Range", "")


def _part(header: str, size: int) -> tuple[int, int, bool] | None:
    """Return (first byte, last byte, is a part); all of it for what we do not speak; None if past."""
    match = _RANGE.match(header.strip())
    if match is None or match.group(0) == "bytes=-":
        return 0, size - 1, False
    start, end = match.groups()
    if not start:
        first, last = max(0, size - int(end)), size - 1
    elif end and int(end) < int(start):
        return 0, size - 1, False  # nonsense is ignored, as the standard says
    else:
        first, last = int(start), min(int(end) if end else size - 1, size - 1)
    return (first, last, True) if first <= last else None


def _answer(request: HttpRequest, blob: Blob, name: str, part: tuple[int, int]) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse()
    quarantine.check(blob, name=name)
    chunks: Iterable[bytes] = services.open_checked(blob, name=name, part=part)
    if blob.damaged_at or blob.size <= CHECKED_FIRST:
        chunks = _checked_first(blob, name, chunks)
    return StreamingHttpResponse(chunks)


def _checked_first(blob: Blob, name: str, chunks: Iterable[bytes]) -> Iterable[bytes]:
    """Raise Damaged now rather than in mid-stream. A known damage is looked at again, whole."""
    if blob.size <= CHECKED_FIRST:
        return list(chunks)
    services.checked_path(blob, name=name)
    return chunks


def _type(blob: Blob, inline: bool) -> str:  # noqa: FBT001 - private
    if not inline or blob.media_type not in INLINE_TEXTS:
        return blob.media_type
    try:
        codec = _texts.encoding_of(services.checked_path(blob), _texts.HEAD)
    except Refused:
        return "text/plain"
    return f"text/plain; charset={'euc-kr' if codec == 'cp949' else codec.removesuffix('-sig')}"
