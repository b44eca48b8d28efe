"""How a made file leaves over HTTP."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from compliance.exchange.exporting import Export
from compliance.vault.http import harden

CHUNK = 256 * 1024


def attachment(made: Export) -> HttpResponseBase:
    """Answer with the file, in pieces: never shown by the browser, never sniffed."""
    response = StreamingHttpResponse(_pieces(made.content), content_type=made.media_type)
    response["Content-Length"] = str(len(made.content))
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=made.name) or "attachment"
    )
    return harden(response)


def _pieces(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), CHUNK):
        yield content[at : at + CHUNK]
