"""Kakao Work: a bot finds the person by e-mail, opens a room with them and writes into it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.notices.channels.answers import as_json, excerpt, failed, outcome_of
from compliance.notices.models import Delivery, Lane
from compliance.notices.outbox import Outcome
from compliance.notices.wording import Message
from compliance.shared.errors import Refused, filled
from compliance.shared.outbound import Answer, OutboundError, Request, Session
from compliance.shared.sealed import Sealed

# Three calls have to fit into the time that a worker holds a lane.
SECONDS = 4.0
READ_BYTES = 64 * 1024
LONGEST = 500
SAYS_WHY = {400, 404}
KEY_IS_WRONG = {"unauthorized", "invalid_authentication"}


class _NotSent(Exception):
    """Carries the outcome of a call that did not succeed."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def send(delivery: Delivery, message: Message, session: Session, lane: Lane) -> Outcome:
    """Write to the person's room with the bot; the room's number is kept with the lane."""
    target, user = delivery.target, delivery.user
    assert target is not None and isinstance(target.secret, Sealed)  # noqa: S101, PT018 - types
    assert user is not None  # noqa: S101 - types
    try:
        api = _Api(session, target.secret.open())
    except Refused as refusal:
        return failed(refusal.sentence, again=False)
    with translation.override(user.language):
        body = body_of(message)
    try:
        if not lane.memo:
            lane.memo = api.room_with(user.email)
        return api.write(lane.memo, body)
    except _NotSent as why:
        # A room that is no longer there is looked up anew the next time.
        lane.memo = ""
        return why.outcome


def body_of(message: Message) -> dict[str, Any]:
    """Blocks as the bot documents them; `text` is what a notification shows."""
    lines = [message.sentence, *([f"“{message.reason}”"] if message.reason else [])]
    subject = message.subject[:LONGEST]
    bold = {"type": "styled", "text": subject, "bold": True}
    blocks: list[dict[str, Any]] = [
        {"type": "text", "text": subject, "inlines": [bold]},
        {"type": "text", "text": "\n".join(lines)[:LONGEST]},
    ]
    if message.link:
        action = {"type": "open_system_browser", "value": message.link}
        label = _("Open in Gatepass")[:20]
        blocks.append({"type": "button", "text": label, "style": "default", "action": action})
    return {"text": subject, "blocks": blocks}


class _Api:
    """The three calls, with their documented shapes."""

    def __init__(self, session: Session, key: str) -> None:
        self._session = session
        self._headers = {
            "authorization": f"Bearer {key}",
            "content-type": "application/json; charset=utf-8",
        }

    def room_with(self, email: str) -> str:
        found = self._ask("GET", f"users.find_by_email?{urlencode({'email': email})}")
        person = _part(found, "user").get("id")
        opened = self._ask("POST", "conversations.open", {"user_id": person})
        return str(_part(opened, "conversation").get("id") or "")

    def write(self, room: str, body: dict[str, Any]) -> Outcome:
        said = as_json({"conversation_id": room, **body})
        answer = self._send("POST", "messages.send", said)
        _checked(answer)
        return outcome_of(answer, excerpt(said.decode()))

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return _checked(self._send(method, path, as_json(body) if body else b""))

    def _send(self, method: str, path: str, body: bytes) -> Answer:
        url = f"{settings.KAKAOWORK_API}/{path}"
        request = Request(method, url, self._headers, body, seconds=SECONDS, limit=READ_BYTES)
        try:
            return self._session.send(request)
        except OutboundError as error:
            raise _NotSent(failed(error.sentence, again=error.again)) from error


def _checked(answer: Answer) -> dict[str, Any]:
    """Return the answer's JSON when it says success; raises _NotSent otherwise."""
    if not answer.ok and answer.status not in SAYS_WHY:
        raise _NotSent(outcome_of(answer, ""))
    try:
        told = answer.json()
    except OutboundError as error:
        raise _NotSent(failed(error.sentence, again=True)) from error
    if isinstance(told, dict) and told.get("success") is True:
        return told
    raise _NotSent(_refused(told))


def _refused(told: Any) -> Outcome:
    """`{"success": false, "error": {"code": …, "message": …}}` as an outcome."""
    error = told.get("error") if isinstance(told, dict) else None
    code = str(error.get("code") if isinstance(error, dict) else "")[:60]
    if code in {"internal_error", "too_many_requests"}:
        return failed(_why(code), again=True)
    # A person whom Kakao Work does not know is no fault of the bot.
    return failed(_why(code), again=False, blame=code in KEY_IS_WRONG)


def _why(code: str) -> Promise:
    sentence = gettext_lazy(
        "Kakao Work refused it (%(code)s). Check the bot's key and that the person uses the same e-mail address there."
    )
    return filled(sentence, code=code or "?")


def _part(told: dict[str, Any], name: str) -> dict[str, Any]:
    part = told.get(name)
    return part if isinstance(part, dict) else {}
