"""What an HTTP answer means for a delivery."""

from __future__ import annotations

import json
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.notices.models import Delivery
from compliance.notices.outbox import Outcome
from compliance.notices.wording import in_each_language
from compliance.shared.errors import filled
from compliance.shared.outbound import Answer, OutboundError, Request, Session

State = Delivery.State

SECONDS = 10.0
# Nobody needs more of an answer than to see what went wrong.
READ_BYTES = 16 * 1024
EXCERPT = 1000
LONGEST_PAUSE = 3600
TOO_EARLY, TOO_MANY, GONE = 425, 429, 410
AGAIN = {408, TOO_EARLY, TOO_MANY}


def post(session: Session, url: str, body: bytes, headers: dict[str, str]) -> Outcome:
    """Post JSON and say what became of it. Redirects are not followed: a POST is not repeated."""
    said = excerpt(body.decode())
    heads = {"content-type": "application/json; charset=utf-8", **headers}
    request = Request("POST", url, heads, body, seconds=SECONDS, limit=READ_BYTES)
    try:
        answer = session.send(request)
    except OutboundError as error:
        return failed(error.sentence, again=error.again, request=said)
    return outcome_of(answer, said)


def outcome_of(answer: Answer, request: str) -> Outcome:
    facts: dict[str, Any] = {
        "status": answer.status,
        "request": request,
        "answer": excerpt(answer.text),
    }
    if answer.ok:
        note = _("The answer was longer than %(limit)d KB; the rest was not read.")
        cut = in_each_language(filled(note, limit=READ_BYTES // 1024)) if answer.cut else {}
        return Outcome(State.SENT, cut, **facts)
    again = answer.status in AGAIN or answer.status >= 500
    return Outcome(
        State.WAITING if again else State.FAILED,
        in_each_language(_why(answer)),
        pause=_pause(answer) if again else None,
        blame=True,
        gone=answer.status == GONE,
        **facts,
    )


def failed(
    sentence: str | Promise, *, again: bool, blame: bool = True, request: str = ""
) -> Outcome:
    state = State.WAITING if again else State.FAILED
    return Outcome(state, in_each_language(sentence), request=request, blame=blame)


def as_json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def excerpt(text: str) -> str:
    """The beginning of *text*, without NUL, which a database refuses."""
    return text[:EXCERPT].replace("\x00", "\ufffd")


def _why(answer: Answer) -> Promise:
    if 300 <= answer.status < 400:
        moved = _(
            "The answer was %(status)d: it sends on, which is not followed. Enter the address itself."
        )
        return filled(moved, status=answer.status)
    if answer.status == GONE:
        return _("The answer was 410: this address is no longer there.")
    return filled(_("The answer was %(status)d."), status=answer.status)


def _pause(answer: Answer) -> float | None:
    asked = answer.headers.get("retry-after", "")
    return min(int(asked[:6]), LONGEST_PAUSE) if asked.isascii() and asked.isdigit() else None
