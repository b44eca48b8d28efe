"""One request to a tracker, and what its answer means."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from compliance.shared.errors import filled
from compliance.shared.outbound import Answer, Request, Session
from compliance.trackers.adapters.errors import Broken, Busy, Denied, Missing, Rejected
from compliance.trackers.remote import one_line

SECONDS = 20.0
# A hundred issues with the longest texts that GitHub keeps.
LIMIT = 16 * 1024 * 1024
LONGEST_PAUSE = 3600.0
# What GitHub asks for when it names no time.
USUAL_PAUSE = 60.0
EXCERPT = 300


class Asker:
    """Asks with the headers of one connection."""

    def __init__(self, session: Session, headers: Mapping[str, str]) -> None:
        self._session, self._headers = session, headers

    def ask(self, method: str, url: str, body: Any = None) -> Answer:
        """Return a successful answer; raises OutboundError or one of `adapters.errors`."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {**self._headers, "content-type": "application/json"}
        answer = self._session.send(
            Request(method, url, headers, content, seconds=SECONDS, limit=LIMIT)
        )
        if not answer.ok:
            raise _error(answer, urlsplit(url).hostname or "")
        return answer

    def get(self, url: str) -> Any:
        return self.ask("GET", url).json()


def _error(answer: Answer, host: str) -> Exception:
    status = answer.status
    if status == HTTPStatus.TOO_MANY_REQUESTS or _is_limited(answer):
        sentence = _("%(host)s was asked too often. The portal waits as long as it says.")
        return Busy(filled(sentence, host=host), pause=_pause(answer))
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        sentence = _(
            "%(host)s does not let the token in (%(status)d). Make a new token with the rights of "
            "the guide and enter it."
        )
        return Denied(filled(sentence, host=host, status=status))
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Missing(filled(_("%(host)s does not have it (any more)."), host=host))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        sentence = _("%(host)s answered %(status)d. The portal tries again by itself.")
        return Broken(filled(sentence, host=host, status=status), pause=_pause(answer))
    if status < HTTPStatus.BAD_REQUEST:
        sentence = _("%(host)s sends on to another address. Enter that one in the connection.")
        return Denied(filled(sentence, host=host))
    sentence = _("%(host)s did not take it (%(status)d): %(said)s")
    return Rejected(filled(sentence, host=host, status=status, said=_said(answer)))


def _is_limited(answer: Answer) -> bool:
    """GitHub says 403 to who asks too much, now and then without a header."""
    if answer.status != HTTPStatus.FORBIDDEN:
        return False
    limited = answer.headers.get("x-ratelimit-remaining") == "0"
    return limited or "retry-after" in answer.headers or "rate limit" in answer.text.lower()


def _pause(answer: Answer) -> float | None:
    after = answer.headers.get("retry-after", "")
    if after.isascii() and after.isdigit():
        return min(float(after[:6]), LONGEST_PAUSE)
    reset = answer.headers.get("x-ratelimit-reset", "")
    spent = answer.headers.get("x-ratelimit-remaining") == "0"
    if spent and reset.isascii() and reset.isdigit():
        return min(max(float(reset[:12]) - time.time(), 1.0), LONGEST_PAUSE)
    return USUAL_PAUSE if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR else None


def _said(answer: Answer) -> str:
    """Why, in the tracker's words: bounded, in one line."""
    try:
        told = answer.json()
    except Exception:  # noqa: BLE001 - whatever is no JSON says nothing
        return "…"
    if not isinstance(told, dict):
        return "…"
    parts = [told.get("message"), *(told.get("errorMessages") or [])]
    errors = told.get("errors")
    parts += list(errors.values()) if isinstance(errors, dict) else []
    return one_line(" ".join(str(part) for part in parts if part), EXCERPT) or "…"
