"""Sign-in providers are asked through the portal's one way out (`compliance.shared.outbound`)."""

import io
from typing import Any

import requests
from requests.adapters import BaseAdapter

from compliance.shared import outbound

SECONDS = 10.0
LIMIT = 512 * 1024


class Through(BaseAdapter):
    """A transport of `requests`, which allauth speaks; an answer that was cut is none."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        body = request.body or b""
        asked = outbound.Request(
            method=request.method or "GET",
            url=request.url or "",
            headers={name.lower(): str(value) for name, value in request.headers.items()},
            content=body.encode() if isinstance(body, str) else bytes(body),  # type: ignore[arg-type]
            seconds=SECONDS,
            limit=LIMIT,
        )
        try:
            answer = outbound.send(asked)
        except outbound.OutboundError as error:
            raise requests.ConnectionError(str(error), request=request) from error
        if answer.cut:
            raise requests.ConnectionError("the answer was too long", request=request)
        return _response(request, answer)

    def close(self) -> None:
        pass


def _response(request: requests.PreparedRequest, answer: outbound.Answer) -> requests.Response:
    made = requests.Response()
    made.status_code = answer.status
    made.headers.update(answer.headers)
    made.raw = io.BytesIO(answer.body)
    made._content = answer.body
    made.url = request.url or ""
    made.request = request
    made.encoding = "utf-8"
    return made
